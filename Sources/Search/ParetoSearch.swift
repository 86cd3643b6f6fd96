public import SearchSpaces

/// Searches: proposes candidates batch by batch, evaluates them, and records each before it counts.
public struct ParetoSearch<Strategy: SearchStrategy, Source: Evaluator, Store: TrialStore>: Sendable {
    /// What is searched.
    public let problem: Problem
    /// Proposes candidates.
    public let strategy: Strategy
    /// Finds out their quality.
    public let evaluator: Source
    /// Keeps their evaluations.
    public let store: Store
    /// Candidates proposed together; constant within a job, because strategies see complete batches only.
    public let batchSize: Int
    /// Candidates evaluated at the same time; changes nothing but the time it takes.
    public let width: Int

    /// A search; `batchSize` belongs to the job, `width` to the computer it runs on.
    public init(
        _ problem: Problem, strategy: Strategy, evaluator: Source, store: Store, batchSize: Int = 10,
        width: Int = 1
    ) {
        precondition(batchSize > 0 && width > 0, "a search needs a batch size and a width of at least 1")
        precondition(
            strategy.rungs <= evaluator.rungs, "the strategy asks for more lengths of training than there are"
        )
        self.problem = problem
        self.strategy = strategy
        self.evaluator = evaluator
        self.store = store
        self.batchSize = batchSize
        self.width = width
    }

    /// Runs until the budget ends or the space is exhausted; begins where the store's history ends.
    ///
    /// Killed at any instant and run again, it makes the same history as one uninterrupted run: a batch that
    /// was interrupted is proposed again from the batches before it, and what is missing of it is evaluated.
    /// Throws `SearchError.nothingFeasible` where no candidate can be deployed anywhere within the limits on
    /// costs.
    public func run(
        _ budget: Budget, progress: @Sendable (SearchProgress) -> Void = { _ in }
    ) async throws -> SearchResult {
        let recorded = try evaluationsByProposal()
        var history: [Trial] = []
        var guiding: [Trial] = []
        var evaluator = evaluator
        while true {
            if let complete = try recordedBatch(after: history, recorded) {
                history += complete
                continue
            }
            if let ending = ending(budget, next: history.count) { return SearchResult(history, ending) }
            guiding += history[guiding.count...].map(problem.guiding)
            let candidates = strategy.proposals(batchSize, after: guiding, in: problem)
            if candidates.isEmpty { return try exhausted(history) }
            evaluator = evaluator.after(history)
            let trials = try await evaluated(
                candidates, by: evaluator, after: history, recorded, budget, progress)
            history += trials
            if trials.count < candidates.count {
                return SearchResult(history, ending(budget, next: history.count) ?? .maxEvaluations)
            }
        }
    }

    private func evaluationsByProposal() throws -> [Int: Evaluation] {
        let pairs = try store.proposedEvaluations().compactMap { evaluation in
            evaluation.proposal.map { ($0, evaluation) }
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    /// The next batch where all of it is recorded.
    private func recordedBatch(after history: [Trial], _ recorded: [Int: Evaluation]) throws -> [Trial]? {
        let evaluations = (history.count..<history.count + batchSize).compactMap { recorded[$0] }
        guard evaluations.count == batchSize else { return nil }
        return try evaluations.map { try Trial($0, in: problem.space) }
    }

    private func ending(_ budget: Budget, next proposal: Int) -> SearchEnding? {
        if Task.isCancelled { return .cancelled }
        if budget.timeIsUp { return .maxTime }
        return budget.allows(proposal: proposal) ? nil : .maxEvaluations
    }

    private func exhausted(_ history: [Trial]) throws -> SearchResult {
        guard history.isEmpty else { return SearchResult(history, .spaceExhausted) }
        throw problem.nothingFeasible()
    }
}

/// Everything a search has found.
public struct SearchResult: Sendable {
    /// In proposal order.
    public let history: [Trial]
    /// Why it ended.
    public let ending: SearchEnding

    init(_ history: [Trial], _ ending: SearchEnding) {
        self.history = history
        self.ending = ending
    }
}

/// Why a search ended.
public enum SearchEnding: Hashable, Sendable {
    case maxEvaluations, maxTime, spaceExhausted, cancelled
}

extension Trial {
    /// The trial that a stored evaluation stands for.
    public init(_ evaluation: Evaluation, in space: SearchSpace) throws(SearchError) {
        do {
            let genotype = try space.genotype(
                architecture: evaluation.architecture, compression: evaluation.compression)
            self.init(genotype: genotype, evaluation: evaluation)
        } catch {
            throw .unreadableHistory(proposal: evaluation.proposal ?? -1, detail: "\(error)")
        }
    }
}
