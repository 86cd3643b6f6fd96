import Numerics

/// Factors on the terms of a cost model, fitted to measured values: measured ≈ Σ factorⱼ · termⱼ.
///
/// Maximum a posteriori of the relative error with Student's t errors of unknown scale (expectation–maximisation). The model is
/// linear in the factors, so that the weighted posterior is normal and the evidence for the model follows from it.
struct FactorFit {
    /// In the order of `CostTerm`; 1 in unused lanes.
    private(set) var factors = SIMD16<Double>(repeating: 1)
    private(set) var covariance: [SIMD16<Double>] = []
    private(set) var errorScale = 1.0
    /// Logarithm of the probability of the measurements under this model, up to a constant that all models share.
    private(set) var evidence = 0.0
    /// Logarithms of measured over predicted value, each predicted from the others.
    private(set) var leftOut: [Double] = []
    /// The least ratio of measured to estimated value.
    private let leastRatio: Double

    private let rows: [SIMD16<Double>]
    private let values: [Double]
    private let prior: FactorPrior
    /// The middle ratio of measured to estimated value: the unit of the unknowns.
    private let unit: Double
    /// How far the common factor and each term's own are from `unit`, in `unit`s.
    private var deviations: [Double]
    private var information: LeastSquares

    /// Precondition: as many values as rows, all positive, at least one.
    init(rows: [SIMD16<Double>], values: [Double], prior: FactorPrior) {
        precondition(
            !rows.isEmpty && rows.count == values.count,
            "FactorFit: \(rows.count) rows, \(values.count) values")
        let ratios = zip(rows, values).map { $1 / $0.sum() }
        (self.rows, self.values, self.prior) = (rows, values, prior)
        unit = ratios.median ?? 1
        leastRatio = ratios.min() ?? 1
        deviations = [Double](repeating: 0, count: TermFit.size + 1)
        information = LeastSquares(unknowns: deviations.count)
        settle()
        conclude()
    }

    /// Solves for the factors and the scale of the errors in turn until neither moves.
    private mutating func settle() {
        for _ in 0..<200 {
            reweigh()
            guard let factor = information.factorized, let solution = information.solve() else { return }
            let change = zip(solution, deviations).reduce(0) { max($0, abs($1.0 - $1.1)) }
            deviations = solution
            let scale = scale(factor)
            let isSettled = change < 1e-7 && abs((scale / errorScale).logarithm) < 1e-5
            errorScale = scale
            if isSettled { break }
        }
    }

    /// The normal equations with the weights that the present residuals give.
    private mutating func reweigh() {
        information = LeastSquares(unknowns: deviations.count)
        for index in rows.indices {
            let row = row(index)
            information.add(
                row, target: 1 - row[0], weight: weight(residual(row)) / (errorScale * errorScale))
        }
        for index in deviations.indices {
            information.addPrior(index, value: 0, precision: prior.precision(index))
        }
    }

    /// The terms of a measurement in units of its value: their sum, then each.
    private func row(_ index: Int) -> [Double] {
        let shares = rows[index] * (unit / values[index])
        return [shares.sum()] + (0..<TermFit.size).map { shares[$0] }
    }

    /// 1 − predicted / measured.
    private func residual(_ row: [Double]) -> Double {
        1 - row[0] - zip(row, deviations).reduce(0) { $0 + $1.0 * $1.1 }
    }

    private func weight(_ residual: Double) -> Double {
        let z = residual / errorScale
        return (prior.freedom + 1) / (prior.freedom + z * z)
    }

    /// The root of the mean of weight × (residual² + variance of the prediction), the prior's share included.
    private func scale(_ factor: Cholesky) -> Double {
        var squares = prior.errorWeight * prior.errorScale * prior.errorScale
        for index in rows.indices {
            let residual = residual(row(index))
            squares += weight(residual) * residual * residual
        }
        // Σ weight × variance is the number of unknowns that the measurements, not the priors, determine.
        squares += determined(factor) * errorScale * errorScale
        return (squares / (prior.errorWeight + Double(rows.count))).squareRoot()
    }

    private func determined(_ factor: Cholesky) -> Double {
        deviations.indices.reduce(Double(deviations.count)) { sum, index in
            var unit = [Double](repeating: 0, count: deviations.count)
            unit[index] = 1
            return sum - prior.precision(index) * factor.quadratic(unit)
        }
    }

    /// Factors, covariance, evidence and left-out residuals at the solution.
    private mutating func conclude() {
        reweigh()
        for term in 0..<TermFit.size { factors[term] = unit * (1 + deviations[0] + deviations[term + 1]) }
        covariance = [SIMD16<Double>](repeating: .zero, count: TermFit.size)
        guard let factor = information.factorized else { return }
        for term in 0..<TermFit.size {
            var pick = [Double](repeating: 0, count: deviations.count)
            (pick[0], pick[term + 1]) = (1, 1)
            let inverse = factor.solve(pick)
            for other in 0..<TermFit.size {
                covariance[term][other] = unit * unit * (inverse[0] + inverse[other + 1])
            }
        }
        evidence = logEvidence(factor)
        leftOut = rows.indices.map { leftOutResidual($0, factor) }
    }

    /// Laplace's approximation: likelihood and prior at the solution, and the volume of the posterior.
    private func logEvidence(_ factor: Cholesky) -> Double {
        var sum = -0.5 * factor.logDeterminant
        for index in rows.indices {
            let z = residual(row(index)) / errorScale
            sum -= errorScale.logarithm + (prior.freedom + 1) / 2 * (1 + z * z / prior.freedom).logarithm
        }
        for index in deviations.indices {
            let precision = prior.precision(index)
            sum += 0.5 * precision.logarithm - 0.5 * precision * deviations[index] * deviations[index]
        }
        let ratio = prior.errorScale / errorScale
        return sum - 0.5 * prior.errorWeight * ratio * ratio - prior.errorWeight * errorScale.logarithm
    }

    /// With the weights of the whole fit a left-out residual follows from its leverage, without a fit of its own.
    private func leftOutResidual(_ index: Int, _ factor: Cholesky) -> Double {
        let row = row(index)
        let residual = residual(row)
        let leverage = weight(residual) / (errorScale * errorScale) * factor.quadratic(row)
        return -max(1 - residual / max(1 - leverage, 0.02), 0.05).logarithm
    }
}

extension FactorFit {
    /// The values it was fitted to.
    var measured: [Double] { values }

    var termFit: TermFit {
        TermFit(
            scales: factors, covariance: covariance,
            residualLogSD: errorScale * FactorFit.normalEquivalent,
            leaveOneOutError: leftOut.map { abs($0.exponential - 1) }.median ?? 0,
            residualQuantiles: [0.1, 0.5, 0.9].map { leftOut.quantile($0) ?? 0 }, samples: rows.count,
            range: (values.min() ?? 1)...(values.max() ?? 1), leastRatio: leastRatio / 10)
    }

    /// The quantile at 0.9 of Student's t with 4 degrees of freedom over the normal's is 1.20; a fit to few measurements finds
    /// less scatter than there is.
    private static let normalEquivalent = 1.5
}
