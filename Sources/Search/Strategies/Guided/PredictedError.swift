import Foundation
import Numerics

/// A quality that is not known yet: the logarithm of its error is normal.
struct PredictedError {
    var meanLog: Double
    var deviationLog: Double

    var median: Double { exp(meanLog) }

    /// P(error < limit).
    func probability(below limit: Double) -> Double {
        limit > 0 ? Normal.cumulative((log(limit) - meanLog) / deviationLog) : 0
    }

    /// E[max(0, limit − error)]: the integral of P(error < t) from 0 to the limit.
    func expectedShortfall(below limit: Double) -> Double {
        guard limit > 0 else { return 0 }
        let d = (log(limit) - meanLog) / deviationLog
        guard d > -8 else { return 0 }
        return limit * Normal.cumulative(d) - exp(meanLog + deviationLog * deviationLog / 2)
            * Normal.cumulative(d - deviationLog)
    }

    /// The same where an error above `bound` is worth nothing: E[(limit − error)·(error < bound)] for a limit beyond it.
    func expectedShortfall(below limit: Double, within bound: Double) -> Double {
        guard limit > bound else { return expectedShortfall(below: limit) }
        return expectedShortfall(below: bound) + (limit - bound) * probability(below: bound)
    }
}
