import ExperimentStore
import Foundation
import Jobs
import Quantities
public import Reports
import Search

/// A candidate of a job to be trained to the end.
public struct FinishRequest: Sendable {
    /// The job's name.
    public var job: String
    /// The candidate's id, or enough of the beginning of it.
    public var candidate: String
    /// Replaces the data set's path.
    public var data: String?
    /// Nil for all cores.
    public var threads: Int?
    /// The job's database.
    public var database: String

    /// A candidate and its job.
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
    _ request: FinishRequest, progress: @escaping @Sendable (JobProgress) -> Void = { _ in }
) async throws -> CandidateSheetAnswer {
    let known = try ExperimentStore(reading: request.database).job(named: request.job)
    let source = try JobSource(of: known)
    let evaluation = try known.bestEvaluation(of: request.candidate)
    var finished = evaluation.candidate
    if evaluation.fidelity != .final {
        let job = try source.resolved()
        let work = try job.work(data: request.data ?? source.data, database: request.database)
        let state = try known.state()
        let store = try ExperimentStore(writing: request.database)
        let begun = try store.begin(job.plan(work, from: source), keepsState: true)
        let scale = try QualityScale(begun.job)
        let run = JobRun(
            job: job, work: work, begun: begun,
            width: request.threads ?? ProcessInfo.processInfo.activeProcessorCount,
            progress: { progress(JobProgress($0, scale)) })
        finished = try await run.finish(evaluation, leaving: state)
    }
    return try Review(database: request.database).candidate(finished, of: request.job)
}
