import ExperimentStore
import Foundation
import Jobs
import Quantities
public import Reports
import Search

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

    /// A job and the database that keeps it.
    public init(job: String, data: String? = nil, seed: Int? = nil, threads: Int? = nil, database: String) {
        self.job = job
        self.data = data
        self.seed = seed
        self.threads = threads
        self.database = database
    }

    func source() throws -> JobSource {
        if let threads { try KitError.require(threads, in: 1...1024, name: "threads") }
        if let seed { try KitError.require(seed, in: 0...Int.max, name: "seed") }
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
    let source = try request.source()
    let job = try source.resolved()
    let work = try job.work(data: request.data, database: request.database)
    let doubts = try job.warnings(work)
    let store = try ExperimentStore(writing: request.database)
    let begun = try store.begin(job.plan(work, from: source))
    let report: @Sendable (JobEvent) -> Void = { progress(JobProgress($0)) }
    for warning in begun.warnings + begun.notes + doubts { report(.warning(warning)) }
    let run = JobRun(job: job, work: work, begun: begun, width: request.width, progress: report)
    do {
        let isFeasible = try await run.toTheEnd()
        return .fronts(try Review(store).fronts(of: job.name), isFeasible: isFeasible)
    } catch SearchError.nothingFeasible(let nearest, let device, let blocking) {
        return .nothingFeasible(
            NothingFeasibleAnswer(
                job: job.name, blocking: blocking,
                nearest: nearest.map { NearCandidateAnswer($0, on: device) }))
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
