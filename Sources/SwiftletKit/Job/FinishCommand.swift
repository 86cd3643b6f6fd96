import ExperimentStore
import Foundation
import Jobs
import Quantities
import Search

/// What `swiftlet finish` is asked.
public struct FinishRequest: Sendable {
    public var job: String
    public var candidate: String
    /// Replaces the data set's path.
    public var data: String?
    public var threads: Int?
    public var database: String

    public init(job: String, candidate: String, data: String? = nil, threads: Int? = nil, database: String) {
        self.job = job
        self.candidate = candidate
        self.data = data
        self.threads = threads
        self.database = database
    }
}

/// Trains one candidate of a job to the end, as finalists are, and answers with it; one that is finished is only shown.
///
/// Throws `CancellationError` where the task is cancelled.
public func finish(
    _ request: FinishRequest, progress: @escaping @Sendable (JobProgress) -> Void
) async throws -> Answer {
    let known = try ExperimentStore(reading: request.database).job(named: request.job)
    let source = try JobSource(of: known)
    let evaluations = try known.evaluations(ofCandidate: request.candidate)
    guard let evaluation = evaluations.first else {
        throw CommandError("job '\(request.job)' has no candidate '\(request.candidate)'")
    }
    var finished = evaluation.candidate
    if evaluation.fidelity != .final {
        let job = try source.resolved()
        let work = try job.work(data: request.data ?? source.data, database: request.database)
        let state = try known.state()
        let store = try ExperimentStore(writing: request.database)
        let (jobStore, lock, _) = try store.begin(job.plan(work))
        let run = JobRun(
            job: job, work: work, store: jobStore, lock: lock,
            width: request.threads ?? ProcessInfo.processInfo.activeProcessorCount,
            progress: { progress(JobProgress($0)) })
        finished = try await run.finish(evaluation, leaving: state)
    }
    return try Review(database: request.database).show(
        job: request.job, candidate: finished, device: nil, layers: false)
}
