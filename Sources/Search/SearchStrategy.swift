public import SearchSpaces

/// Proposes the next candidates from the trials seen so far.
///
/// A strategy knows nothing of training or storage; `problem` holds the space, the exact costs, the
/// constraints and the seed. It has no state: the same history gives the same proposals, so that a search can
/// be resumed anywhere.
public protocol SearchStrategy: Sendable {
    /// Up to `count` points that are new, distinct and worth evaluating; fewer only where the space has no
    /// more.
    func propose(_ count: Int, after history: [Trial], in problem: Problem) -> [Genotype]
}
