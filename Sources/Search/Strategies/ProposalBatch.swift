import Determinism
import SearchSpaces

/// New points collected for one batch: distinct, not in the history, worth evaluating.
struct ProposalBatch {
    let problem: Problem
    let count: Int
    private(set) var genotypes: [Genotype] = []
    private var seen: Set<Genotype>

    init(_ count: Int, after history: [Trial], in problem: Problem) {
        self.problem = problem
        self.count = count
        seen = Set(history.lazy.map(\.genotype))
    }

    var isFull: Bool { genotypes.count >= count }

    func isNew(_ genotype: Genotype) -> Bool { !seen.contains(genotype) }

    /// Adds the point if it belongs, and says whether it did; a point that does not belong is not priced
    /// twice.
    @discardableResult
    mutating func offer(_ genotype: Genotype) -> Bool {
        guard !isFull, seen.insert(genotype).inserted, problem.isWorthEvaluating(genotype) else {
            return false
        }
        genotypes.append(genotype)
        return true
    }

    /// Fills the batch with uniformly random points; where those run out, with whatever the space still has.
    mutating func fillAtRandom(using random: inout RandomStream) {
        for _ in 0..<(50 * count) where !isFull { offer(problem.space.sample(using: &random)) }
        guard !isFull else { return }
        if problem.space.count <= ProposalBatch.enumerable {
            for genotype in problem.space.points where !isFull { offer(genotype) }
        } else {
            for _ in 0..<count where !isFull { offerFeasible(near: problem.space.sample(using: &random)) }
        }
    }

    /// Spaces up to this size are run through to find the last points left.
    private static let enumerable: UInt128 = 200_000

    /// Walks downhill in violation, one edit a step, until a point is worth evaluating or no edit helps.
    private mutating func offerFeasible(near start: Genotype) {
        guard let end = problem.descent(from: start).last, end.violation == 0 else { return }
        offer(end.genotype)
    }
}

extension Problem {
    /// The points met on the way from `start` to a smaller violation of the limits on costs, best edit first.
    func descent(from start: Genotype) -> [(genotype: Genotype, violation: Double)] {
        var path = [(genotype: start, violation: priceViolation(of: start))]
        while let current = path.last, current.violation > 0 {
            let steps = space.neighbours(of: current.genotype).map { ($0, priceViolation(of: $0)) }
            guard let best = steps.min(by: { $0.1 < $1.1 }), best.1 < current.violation else { break }
            path.append((genotype: best.0, violation: best.1))
        }
        return path
    }

    /// The points nearest to what the limits on costs allow, nearest first: what to show where nothing is
    /// feasible.
    func nearestByPrice(_ count: Int) -> [Genotype] {
        var random = RandomStream(seed: seed, .proposal)
        let starts = [space.smallest, space.largest] + (0..<20).map { _ in space.sample(using: &random) }
        var nearest: [(genotype: Genotype, violation: Double)] = []
        for point in starts.flatMap({ descent(from: $0) })
        where !nearest.contains(where: { $0.genotype == point.genotype }) {
            nearest.append(point)
        }
        return nearest.indices.sorted { (nearest[$0].violation, $0) < (nearest[$1].violation, $1) }
            .prefix(count).map { nearest[$0].genotype }
    }
}
