import Candidates
import Datasets
package import ExperimentStore
import Quantities
import Search
import SearchSpaces

/// A job with its lengths and its data, ready to begin or to go on.
package struct PreparedJob: Sendable {
    package let job: ResolvedJob
    package let work: JobWork
    package let schedule: JobSchedule
}

extension JobSource {
    /// Loads the data, and chooses the lengths that the file leaves open, unless they were fixed when the job began.
    ///
    /// - Parameters:
    ///   - data: replaces the data set's path.
    ///   - database: where teachers are looked up that are finished candidates.
    ///   - known: the job as it was begun, if it was.
    ///   - width: candidates trained at a time.
    ///   - begun: when everything began that `search.max_time` covers.
    /// - Throws: where the time is too short for anything, saying what the least is.
    package func prepared(
        data: String?, database: String, known: JobStore?, width: Int, begun: ContinuousClock.Instant
    ) throws -> PreparedJob {
        let job = try resolved()
        if let known {
            var schedule = try known.fixedSchedule(of: job)
            let going = try job.with(schedule.lengths)
            let work = try going.work(data: data, database: database)
            try schedule.limitTime(of: going, work)
            return PreparedJob(job: going, work: work, schedule: schedule)
        }
        let work = try job.work(data: data, database: database) { try job.refuseOverrun(since: begun) }
        let schedule = try job.schedule(work, width: width, begun: begun)
        let chosen = try job.with(schedule.lengths)
        return PreparedJob(
            job: chosen,
            work: schedule.lengths.recipes == nil ? work : try chosen.work(sharing: work, data: data),
            schedule: schedule)
    }
}

extension JobStore {
    /// The lengths that were fixed when the job began, with what a longer time adds.
    fileprivate func fixedSchedule(of job: ResolvedJob) throws -> JobSchedule {
        var schedule = JobSchedule(stored: try schedule(), lengths: job.lengths, open: job.openLengths)
        guard let limit = job.search.maxSeconds, var time = schedule.time, limit > time.seconds * 1.001 else {
            return schedule
        }
        let known = try proposedEvaluations()
        if job.openLengths.contains(.evaluations), !known.isEmpty {
            let each = known.reduce(0) { $0 + $1.seconds } / Double(known.count)
            let more = (limit - time.seconds) * time.searchShare / max(each, 1e-3)
            schedule.lengths.evaluations = max(
                schedule.lengths.evaluations, known.count + Int(min(more, 1e6)))
        }
        time.seconds = limit
        schedule.time = time
        return schedule
    }
}

extension ResolvedJob {
    /// The job with lengths that were kept of it.
    func with(stored: [String: String]) throws -> ResolvedJob {
        try with(JobSchedule(stored: stored, lengths: lengths, open: openLengths).lengths)
    }

    /// The lengths of a job that begins: by its data, or by its time, for which the speed of this computer is measured.
    package func schedule(
        _ work: JobWork, width: Int, begun: ContinuousClock.Instant
    ) throws -> JobSchedule {
        guard case .training(let training) = work else {
            return JobSchedule(lengths: lengths, chosen: openLengths, time: nil)
        }
        let choice = try LengthChoice(self, training)
        guard let limit = search.maxSeconds else {
            return JobSchedule(lengths: choice.byData(), chosen: openLengths, time: nil)
        }
        let speed = try measureSpeed(training, limit)
        let spent = (ContinuousClock.now - begun) / .seconds(1)
        return try choice.byTime(limit - spent, spent: spent, limit: limit, width: width, speed: speed)
    }

    /// Throws where the limited time is over before anything was trained.
    fileprivate func refuseOverrun(since begun: ContinuousClock.Instant) throws {
        let spent = (ContinuousClock.now - begun) / .seconds(1)
        guard let limit = search.maxSeconds, spent >= limit else { return }
        throw JobError(
            "\(file): search.max_time: \(LengthChoice.text(limit)) is too short for this job on this computer, where reading its "
                + "data alone takes that long; give it at least several times "
                + Human.duration(max(spent, 1).rounded(.up)))
    }

    fileprivate func measureSpeed(_ training: TrainingWork, _ limit: Double) throws -> TrainingSpeed {
        try builder(training, searchSettings).measureSpeed(seconds: min(max(limit * 0.02, 0.1), 2))
    }
}

extension JobSchedule {
    /// Divides the time of a job that was begun without a limit and has one now.
    fileprivate mutating func limitTime(of job: ResolvedJob, _ work: JobWork) throws {
        guard time == nil, let limit = job.search.maxSeconds, case .training(let training) = work else {
            return
        }
        time = TimePlan(
            seconds: limit, searchShare: job.finalists.choice == .everyone ? 1 : 0.6,
            speed: try job.measureSpeed(training, limit))
    }
}
