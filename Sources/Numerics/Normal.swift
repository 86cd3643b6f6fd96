private import Foundation

/// The standard normal distribution.
public enum Normal {
    /// The probability that a standard normal variable lies below x.
    public static func cumulative(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

    /// The x below which a standard normal variable lies with probability `p`, 0 < p < 1.
    ///
    /// Acklam's rational approximation (relative error below 1.2e-9), P. J. Acklam, 2003.
    public static func quantile(_ p: Double) -> Double {
        precondition(p > 0 && p < 1, "Normal.quantile needs a probability strictly between 0 and 1")
        let a = [
            -3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02,
            -3.066479806614716e+01, 2.506628277459239e+00,
        ]
        let b = [
            -5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01,
            -1.328068155288572e+01, 1,
        ]
        let c = [
            -7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00, -2.549732539343734e+00,
            4.374664141464968e+00, 2.938163982698783e+00,
        ]
        let d = [
            7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00, 1,
        ]
        if p > 1 - 0.02425 { return -quantile(1 - p) }
        if p < 0.02425 {
            let q = (-2 * log(p)).squareRoot()
            return horner(c, q) / horner(d, q)
        }
        let q = p - 0.5
        return horner(a, q * q) * q / horner(b, q * q)
    }

    /// The value that a positive quantity stays below with probability `confidence`, from its median and its quantiles at 0.1
    /// and 0.9, all positive.
    ///
    /// Its logarithm is taken as normal on either side of the median, so that `p10` and `p90` are met exactly.
    public static func bound(_ confidence: Double, median: Double, p10: Double, p90: Double) -> Double {
        let z = quantile(confidence)
        return median * pow((z >= 0 ? p90 : p10) / median, abs(z) / quantile(0.9))
    }

    /// Coefficients by Horner's rule, that of the highest power first.
    private static func horner(_ coefficients: [Double], _ x: Double) -> Double {
        coefficients.reduce(0) { $0 * x + $1 }
    }
}
