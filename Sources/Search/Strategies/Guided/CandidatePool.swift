import Determinism
import SearchSpaces

/// New points worth looking at, with their prices: near the best trials, and some at random.
struct CandidatePool {
    let genotypes: [Genotype]
    let prices: PriceList
    /// The prices by which the points are ordered.
    let guides: PriceList
    /// Positions of the best trials, best first: as many as the pool and the predictor look at.
    let bestFirst: [Int]
    /// What the trials are worth, and the points of the front of each guiding target.
    let values: TrialValues
    let fronts: [[[Double]]]

    /// Trials whose neighbourhoods are looked at.
    private static let centres = 40
    /// Points one edit away, points a few edits away or crossed, and points from anywhere, at most.
    private static let neighbours = 800
    private static let offspring = 400
    private static let fromAnywhere = 200

    init(
        around history: [Trial], in problem: Problem, new isNew: (Genotype) -> Bool,
        using random: inout RandomStream
    ) {
        let ranked = max(CandidatePool.centres, QualityModel.ranked(of: history.count))
        values = TrialValues(history, in: problem)
        (bestFirst, fronts) = values.ranked(ranked)
        let centres = bestFirst.prefix(CandidatePool.centres).map { history[$0].genotype }
        let points =
            if let listed = problem.listed {
                CandidatePool.nearest(listed.filter(isNew), to: centres, using: &random)
            } else {
                CandidatePool.near(centres, in: problem.space, using: &random).uniqued().filter(isNew)
            }
        let prices = problem.prices(of: points)
        let violations = problem.priceViolations(prices, of: points)
        let kept = points.indices.filter { violations[$0] == 0 }
        genotypes = kept.map { points[$0] }
        self.prices = prices.points(at: kept)
        guides = problem.guide == nil ? self.prices : problem.guidingPrices(of: genotypes)
    }

    private static func near(
        _ centres: [Genotype], in space: SearchSpace, using random: inout RandomStream
    ) -> [Genotype] {
        var near = centres.flatMap { space.neighbours(of: $0) }.uniqued()
        if near.count > neighbours {
            near = random.permutation(near.count).prefix(neighbours).map { near[$0] }
        }
        for _ in 0..<(centres.isEmpty ? 0 : offspring) {
            near.append(child(of: centres, in: space, using: &random))
        }
        return near + (0..<fromAnywhere).map { _ in space.sample(using: &random) }
    }

    /// A centre after two or three edits, or two centres crossed and edited once.
    private static func child(
        of centres: [Genotype], in space: SearchSpace, using random: inout RandomStream
    ) -> Genotype {
        var child = centres[random.index(below: centres.count)]
        switch random.index(below: 3) {
        case 0: child = space.cross(child, centres[random.index(below: centres.count)], using: &random)
        case 1: child = space.mutate(space.mutate(child, using: &random), using: &random)
        default: child = space.mutate(child, using: &random)
        }
        return space.mutate(child, using: &random)
    }

    /// The listed points with the fewest choices between them and a centre, and some at random; all where they are few.
    private static func nearest(
        _ listed: [Genotype], to centres: [Genotype], using random: inout RandomStream
    ) -> [Genotype] {
        let most = neighbours + offspring + fromAnywhere
        guard listed.count > most else { return listed }
        let shuffled = random.permutation(listed.count)
        let distances = listed.map { point in centres.map { $0.distance(to: point) }.min() ?? 0 }
        let order = shuffled.indices.sorted {
            (distances[shuffled[$0]], $0) < (distances[shuffled[$1]], $1)
        }
        let near = order.prefix(most - fromAnywhere)
        let rest = order.dropFirst(most - fromAnywhere).sorted().prefix(fromAnywhere)
        return (near + rest).map { listed[shuffled[$0]] }
    }
}
