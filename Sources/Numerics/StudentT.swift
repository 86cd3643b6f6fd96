private import Foundation

/// Student's t distribution.
public enum StudentT {
    /// The x below which a variable lies with probability `p`, 0.1 ≤ p ≤ 0.9, to about a thousandth.
    ///
    /// Exact for one and two degrees of freedom, else Fisher's expansion around the normal quantile (Abramowitz and
    /// Stegun, 26.7.5).
    public static func quantile(_ p: Double, degrees: Int) -> Double {
        precondition(p >= 0.1 && p <= 0.9 && degrees > 0, "StudentT.quantile: 0.1 ≤ p ≤ 0.9, degrees > 0")
        if degrees == 1 { return tan(.pi * (p - 0.5)) }
        if degrees == 2 { return (2 * p - 1) * (1 / (2 * p * (1 - p))).squareRoot() }
        let (x, n) = (Normal.quantile(p), Double(degrees))
        let (x3, x5, x7) = (pow(x, 3), pow(x, 5), pow(x, 7))
        return x + (x3 + x) / (4 * n) + (5 * x5 + 16 * x3 + 3 * x) / (96 * n * n)
            + (3 * x7 + 19 * x5 + 17 * x3 - 15 * x) / (384 * n * n * n)
    }
}
