import SearchSpaces

/// Takes points from a pool, the one with the largest expected gain first, each as if those before it had come true.
///
/// What is taken makes no other point worth more. So a gain computed earlier is an upper bound, and only points whose bound
/// is the largest are looked at again (Minoux: Accelerated greedy algorithms, 1978).
struct GuidedChoice {
    private let pool: CandidatePool
    private var model: QualityModel?
    private var fronts: [FrontGain]
    /// For each point and guiding target the scaled costs; nil where the device cannot have it.
    private let costs: [[[Double]?]]
    /// By what the gain of each point is multiplied.
    private let worth: [Double]
    /// Gains as computed in some round; at or below 0 for points that are taken.
    private var gains: [Double]
    private var rounds: [Int]
    private var round = 0

    /// Nil where nothing can be predicted yet.
    init?(among pool: CandidatePool, after history: [Trial], in problem: Problem) {
        self.pool = pool
        model = QualityModel(history, pool: pool, in: problem)
        guard model != nil || problem.qualityObjective == nil else { return nil }
        let positions = problem.guidingPositions
        let fronts = zip(pool.values.targets, pool.fronts).map { known, front in
            FrontGain(
                known.target.focused(on: pool.values.errors, points: known.points),
                feasible: front.filter { $0.allSatisfy(\.isFinite) },
                largestError: problem.largestError(on: known.target))
        }
        let limits = positions.map { problem.costLimits(on: problem.targets[$0]) }
        self.fronts = fronts
        costs = pool.genotypes.indices.map { point in
            positions.indices.map { index in
                let position = positions[index]
                return problem.violation(limits[index], pool.prices, point: point, target: position) == 0
                    ? fronts[index].target.scaledCosts(pool.guides, point: point, device: position)
                    : nil
            }
        }
        worth = problem.worth(of: pool.genotypes)
        gains = []
        rounds = [Int](repeating: 0, count: pool.genotypes.count)
        gains = pool.genotypes.indices.map(expectedGain)
    }

    /// Nil once nothing in the pool is expected to add anything.
    mutating func next() -> Genotype? {
        while let best = gains.indices.max(by: { gains[$0] < gains[$1] }), gains[best] > 0 {
            if rounds[best] == round {
                take(best)
                return pool.genotypes[best]
            }
            gains[best] = min(gains[best], expectedGain(best))
            rounds[best] = round
        }
        return nil
    }

    private mutating func take(_ point: Int) {
        for (index, costs) in costs[point].enumerated() {
            if let costs { fronts[index].assume(costs: costs, error: error(point)) }
        }
        model?.assume(point)
        gains[point] = 0
        round += 1
    }

    private func error(_ point: Int) -> PredictedError {
        model?.error(point) ?? PredictedError(meanLog: 0, deviationLog: 1)
    }

    private func expectedGain(_ point: Int) -> Double {
        let error = error(point)
        let gain = zip(fronts, costs[point]).reduce(0) { sum, pair in
            pair.1.map { sum + pair.0.expected(costs: $0, error: error) } ?? sum
        }
        return gain * worth[point]
    }
}
