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
    ///
    /// - Parameter schedule: nil keeps the one that the job began with.
    package func plan(
        _ work: JobWork, from source: JobSource, schedule: JobSchedule? = nil
    ) throws -> JobPlan {
        let leaves = guide(work).leaves.map { ($0.path, $0.text) }
        return try JobPlan(
            name: name, guide: Dictionary(leaves) { first, _ in first }, file: source.text,
            metric: data.metric.rawValue, targets: targets(work),
            profiles: Dictionary(profiles.map { ($0.name, $0.content) }) { first, _ in first },
            limits: limits(on: work), schedule: schedule?.stored, kernelSet: KernelSet.best.arithmetic,
            openBLASVersion: OpenBLAS.identity)
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
    /// How the time is divided; nil where it is not limited.
    let time: TimePlan?
    let start: ContinuousClock.Instant

    /// - Parameter start: when everything began that the limit on time covers.
    package init(
        job: ResolvedJob, work: JobWork, begun: BegunJob, width: Int, time: TimePlan? = nil,
        start: ContinuousClock.Instant = .now, progress: @escaping @Sendable (JobEvent) -> Void
    ) {
        self.job = job
        self.work = work
        self.begun = begun
        self.width = width
        self.time = time
        self.start = start
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
            let clock = try TimeKeeper(
                limit: job.search.maxSeconds, start: start, spent: store.spentSeconds(width: width),
                plan: time)
            let pricer = try hostCalibrated(job, work)
            let run = with(try withKeptWeights(clock))
            let guide = try run.guiding()
            let isGuide = begun.guidedOtherwise.isEmpty
            try await run.search(
                guide, isGuide ? pricer : hostCalibrated(guide.job, guide.work), clock)
            try run.priceJoinedDevices(pricer)
            try await run.finish(pricer, clock)
            try run.priceJoinedDevices(pricer)
            let isFeasible = try hasFeasibleModel()
            try store.end(try endState(isFeasible), after: elapsed)
            return isFeasible
        } catch {
            try? store.end(state(after: error), after: elapsed)
            throw error
        }
    }

    /// A job whose finalists never got their training is not finished.
    private func endState(_ isFeasible: Bool) throws -> JobState {
        guard isFeasible else { return .infeasible }
        guard case .training = work, job.finalists.choice.countPerDevice > 0 else { return .finished }
        if try store.evaluations().contains(where: { $0.fidelity == .final }) { return .finished }
        progress(
            .warning(
                "no finalist could be trained in the time, so the front is that of short trainings; a larger search.max_time and the "
                    + "same command train them"))
        return .interrupted
    }

    private func state(after error: any Error) -> JobState {
        switch error {
        case is CancellationError, is SuperNetworkCutShort: .interrupted
        case SearchError.nothingFeasible: .infeasible
        default: .failed
        }
    }

    // MARK: Search

    /// - Parameter guide: the job as it guides the search, and its data.
    private func search(
        _ guide: (job: ResolvedJob, work: JobWork), _ pricer: SpacePricer?, _ clock: TimeKeeper
    ) async throws {
        let problem = try guide.job.problem(guide.work, pricer: pricer)
        let begun = elapsed
        let searchEnd = clock.searchEnd(isTable: work.isTable)
        let budget = Budget(
            maxEvaluations: Int(min(UInt128(job.search.maxEvaluations), job.space.count)),
            maxSeconds: searchEnd.map { ($0 - start) / .seconds(1) },
            elapsed: { [start] in (ContinuousClock.now - start) / .seconds(1) })
        let strategy = job.search.strategy.strategy
        // An evaluation that takes much longer than expected is broken off.
        let result = try await before(searchEnd.map { $0 + clock.tolerance }) {
            switch work {
            case .table(let table):
                try await run(strategy, TableEvaluator(table), problem, budget, begun)
            case .training(let training):
                try await run(
                    strategy,
                    WorkerEvaluator(
                        worker: CandidateWorker(job, training), fidelity: job.searchFidelity,
                        rungs: job.rungSettings.count),
                    problem, budget, begun)
            }
        }
        if result?.ending == .cancelled { try Task.checkCancellation() }
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

    private func hasFeasibleModel() throws -> Bool {
        try job.devices.contains { device in
            try store.candidates(on: device).candidates.contains {
                $0.isFeasible && $0.evaluation.quality != nil
            }
        }
    }
}
