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

    /// Adds a point that is known to belong.
    mutating func append(_ genotype: Genotype) {
        if !isFull, seen.insert(genotype).inserted { genotypes.append(genotype) }
    }

    /// Adds those of the points that belong, in order, until the batch is full; all are priced together.
    mutating func offer(_ candidates: [Genotype]) {
        let new = candidates.uniqued().filter(isNew)
        for (genotype, violation) in zip(new, problem.priceViolations(of: new)) where !isFull {
            seen.insert(genotype)
            if violation == 0 { genotypes.append(genotype) }
        }
    }

    /// Runs through all points until the batch is full.
    private mutating func offerEverything() {
        var chunk: [Genotype] = []
        for genotype in problem.points where !isFull {
            if isNew(genotype) { chunk.append(genotype) }
            guard chunk.count == ProposalBatch.chunk else { continue }
            offer(chunk)
            chunk = []
        }
        offer(chunk)
    }

    /// Points priced together while all are run through.
    private static let chunk = 256

    /// Fills the batch with uniformly random points; where those run out, with whatever the space still has.
    mutating func fillAtRandom(using random: inout RandomStream) {
        for _ in 0..<50 where !isFull { offer((0..<count).map { _ in problem.sample(using: &random) }) }
        guard !isFull else { return }
        if problem.listed != nil || problem.space.count <= ProposalBatch.enumerable {
            offerEverything()
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
            let steps = space.neighbours(of: current.genotype)
            let violations = priceViolations(of: steps)
            guard let best = steps.indices.min(by: { violations[$0] < violations[$1] }),
                violations[best] < current.violation
            else { break }
            path.append((genotype: steps[best], violation: violations[best]))
        }
        return path
    }

    /// The points nearest to what the limits on costs allow, nearest first: what to show where nothing is
    /// feasible.
    func nearestByPrice(_ count: Int) -> [Genotype] {
        if let listed { return nearestListed(count, listed) }
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

    private func nearestListed(_ count: Int, _ listed: [Genotype]) -> [Genotype] {
        let violations = priceViolations(of: listed)
        return listed.indices.sorted { (violations[$0], $0) < (violations[$1], $1) }.prefix(count)
            .map { listed[$0] }
    }
}
