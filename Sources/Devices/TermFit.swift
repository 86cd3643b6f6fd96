/// Factors on the terms of `KernelCosts`, fitted to measurements, and how well they are known.
///
/// With fewer measurements than factors the data sheet carries the rest: the covariance then stays wide where nothing
/// was measured, and so does the interval of a prediction that depends on it.
public struct TermFit: Hashable, Sendable {
    /// In the order of `CostTerm`; unused lanes are 1.
    public var scales: SIMD16<Double>
    /// Covariance of the factors, a row a term; unused lanes are 0.
    public var covariance: [SIMD16<Double>]
    /// Scatter of measurements around the fitted model: of the logarithm of measured over predicted, as the standard
    /// deviation of the normal distribution with the same quantiles at 0.1 and 0.9.
    public var residualLogSD: Double
    /// Median of |measured / predicted − 1| when each measurement is left out in turn.
    public var leaveOneOutError: Double
    /// Quantiles 0.1, 0.5 and 0.9 of the logarithm of measured over predicted, left out in turn.
    public var residualQuantiles: [Double]
    /// How many measurements the factors were fitted to.
    public var samples: Int
    /// The smallest and largest measured value; predictions far outside widen.
    public var range: ClosedRange<Double>
    /// No prediction is below this share of the uncalibrated estimate; 0 where the factors are positive by construction.
    public var leastRatio: Double
    /// How sums of timed kernels become times of networks; their factor is the lane of `scales` that no term has.
    var timed: TimedSum?

    struct TimedSum: Hashable, Sendable {
        /// Factor on what every inference costs.
        var inferenceScale: Double
        /// Scatter of measured networks around the corrected sum, as `residualLogSD`.
        var logSD: Double
    }

    static let size = CostTerm.allCases.count
}

extension TermFit {
    /// The prediction, in the unit of the measured values.
    func value(_ terms: SIMD16<Double>) -> Double {
        max(scaled(terms).terms.sum(), leastRatio * terms.sum())
    }

    /// Standard deviations of the logarithm of the true value below and above `value(terms)`.
    func logSDs(_ terms: SIMD16<Double>) -> (below: Double, above: Double) {
        let (scaled, timedShare) = scaled(terms)
        let total = max(scaled.sum(), leastRatio * terms.sum())
        let residualLogSD = residualLogSD + timedShare * ((timed?.logSD ?? residualLogSD) - residualLogSD)
        let residual = residualLogSD * residualLogSD
        guard total > 0 else { return (residualLogSD, residualLogSD) }
        var spread = SIMD16<Double>.zero
        for term in covariance.indices { spread += covariance[term] * terms[term] }
        let variance = max((spread * terms).sum() / (total * total), 0)
        let outside = max(0, max((range.lowerBound / total).logarithm, (total / range.upperBound).logarithm))
        let widened = TermFit.widening * outside
        return (
            (variance + residual / TermFit.skew).squareRoot() + widened,
            (variance + residual * TermFit.skew).squareRoot() + widened
        )
    }

    /// Added to the standard deviation for each factor of e beyond the measured range.
    private static let widening = 0.1

    /// A device is slowed down by much and sped up by nothing: errors above are taken as twice as wide as those below.
    private static let skew = 2.0
}
