import ExperimentStore
import Foundation
import Jobs
import Quantities
import Search

/// What `swiftlet search` is asked.
public struct SearchRequest: Sendable {
    public var job: String
    /// Replaces the data set's path.
    public var data: String?
    /// Replaces the job's seed.
    public var seed: Int?
    /// Candidates worked on at once; nil for all cores.
    public var threads: Int?
    public var database: String

    public init(job: String, data: String? = nil, seed: Int? = nil, threads: Int? = nil, database: String) {
        self.job = job
        self.data = data
        self.seed = seed
        self.threads = threads
        self.database = database
    }

    /// Where the job comes from, once the request itself makes sense.
    func source() throws -> JobSource {
        if let threads, !(1...1024).contains(threads) {
            throw CommandError("--threads must lie between 1 and 1024")
        }
        return try JobSource(named: job, data: data, seed: seed)
    }

    var width: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }
}

/// Runs a job, or resumes it where it stopped, and answers with its fronts.
///
/// Throws `CancellationError` where the task is cancelled; what was evaluated until then is kept.
public func search(
    _ request: SearchRequest, progress: @escaping @Sendable (JobProgress) -> Void
) async throws -> Answer {
    let source = try request.source()
    let job = try source.resolved()
    let work = try job.work(data: request.data, database: request.database)
    let doubts = try job.warnings(work)
    let store = try ExperimentStore(writing: request.database)
    let (jobStore, lock, warnings) = try store.begin(job.plan(work))
    try source.keep(for: jobStore)
    let report: @Sendable (JobEvent) -> Void = { progress(JobProgress($0)) }
    for warning in warnings + doubts { report(.warning(warning)) }
    let run = JobRun(
        job: job, work: work, store: jobStore, lock: lock, width: request.width, progress: report)
    let feasible: Bool
    do {
        feasible = try await run.toTheEnd()
    } catch SearchError.nothingFeasible(let nearest, let device, let blocking) {
        return Answer(nearest: nearest, on: device, blocking: blocking, job: job.name)
    }
    var answer = try Review(store).front(
        job: job.name, device: nil, fidelity: nil, includesAll: false, plots: false)
    if !feasible { answer.status = .infeasible }
    return answer
}

extension Answer {
    /// No device can have any candidate: those that come nearest by price, and what stands in the way.
    fileprivate init(nearest: [PricedCandidate], on device: String, blocking: String, job: String) {
        let columns = ["device", "id", "status", "reason", "architecture", "compression"]
        let rows = nearest.map { candidate -> Record in
            [
                "device": .text(device), "id": .text(candidate.id),
                "status": .text(orUnknown: candidate.costs.score(on: device)?.status.rawValue),
                "reason": .text(orUnknown: candidate.costs.score(on: device)?.reason),
                "architecture": .text(candidate.architecture),
                "compression": .text(candidate.compression),
            ]
        }
        var table = TextTable([
            ("nearest", .left), ("device", .left), ("why not", .left), ("architecture", .left),
        ])
        for candidate in nearest {
            table.append([
                String(candidate.id.prefix(8)), device, candidate.costs.score(on: device)?.reason ?? "",
                candidate.architecture,
            ])
        }
        self.init(
            json: .record([
                "job": .text(job), "blocking": .text(blocking), "nearest": .list(rows.map(Field.record)),
            ]), columns: columns, rows: rows,
            table: "no candidate is feasible on any device: \(blocking)\n\n\(table.text)",
            status: .infeasible)
    }
}
