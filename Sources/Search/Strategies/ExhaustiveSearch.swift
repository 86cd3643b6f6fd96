public import SearchSpaces

/// Every point of the space that is worth evaluating, in the space's own order.
public struct ExhaustiveSearch: SearchStrategy {
    /// Goes through the space once.
    public init() {}

    /// The next points behind the last trial, in the space's order.
    public func propose(_ count: Int, after history: [Trial], in problem: Problem) -> [Genotype] {
        let points = problem.points.makeIterator()
        if let last = history.last?.genotype {
            while let point = points.next(), point != last {}
        }
        var proposals: [Genotype] = []
        while proposals.count < count, let point = points.next() {
            if problem.isWorthEvaluating(point) { proposals.append(point) }
        }
        return proposals
    }
}
