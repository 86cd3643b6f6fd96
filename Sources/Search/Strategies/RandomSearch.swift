import Determinism
public import SearchSpaces

/// Uniformly random points: the baseline that every other strategy has to beat.
public struct RandomSearch: SearchStrategy {
    /// Draws points without regard to trials.
    public init() {}

    /// New uniformly random points.
    public func propose(_ count: Int, after history: [Trial], in problem: Problem) -> [Genotype] {
        var random = RandomStream(seed: problem.seed, .proposal, UInt64(history.count))
        var batch = ProposalBatch(count, after: history, in: problem)
        batch.fillAtRandom(using: &random)
        return batch.genotypes
    }
}
