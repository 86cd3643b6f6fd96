public import SearchSpaces

/// Trains many candidates briefly, and the best third of them three times as long, rung by rung.
///
/// Another strategy proposes the newcomers of the shortest rung. After each complete batch, those of a rung that rank in its
/// best share by non-dominated sorting, and were not promoted yet, go on first; newcomers fill the batch. So a history repeats
/// however many candidates are evaluated at a time (Li et al.: A system for massively parallel hyperparameter tuning, MLSys
/// 2020, with batches in place of its asynchronous workers; Schmucker et al.: Multi-objective asynchronous successive halving,
/// 2021).
public struct SuccessiveHalving: SearchStrategy {
    /// Proposes points for the shortest rung.
    public let newcomers: any SearchStrategy
    /// How many lengths of training there are.
    public let rungs: Int
    /// One in so many of a rung goes on.
    public let reduction: Int

    /// What most searches use.
    public static let usualReduction = 3

    /// Successive halving; a precondition failure without a rung or with a reduction below 2.
    public init(
        newcomers: any SearchStrategy = GuidedSearch(), rungs: Int = 3,
        reduction: Int = SuccessiveHalving.usualReduction
    ) {
        precondition(
            rungs > 0 && reduction > 1, "successive halving needs a rung and a reduction of at least 2")
        self.newcomers = newcomers
        self.rungs = rungs
        self.reduction = reduction
    }

    /// The points of `proposals`.
    public func propose(_ count: Int, after history: [Trial], in problem: Problem) -> [Genotype] {
        proposals(count, after: history, in: problem).map(\.genotype)
    }

    /// Candidates that rank in the best share of their rung, the longest rung first, then newcomers.
    public func proposals(_ count: Int, after history: [Trial], in problem: Problem) -> [Proposal] {
        var batch = (0..<rungs - 1).reversed().flatMap { promoted(from: $0, history, problem) }.prefix(count)
        let latest = history.latestOfEachCandidate
        let new = newcomers.propose(count - batch.count, after: latest, in: problem)
        batch += new.map { Proposal(genotype: $0, rung: 0) }
        return Array(batch)
    }

    /// Those of a rung that go on and have not yet, best first.
    private func promoted(from rung: Int, _ history: [Trial], _ problem: Problem) -> [Proposal] {
        let here = history.filter { $0.evaluation.rung == rung }
        let beyond = Set(history.filter { $0.evaluation.rung == rung + 1 }.map(\.genotype))
        return problem.best(here.count / reduction, of: here)
            .filter { $0.evaluation.quality != nil && !beyond.contains($0.genotype) }
            .prefix(max(0, here.count / reduction - beyond.count))
            .map { Proposal(genotype: $0.genotype, rung: rung + 1) }
    }
}

extension [Trial] {
    /// For each candidate its last trial, the one of its longest training, in the order of those.
    fileprivate var latestOfEachCandidate: [Trial] {
        var seen: Set<Genotype> = []
        return reversed().filter { seen.insert($0.genotype).inserted }.reversed()
    }
}
