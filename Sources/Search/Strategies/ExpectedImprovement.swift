import Foundation
import Numerics
import Quantities

/// A quality that is not known yet: the error's logarithm is normal.
struct PredictedError {
    var meanLog: Double
    var deviationLog: Double

    var median: Double { exp(meanLog) }

    /// E[max(0, limit − error)]: the integral of P(error < t) from 0 to the limit.
    func expectedShortfall(below limit: Double) -> Double {
        guard limit > 0 else { return 0 }
        let d = (log(limit) - meanLog) / deviationLog
        return limit * Normal.cumulative(d) - exp(meanLog + deviationLog * deviationLog / 2)
            * Normal.cumulative(d - deviationLog)
    }
}

/// What a device's front has, and how much a candidate of known costs and unknown error is expected to add to
/// it.
///
/// Only the error is uncertain, so the expected hypervolume improvement is a sum over the front's error
/// levels: between two levels, the cost volume that nothing at or below the lower one covers, times the
/// integral of P(error < t).
struct FrontImprovement {
    let target: Target
    /// Position of the quality among the objectives; nil where only costs count.
    private let quality: Int?
    /// Scaled points that nothing dominates, in ascending order of error.
    private var front: [[Double]] = []

    init(_ target: Target, feasible points: [[Double]]) {
        self.target = target
        quality = target.objectives.firstIndex { $0.metric.isQuality }
        let scaled = points.map(target.scaled)
        front = nonDominated(scaled).map { scaled[$0] }
        sortByError()
    }

    private mutating func sortByError() {
        guard let quality else { return }
        front.sort { ($0[quality], $0.lexicographicallyPrecedes($1) ? 0 : 1) < ($1[quality], 0) }
    }

    /// The expected gain as a share of the whole box [0, 1.1]ᵏ.
    ///
    /// `costs` are the scaled objectives with anything in the quality's
    /// place.
    func expected(costs: [Double], error: PredictedError) -> Double {
        let whole = pow(hypervolumeReference, Double(costs.count))
        guard let quality else { return (volume(of: front + [costs]) - volume(of: front)) / whole }
        let own = removing(quality, from: costs)
        guard own.allSatisfy({ $0 < hypervolumeReference }) else { return 0 }
        let box = own.reduce(1) { $0 * (hypervolumeReference - $1) }
        var covering: [[Double]] = []
        var covered = 0.0
        var sum = 0.0
        var level = 0.0
        for point in front where point[quality] < hypervolumeReference {
            sum += (box - covered) * chance(between: level, and: point[quality], error)
            level = point[quality]
            let clipped = zip(removing(quality, from: point), own).map { max($0, $1) }
            if clipped == own { return sum / whole }
            guard clipped.allSatisfy({ $0 < hypervolumeReference }) else { continue }
            covering.append(clipped)
            covered = volume(of: covering)
        }
        sum += (box - covered) * chance(between: level, and: hypervolumeReference, error)
        return sum / whole
    }

    /// Takes a point for granted, at its predicted error, so that the next one is chosen to add something
    /// else.
    mutating func assume(costs: [Double], error: PredictedError) {
        var point = costs
        if let quality { point[quality] = target.objectives[quality].scaled(error.median) }
        front.append(point)
        front = nonDominated(front).map { front[$0] }
        sortByError()
    }

    /// The integral of P(error < t) between two levels of the scaled axis, in its units.
    private func chance(between low: Double, and high: Double, _ error: PredictedError) -> Double {
        guard let quality, high > low else { return 0 }
        let objective = target.objectives[quality]
        let range = objective.nadir - objective.ideal
        guard range > 0 else { return 0 }
        let upper = error.expectedShortfall(below: objective.ideal + high * range)
        let lower = error.expectedShortfall(below: objective.ideal + low * range)
        return (upper - lower) / range
    }

    private func removing(_ axis: Int, from point: [Double]) -> [Double] {
        var point = point
        point.remove(at: axis)
        return point
    }

    private func volume(of points: [[Double]]) -> Double {
        guard let dimensions = points.first?.count else { return 0 }
        return dominatedVolume(
            points, reference: [Double](repeating: hypervolumeReference, count: dimensions))
    }
}
