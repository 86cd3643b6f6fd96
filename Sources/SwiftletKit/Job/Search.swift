import Candidates
import ExperimentStore
import Foundation
import Jobs
import Quantities
public import Reports
import Search
import SearchSpaces

/// A job to run, or to resume where it stopped.
public struct SearchRequest: Sendable {
    /// A job by name, or the path of a file ending in `.yaml`.
    public var job: String
    /// Replaces the data set's path.
    public var data: String?
    /// Replaces the job's seed.
    public var seed: Int?
    /// Candidates worked on at once, from 1 to 1024; nil for all cores.
    public var threads: Int?
    /// The database; made where there is none.
    public var database: String
    /// Whether the job is an entry of the database's queue, whose file is read there.
    public var isQueued: Bool

    /// A job and the database that keeps it.
    public init(
        job: String, data: String? = nil, seed: Int? = nil, threads: Int? = nil, database: String,
        isQueued: Bool = false
    ) {
        self.job = job
        self.data = data
        self.seed = seed
        self.threads = threads
        self.database = database
        self.isQueued = isQueued
    }

    func source() throws -> JobSource {
        if let threads { try KitError.require(threads, in: 1...1024, name: "threads") }
        if let seed { try KitError.require(seed, in: 0...Int.max, name: "seed") }
        if isQueued { return try ExperimentStore(reading: database).queuedSource(job) }
        return try JobSource(named: job, data: data, seed: seed)
    }

    var width: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }
}

/// Runs a job, or resumes it where it stopped, and answers with its fronts.
///
/// Throws `CancellationError` where the task is cancelled; what was evaluated until then is kept.
public func search(
    _ request: SearchRequest, progress: @escaping @Sendable (JobProgress) -> Void = { _ in }
) async throws -> SearchAnswer {
    let start = ContinuousClock.now
    let source = try request.source()
    let prepared = try source.prepared(
        data: request.data, database: request.database, known: source.known(in: request.database),
        width: request.width, begun: start)
    let (job, work) = (prepared.job, prepared.work)
    let doubts = try job.warnings(work)
    let store = try ExperimentStore(writing: request.database)
    let begun = try store.begin(job.plan(work, from: source, schedule: prepared.schedule))
    let scale = try QualityScale(begun.job)
    let report: @Sendable (JobEvent) -> Void = { progress(JobProgress($0, scale)) }
    for warning in begun.warnings + begun.notes + doubts { report(.warning(warning)) }
    report(.planned(prepared.summary))
    let run = JobRun(
        job: job, work: work, begun: begun, width: request.width, time: prepared.schedule.time, start: start,
        progress: report)
    do {
        let isFeasible = try await run.toTheEnd()
        let review = Review(store)
        let pricer: SpacePricer? =
            switch work {
            case .training(let training): try run.hostCalibrated() ?? training.pricer
            case .table: nil
            }
        return .fronts(
            try review.fronts(of: job.name), isFeasible: isFeasible,
            failures: try FailuresAnswer(begun.job), picks: try picks(of: job.name, from: review, by: pricer))
    } catch SearchError.nothingFeasible(let nearest, let device, let blocking) {
        return .nothingFeasible(
            NothingFeasibleAnswer(
                job: job.name, blocking: blocking,
                nearest: nearest.map { NearCandidateAnswer($0, on: device) }))
    }
}

/// The balanced model of each device, and what its network takes there in float32 and in int8 without pruning.
///
/// - Parameter pricer: nil where costs are looked up in a table.
private func picks(of job: String, from review: Review, by pricer: SpacePricer?) throws -> [PickAnswer] {
    try review.selections(of: job, SelectRequest(preference: .knee)).selections.map { selection in
        func latency(_ compression: String) -> Double? {
            guard let pricer, let candidate = selection.candidate,
                let genotype = try? pricer.space.genotype(
                    architecture: candidate.architecture, compression: compression)
            else { return nil }
            return pricer.costs(of: genotype).score(on: selection.device)?.latency
        }
        return PickAnswer(
            device: selection.device, candidate: selection.candidate, float32Latency: latency("none"),
            int8Latency: latency("int8"))
    }
}

extension FailuresAnswer {
    fileprivate init(_ job: JobStore) throws {
        self.init(
            evaluations: try job.evaluationCount(),
            reasons: try job.failures().map { Reason(reason: $0.reason, count: $0.count) })
    }
}

extension JobSource {
    /// The job as the database has it, where it was begun; no database is made.
    func known(in database: String) throws -> JobStore? {
        do {
            return try ExperimentStore(reading: database).known(resolved().name)
        } catch StoreError.missing(_), StoreError.missingLog(_) {
            return nil
        }
    }
}

extension ExperimentStore {
    /// The job of that name, where it was begun.
    func known(_ name: String) throws -> JobStore? {
        try jobNames().contains(name) ? job(named: name) : nil
    }
}

extension NearCandidateAnswer {
    fileprivate init(_ candidate: PricedCandidate, on device: String) {
        let score = candidate.costs.score(on: device)
        self.init(
            device: device, id: candidate.id, status: score?.status ?? .failed, reason: score?.reason,
            architecture: candidate.architecture, compression: candidate.compression)
    }
}
