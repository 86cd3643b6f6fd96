import Candidates
import Determinism
import Devices
package import ExperimentStore
import Kernels
import ModelGraph
import Numerics
import Quantities
import Search
import SearchSpaces

extension ResolvedJob {
    /// What the database keeps of the job.
    package func plan(_ work: JobWork, from source: JobSource) throws -> JobPlan {
        let leaves = guide(work).leaves.map { ($0.path, $0.text) }
        return try JobPlan(
            name: name, guide: Dictionary(leaves) { first, _ in first }, file: source.text,
            metric: data.metric.rawValue, targets: targets(work),
            profiles: Dictionary(profiles.map { ($0.name, $0.content) }) { first, _ in first },
            limits: constraints, kernelSet: KernelSet.best.arithmetic, openBLASVersion: OpenBLAS.identity)
    }
}

/// One run of a job, from where the store's history ends.
package struct JobRun: Sendable {
    let job: ResolvedJob
    private(set) var work: JobWork
    /// Held as long as the run lives.
    let begun: BegunJob
    let width: Int
    let progress: @Sendable (JobEvent) -> Void
    private let start = ContinuousClock.now

    package init(
        job: ResolvedJob, work: JobWork, begun: BegunJob, width: Int,
        progress: @escaping @Sendable (JobEvent) -> Void
    ) {
        self.job = job
        self.work = work
        self.begun = begun
        self.width = width
        self.progress = progress
    }

    package var store: JobStore { begun.job }

    /// The same run with other work, such as with the weights of a super-network.
    func with(_ work: JobWork) -> JobRun {
        var run = self
        run.work = work
        return run
    }

    var elapsed: Double { (ContinuousClock.now - start) / .seconds(1) }

    /// Searches, trains the finalists, and says whether any device has a feasible model.
    package func toTheEnd() async throws -> Bool {
        do {
            let spent = try store.summary().seconds
            let pricer = try hostCalibrated(job, work)
            let run = with(try withTrainedSuperNetwork())
            let guide = try run.guiding()
            let isGuide = begun.guidedOtherwise.isEmpty
            try await run.search(
                guide, isGuide ? pricer : hostCalibrated(guide.job, guide.work), spent: spent)
            try run.priceJoinedDevices(pricer)
            try await run.finish(pricer, spent: spent)
            try run.priceJoinedDevices(pricer)
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

    /// - Parameter guide: the job as it guides the search, and its data.
    private func search(
        _ guide: (job: ResolvedJob, work: JobWork), _ pricer: SpacePricer?, spent: Double
    ) async throws {
        let problem = try guide.job.problem(guide.work, pricer: pricer)
        let share = job.searchShareOfTime
        let begun = elapsed
        let budget = Budget(
            maxEvaluations: Int(min(UInt128(job.search.maxEvaluations), job.space.count)),
            maxSeconds: job.search.maxSeconds.map { $0 * share - spent },
            elapsed: { [start] in (ContinuousClock.now - start) / .seconds(1) })
        let strategy = job.search.strategy.strategy
        let result: SearchResult
        switch work {
        case .table(let table):
            result = try await run(strategy, TableEvaluator(table), problem, budget, begun)
        case .training(let training):
            let evaluator = WorkerEvaluator(
                worker: CandidateWorker(job, training),
                fidelity: job.searchFidelity)
            result = try await run(strategy, evaluator, problem, budget, begun)
        }
        if result.ending == .cancelled { throw CancellationError() }
    }

    private func run(
        _ strategy: some SearchStrategy, _ evaluator: some Evaluator, _ problem: Problem, _ budget: Budget,
        _ begun: Double
    ) async throws -> SearchResult {
        let known = try store.proposedEvaluations()
        let best = BestSoFar(known)
        let search = ParetoSearch(
            problem, strategy: strategy, evaluator: evaluator, store: store, batchSize: job.search.batch,
            width: width)
        return try await search.run(budget) { step in
            progress(.searching(best.after(step, known: known.count, begun: begun)))
        }
    }

    // MARK: Finalists

    private func finish(_ pricer: SpacePricer?, spent: Double) async throws {
        guard case .training(let training) = work, job.finalists.choice != .perDevice(0) else { return }
        let finish = Finish(
            job: job, training: training, pricer: pricer ?? training.pricer, store: store, width: width,
            deadline: job.search.maxSeconds.map { start.advanced(by: .seconds($0 - spent)) },
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
