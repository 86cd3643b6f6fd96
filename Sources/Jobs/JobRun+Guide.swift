import Candidates
import Datasets
import Determinism
import Devices
import ExperimentStore
import Search
import SearchSpaces

extension JobRun {
    /// The job as it guides the search: as it is now, unless devices, objectives, limits or reserve were changed since.
    func guiding() throws -> (job: ResolvedJob, work: JobWork) {
        guard !begun.guidedOtherwise.isEmpty else { return (job, work) }
        let (file, keys) = try store.guide()
        guard let file else {
            throw JobError(
                "job '\(job.name)' was begun by an earlier version, which kept less of it; 'swiftlet jobs copy \(job.name) NAME' "
                    + "and the file under that name search anew")
        }
        let guide = try ResolvedJob(
            JobFile(parsing: file.text, file: file.file), seed: file.seed, name: job.name,
            profiles: try guidingProfiles(keys)
        ).with(stored: try store.schedule())
        let guideWork = try guide.work(sharing: work, data: file.data)
        let now = Dictionary(guide.guide(guideWork).leaves.map { ($0.path, $0.text) }) { first, _ in first }
        guard now == keys else {
            throw JobError(
                "what job '\(job.name)' began with is not there any more, so that its search cannot go on; 'swiftlet jobs copy "
                    + "\(job.name) NAME' and the file under that name search anew")
        }
        return (guide, guideWork)
    }

    /// The profiles that the guide names, by what they said when the job began; none for tables.
    private func guidingProfiles(_ keys: [String: String]) throws -> [DeviceProfile] {
        var profiles: [DeviceProfile] = []
        while let text = keys["devices.\(profiles.count)"] {
            let parts = text.split(separator: " ")
            guard parts.count == 2 else { return [] }
            guard let content = try store.profile(String(parts[1])) else {
                throw JobError("the profile of \(parts[0]) that job '\(job.name)' began with was not kept")
            }
            profiles.append(try DeviceProfile(content))
        }
        return profiles
    }

    /// Prices what the search found on devices that are shown on another profile than guided it.
    func priceJoinedDevices(_ pricer: SpacePricer?) throws {
        for device in try store.devicesToPrice() {
            let problem = try problem(on: device, pricer)
            try store.completeScores(on: device) { evaluation in
                let genotype = try job.space.genotype(
                    architecture: evaluation.architecture, compression: evaluation.compression)
                return problem.priced(genotype).costs.score(on: device)
            }
        }
    }

    /// The job's problem for a device, which may have joined it by `rescore`.
    private func problem(on device: String, _ pricer: SpacePricer?) throws -> Problem {
        if job.devices.contains(device) { return try job.problem(work, pricer: pricer) }
        guard let content = try store.shownProfile(of: device) else {
            throw JobError("the profile of \(device) was not kept; 'swiftlet rescore' names it again")
        }
        let priced = job.priced(on: try DeviceProfile(content))
        return try priced.problem(priced.work(sharing: work, data: nil), pricer: nil)
    }
}

extension ResolvedJob {
    /// The same data priced on this job's devices.
    func work(sharing other: JobWork, data folder: String?) throws -> JobWork {
        switch other {
        case .table: return try work(data: folder)
        case .training(let training):
            var work = TrainingWork(
                data: training.data,
                pricer: SpacePricer(
                    space: space, input: training.data.input, devices: profiles,
                    reserve: reserve.adding(training.data.dataset.frontEndWork)),
                externalTeachers: training.externalTeachers)
            work.sharedWeights = training.sharedWeights
            work.networks = training.networks
            return .training(work)
        }
    }
}
