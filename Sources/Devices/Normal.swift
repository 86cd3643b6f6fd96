private import Foundation

/// The standard normal distribution.
enum Normal {
    /// The value below which the share `p` of the distribution lies, 0 < p < 1.
    ///
    /// Wichura, Algorithm AS 241 (PPND7): relative error about 1e-7.
    static func quantile(_ p: Double) -> Double {
        let q = p - 0.5
        if abs(q) <= 0.425 {
            let r = 0.180625 - q * q
            return q
                * ratio(
                    r, [3.3871327179, 50.434271938, 159.29113202, 59.109374720],
                    [1, 17.895169469, 78.757757664, 67.187563600])
        }
        let tail = log(q < 0 ? p : 1 - p)
        let r = (-tail).squareRoot()
        let value =
            r <= 5
            ? ratio(
                r - 1.6, [1.4234372777, 2.7568153900, 1.3067284816, 0.17023821103],
                [1, 0.73700164250, 0.12021132975])
            : ratio(
                r - 5, [6.6579051150, 3.0812263860, 0.42868294337, 0.017337203997],
                [1, 0.24197894225, 0.012258202635])
        return q < 0 ? -value : value
    }

    /// Polynomials by Horner's rule, constant term first.
    private static func ratio(_ x: Double, _ above: [Double], _ below: [Double]) -> Double {
        above.reversed().reduce(0) { $0 * x + $1 } / below.reversed().reduce(0) { $0 * x + $1 }
    }
}

extension Double {
    /// `self` (positive) to a real power.
    func power(_ exponent: Double) -> Double { pow(self, exponent) }
}

extension Double {
    var exponential: Double { exp(self) }
}

extension Double {
    var logarithm: Double { log(self) }
}
