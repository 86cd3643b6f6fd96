import Determinism
import Devices
import Engine
import Evaluation
import ExperimentStore
import Foundation
import Kernels
import ModelGraph
import Numerics
import Quantities
import Search
import SearchSpaces

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

    func resolved() throws -> ResolvedJob {
        if let threads, !(1...1024).contains(threads) {
            throw CommandError("--threads must lie between 1 and 1024")
        }
        let text = try ShippedFiles.find(job, in: "jobs")
        return try ResolvedJob(JobFile(parsing: text.text, file: text.name), seed: seed)
    }

    var width: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }
}

/// Runs a job, or resumes it where it stopped, and answers with its fronts.
///
/// Throws `CancellationError` where the task is cancelled; what was evaluated until then is kept.
public func search(
    _ request: SearchRequest, progress: @escaping @Sendable (JobProgress) -> Void
) async throws -> Answer {
    let job = try request.resolved()
    _ = try job.strategy
    let work = try job.work(data: request.data, database: request.database)
    let doubts = try job.warnings(work)
    let store = try ExperimentStore(writing: request.database)
    let (jobStore, lock, warnings) = try store.begin(job.plan(work))
    try JobSource(request).keep(for: jobStore)
    for warning in warnings + doubts {
        progress(JobProgress(phase: "warning", text: "warning: \(warning)"))
    }
    let run = JobRun(
        job: job, work: work, store: jobStore, lock: lock, width: request.width, progress: progress)
    let feasible: Bool
    do {
        feasible = try await run.toTheEnd()
    } catch SearchError.nothingFeasible(let nearest, let blocking) {
        return Answer(nearest: nearest, blocking: blocking, job: job.file.name)
    }
    var answer = try Review(store).front(
        job: job.file.name, device: nil, fidelity: nil, includesAll: false, plots: false)
    if !feasible { answer.status = .infeasible }
    return answer
}

extension ResolvedJob {
    /// What the database keeps of the job.
    func plan(_ work: JobWork) throws -> JobPlan {
        var keys = keys
        if case .training(let training) = work {
            for (name, network) in training.teachers {
                keys["teacher \(name)"] = SHA256.hex(network.encoded())
            }
        }
        return try JobPlan(
            name: file.name, document: Field.record(identity).json(), keys: keys,
            metric: file.dataset.metric, targets: targets(work), kernelSet: KernelSet.best.arithmetic,
            openBLASVersion: OpenBLAS.identity)
    }
}

/// One run of a job, from where the store's history ends.
struct JobRun: Sendable {
    let job: ResolvedJob
    let work: JobWork
    let store: JobStore
    /// Held as long as the run lives.
    let lock: JobLock
    let width: Int
    let progress: @Sendable (JobProgress) -> Void
    private let start = ContinuousClock.now

    init(
        job: ResolvedJob, work: JobWork, store: JobStore, lock: JobLock, width: Int,
        progress: @escaping @Sendable (JobProgress) -> Void
    ) {
        self.job = job
        self.work = work
        self.store = store
        self.lock = lock
        self.width = width
        self.progress = progress
    }

    var elapsed: Double { (ContinuousClock.now - start) / .seconds(1) }

    /// Searches, trains the finalists, and says whether any device has a feasible model.
    func toTheEnd() async throws -> Bool {
        do {
            let spent = try store.summary().seconds
            let pricing = try hostCalibrated()
            try await search(pricing, spent: spent)
            try await finish(pricing, spent: spent)
            let isFeasible = try hasFeasibleModel()
            try store.end(isFeasible ? .finished : .infeasible, after: elapsed)
            return isFeasible
        } catch {
            try? store.end(state(after: error), after: elapsed)
            throw error
        }
    }

    private func state(after error: any Error) -> JobState {
        switch error {
        case is CancellationError: .interrupted
        case SearchError.nothingFeasible: .infeasible
        default: .failed
        }
    }

    // MARK: Search

    private func search(_ pricing: Pricing?, spent: Double) async throws {
        let problem = try job.problem(work, pricing: pricing)
        let share = job.searchShareOfTime
        let begun = elapsed
        let budget = Budget(
            maxEvaluations: Int(min(UInt128(job.file.search.maxEvaluations), job.space.count)),
            maxSeconds: job.file.search.maxSeconds.map { $0 * share - spent },
            elapsed: { [start] in (ContinuousClock.now - start) / .seconds(1) })
        let result: SearchResult
        switch work {
        case .table(let table):
            result = try await run(job.strategy, TableEvaluator(table), problem, budget, begun)
        case .training(let training) where job.file.finalists.isEveryone:
            let evaluator = FinalEvaluator(job, training, store: store)
            result = try await run(job.strategy, evaluator, problem, budget, begun)
        case .training(let training):
            let builder = job.builder(training, job.searchSettings)
            let evaluator = TrainingEvaluator(
                builder: builder, judge: Judge(data: training.data, metric: training.metric))
            result = try await run(job.strategy, evaluator, problem, budget, begun)
        }
        if result.ending == .cancelled { throw CancellationError() }
    }

    private func run(
        _ strategy: some SearchStrategy, _ evaluator: some Evaluator, _ problem: Problem, _ budget: Budget,
        _ begun: Double
    ) async throws -> SearchResult {
        let known = try store.proposedEvaluations().count
        let best = BestSoFar(try store.proposedEvaluations())
        let search = ParetoSearch(
            problem, strategy: strategy, evaluator: evaluator, store: store, batchSize: job.file.search.batch,
            width: width)
        return try await search.run(budget) { step in
            progress(.searching(step, known: known, begun: begun, best: best.adding(step.evaluation)))
        }
    }

    // MARK: Finalists

    private func finish(_ pricing: Pricing?, spent: Double) async throws {
        let finalists = job.file.finalists
        guard case .training(let training) = work, finalists.isEveryone || finalists.perDevice > 0 else {
            return
        }
        let finish = Finish(
            job: job, training: training, pricing: pricing ?? training.pricing, store: store, width: width,
            deadline: job.file.search.maxSeconds.map { start.advanced(by: .seconds($0 - spent)) },
            progress: progress)
        try await finish.finalists()
    }

    private func hasFeasibleModel() throws -> Bool {
        try job.devices.contains { device in
            try store.candidates(on: device).candidates.contains {
                $0.isFeasible && $0.evaluation.quality != nil
            }
        }
    }
}

extension Answer {
    /// No device can have any candidate: those that come nearest by price, and what stands in the way.
    fileprivate init(nearest: [ScoredCandidate], blocking: String, job: String) {
        let columns = ["device", "id", "status", "reason", "architecture", "compression"]
        let rows = nearest.map { candidate -> Record in
            [
                "device": .text(candidate.score.device), "id": .text(candidate.id),
                "status": .text(candidate.score.status.rawValue),
                "reason": .text(orUnknown: candidate.score.reason),
                "architecture": .text(candidate.evaluation.architecture),
                "compression": .text(candidate.evaluation.compression),
            ]
        }
        var table = TextTable([
            ("nearest", .left), ("device", .left), ("why not", .left), ("architecture", .left),
        ])
        for candidate in nearest {
            table.append([
                String(candidate.id.prefix(8)), candidate.score.device, candidate.score.reason ?? "",
                candidate.evaluation.architecture,
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
