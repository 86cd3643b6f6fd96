import Determinism
public import SearchSpaces

/// Evaluates where the fronts are expected to grow most.
///
/// Costs are known of every point; a Gaussian process learnt from the trials predicts errors with their uncertainty, from the
/// choices made and from what they cost. Of a pool of points near the best trials, and some random ones, those are proposed
/// that are expected to add most hypervolume, summed over the devices (Emmerich et al.: Single- and multiobjective
/// evolutionary optimization assisted by Gaussian random field metamodels, 2006). Limits on costs are exact; a limit on the
/// quality counts with the probability that it is kept. Staying near the best is part of the method: a predictor is
/// trusted near what it has seen (Schneider et al.: Mutation is all you need, 2021).
public struct GuidedSearch: SearchStrategy {
    /// Random points, and the corners of the space, before the first prediction.
    public var beginning: Int

    /// Guided search after `beginning` points that were not predicted.
    public init(beginning: Int = 10) { self.beginning = beginning }

    /// The points of the pool that are expected to add most; random ones at first, and where the pool has no
    /// more.
    public func propose(_ count: Int, after history: [Trial], in problem: Problem) -> [Genotype] {
        var random = RandomStream(seed: problem.seed, .proposal, UInt64(history.count))
        var batch = ProposalBatch(count, after: history, in: problem)
        if history.count < beginning {
            if history.isEmpty, problem.listed == nil {
                offerCorners(count / 3, to: &batch, of: problem.space)
            }
        } else {
            let pool = CandidatePool(around: history, in: problem, new: batch.isNew, using: &random)
            if var choice = GuidedChoice(among: pool, after: history, in: problem) {
                while !batch.isFull, let next = choice.next() { batch.append(next) }
            }
        }
        batch.fillAtRandom(using: &random)
        return batch.genotypes
    }

    /// The ends of the space first, then other corners: as many as may be evaluated, up to `count`.
    private func offerCorners(_ count: Int, to batch: inout ProposalBatch, of space: SearchSpace) {
        for corner in [space.largest, space.smallest] + space.corners where batch.genotypes.count < count {
            batch.offer(corner)
        }
    }
}
