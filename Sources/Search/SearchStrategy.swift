public import SearchSpaces

/// Proposes the next candidates from the trials seen so far.
///
/// A strategy knows nothing of training or storage; `problem` holds the space, the exact costs, the
/// constraints and the seed. It has no state: the same history gives the same proposals, so that a search can
/// be resumed anywhere.
public protocol SearchStrategy: Sendable {
    /// How many lengths of training it tells apart.
    var rungs: Int { get }

    /// Up to `count` points that are new, distinct and worth evaluating; fewer only where the space has no
    /// more.
    func propose(_ count: Int, after history: [Trial], in problem: Problem) -> [Genotype]

    /// Up to `count` proposals: new points, or known ones for a longer training; fewer only where there are no more.
    func proposals(_ count: Int, after history: [Trial], in problem: Problem) -> [Proposal]
}

extension SearchStrategy {
    /// One length of training.
    public var rungs: Int { 1 }

    /// The points of `propose`, all for the shortest training.
    public func proposals(_ count: Int, after history: [Trial], in problem: Problem) -> [Proposal] {
        propose(count, after: history, in: problem).map { Proposal(genotype: $0, rung: 0) }
    }
}

/// A point to evaluate, and how far.
public struct Proposal: Hashable, Sendable {
    /// The point of the space.
    public let genotype: Genotype
    /// Which of the fixed lengths of training, 0 for the shortest.
    public let rung: Int

    /// A point for the rung of this number.
    public init(genotype: Genotype, rung: Int) {
        self.genotype = genotype
        self.rung = rung
    }
}
