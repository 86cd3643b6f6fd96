import Foundation
import Quantities

/// How much a candidate of known costs and unknown error is expected to add to the hypervolume of a device's front.
///
/// Only the error is uncertain, so the space of costs is cut into cells by the costs of the front, and in each cell a
/// candidate that costs no more is expected to gain E[max(0, level − error)], where the level is the lowest error that the
/// front offers for these costs. Exact for one and two costs while the front is small; for more, or for longer fronts, cells
/// are fewer and the gain is an upper estimate.
struct FrontGain {
    let target: Target
    /// Position of the quality among the objectives; nil where only costs count.
    private let quality: Int?
    /// The largest error that the limits allow, unscaled; infinite where none do.
    private let bound: Double
    /// Scaled points that nothing dominates.
    private var front: [[Double]]
    /// Levels of error on the scaled axis, in ascending order; cells name them by position.
    private var levels: [Double] = []
    private var grid = CostGrid(lines: [])

    /// - Parameter points: minimised objectives of the feasible trials, unscaled.
    init(_ target: Target, feasible points: [[Double]], largestError bound: Double) {
        self.target = target
        self.bound = bound
        quality = target.objectives.firstIndex { $0.metric.isQuality }
        let scaled = points.map(target.scaled)
        front = nonDominated(scaled).map { scaled[$0] }
        cut()
    }

    /// The expected gain as a share of the whole box [0, 1.1]ᵏ; `costs` are scaled, with anything in the quality's place.
    func expected(costs: [Double], error: PredictedError) -> Double {
        let own = costsOnly(costs)
        guard own.allSatisfy({ $0 < hypervolumeReference }) else { return 0 }
        let base = chance(below: 0, error)
        var sum = 0.0
        for (level, volume) in zip(levels, grid.volumes(above: own, levels: levels.count)) where volume > 0 {
            sum += volume * (chance(below: level, error) - base)
        }
        return sum / pow(hypervolumeReference, Double(costs.count))
    }

    /// Takes a point for granted, at its predicted error, so that the next one is chosen to add something else.
    mutating func assume(costs: [Double], error: PredictedError) {
        guard error.median <= bound else { return }
        var point = costs
        if let quality { point[quality] = target.objectives[quality].scaled(error.median) }
        front.append(point)
        front = nonDominated(front).map { front[$0] }
        cut()
    }

    /// The integral of P(error < t) up to a scaled level, in units of the scaled axis; without a quality, the level itself.
    private func chance(below level: Double, _ error: PredictedError) -> Double {
        guard let quality else { return level }
        let objective = target.objectives[quality]
        let range = objective.nadir - objective.ideal
        guard range > 0 else { return 0 }
        let limit = objective.ideal + level * range
        return error.expectedShortfall(below: limit, within: bound) / range
    }

    private func costsOnly(_ point: [Double]) -> [Double] {
        guard let quality else { return point }
        var point = point
        point.remove(at: quality)
        return point
    }

    /// Cuts the costs into cells, and gives each the lowest error among the front points that cost no more than its corner.
    private mutating func cut() {
        let points = front.filter { $0.allSatisfy { $0 < hypervolumeReference } }
        let costs = points.map(costsOnly)
        let errors = points.map { point in quality.map { point[$0] } ?? 0 }
        levels = (errors + [hypervolumeReference]).sorted().uniqued()
        let axes = target.objectives.count - (quality == nil ? 0 : 1)
        grid = CostGrid(lines: (0..<axes).map { axis in CostGrid.lines(costs.map { $0[axis] }, axes: axes) })
        grid.fill(levels.count - 1)
        for point in points.indices.sorted(by: { (errors[$0], $0) > (errors[$1], $1) }) {
            grid.paint(above: costs[point], with: levels.firstIndex(of: errors[point]) ?? 0)
        }
    }
}
