import Numerics

/// A measured figure of one model and the parts that a profile predicts it to be made of.
struct Accounted {
    /// Models that share their building blocks.
    var family: String
    /// What each kind of work contributes by the profile's figures, in the unit of `measured`.
    var parts: [Double]
    var measured: Double

    /// |predicted / measured − 1| with each part multiplied by its factor.
    func error(_ factors: [Double]) -> Double {
        abs(zip(parts, factors).reduce(0) { $0 + $1.0 * $1.1 } / measured - 1)
    }
}

extension [Accounted] {
    /// The errors of the profile's own figures.
    var shipped: [Double] { map { $0.error(Array<Double>(repeating: 1, count: $0.parts.count)) } }

    /// The errors when the figures are fitted to the other families only: least squares of the relative error, the profile's
    /// figures being the prior (a factor of two either way, against a scatter of a tenth).
    var leftOut: [Double] {
        Set(map(\.family)).sorted().flatMap { family in
            var fit = LeastSquares(unknowns: self[0].parts.count)
            for row in self where row.family != family {
                let precision = 1 / (0.1 * row.measured)
                fit.add(row.parts, target: row.measured, weight: precision * precision)
            }
            for part in 0..<fit.unknowns { fit.addPrior(part, value: 1, precision: 1 / (0.7 * 0.7)) }
            let factors = fit.solve() ?? []
            return filter { $0.family == family }.map { $0.error(factors) }
        }
    }
}
