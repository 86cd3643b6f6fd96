import Numerics

/// Factors on the terms of a cost model, fitted to measured values: measured ≈ Σ factorⱼ · termⱼ.
///
/// Maximum a posteriori of the relative error with Student's t errors of unknown scale (expectation–maximisation). The model is
/// linear in the factors, or in their logarithms near the solution, so that the weighted posterior is normal and the evidence
/// for the model follows from it.
struct FactorFit {
    /// In the order of `CostTerm`; 1 in unused lanes.
    private(set) var factors = SIMD16<Double>(repeating: 1)
    private(set) var covariance: [SIMD16<Double>] = []
    private(set) var errorScale = 1.0
    /// Logarithm of the probability of the measurements under this model, up to a constant that all models share.
    private(set) var evidence = 0.0
    /// Logarithms of measured over predicted value, each predicted from the others.
    private(set) var leftOut: [Double] = []
    /// The weight of each measurement as a share of that of one without error.
    private(set) var trust: [Double] = []
    /// The least ratio of measured to estimated value.
    private let leastRatio: Double

    /// In units of the prior's mean factors.
    private let rows: [SIMD16<Double>]
    private let values: [Double]
    private let prior: FactorPrior
    private let precision: (matrix: [Double], logDeterminant: Double)
    /// The middle ratio of measured to estimated value: the unit of the unknowns.
    private let unit: Double
    /// How far the common factor and each term's own are from `unit`, in `unit`s or as logarithms.
    private var deviations: [Double]
    private var information: LeastSquares

    /// Precondition: as many values as rows, all positive, at least one.
    init(rows: [SIMD16<Double>], values: [Double], prior: FactorPrior) {
        precondition(
            !rows.isEmpty && rows.count == values.count,
            "FactorFit: \(rows.count) rows, \(values.count) values")
        self.rows = rows.map { $0 * prior.means }
        (self.values, self.prior, precision) = (values, prior, prior.precision)
        unit = zip(self.rows, values).map { $1 / $0.sum() }.median ?? 1
        leastRatio = zip(rows, values).map { $1 / $0.sum() }.min() ?? 1
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
            for index in deviations.indices {
                deviations[index] += bounded(solution[index] - deviations[index])
            }
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
            let row = row(index), residual = residual(index)
            let present = zip(row, deviations).reduce(0) { $0 + $1.0 * $1.1 }
            information.add(
                row, target: residual + present, weight: weight(residual) / (errorScale * errorScale))
        }
        information.addPrior(precision: precision.matrix)
    }

    /// Logarithms move step by step, since the model is linear in them only nearby.
    private func bounded(_ step: Double) -> Double {
        switch prior.form {
        case .linear: step
        case .logarithmic: min(max(step, -0.7), 0.7)
        }
    }

    /// The terms of a measurement multiplied by their present factors.
    private func parts(_ index: Int) -> SIMD16<Double> {
        var parts = rows[index] * unit
        for term in 0..<TermFit.size { parts[term] *= prior.form.factor(deviations[0], deviations[term + 1]) }
        return parts
    }

    /// How the prediction of a measurement depends on the deviations, relative to its value: the sum of all terms, then each.
    private func row(_ index: Int) -> [Double] {
        let shares: SIMD16<Double>
        switch prior.form {
        case .linear: shares = rows[index] * (unit / values[index])
        case .logarithmic:
            let parts = parts(index)
            shares = parts / parts.sum()
        }
        return [shares.sum()] + (0..<TermFit.size).map { shares[$0] }
    }

    /// 1 − predicted / measured, or the logarithm of measured over predicted.
    private func residual(_ index: Int) -> Double {
        let predicted = parts(index).sum()
        return switch prior.form {
        case .linear: 1 - predicted / values[index]
        case .logarithmic: (values[index] / predicted).logarithm
        }
    }

    private func weight(_ residual: Double) -> Double {
        prior.tails.weight(residual / errorScale)
    }

    /// The root of the mean of weight × (residual² + variance of the prediction), the prior's share included.
    private func scale(_ factor: Cholesky) -> Double {
        var squares = prior.errorWeight * prior.errorScale * prior.errorScale
        for index in rows.indices {
            let residual = residual(index)
            squares += weight(residual) * residual * residual
        }
        // Σ weight × variance is the number of unknowns that the measurements, not the priors, determine.
        squares += determined(factor) * errorScale * errorScale
        return (squares / (prior.errorWeight + Double(rows.count))).squareRoot()
    }

    private func determined(_ factor: Cholesky) -> Double {
        zip(precision.matrix, factor.inverse).reduce(Double(deviations.count)) { $0 - $1.0 * $1.1 }
    }

    /// Factors, covariance, evidence, left-out residuals and weights at the solution.
    private mutating func conclude() {
        reweigh()
        (leftOut, trust) = (rows.map { _ in 0 }, rows.map { _ in 1 })
        for term in 0..<TermFit.size {
            factors[term] =
                unit * prior.means[term] * prior.form.factor(deviations[0], deviations[term + 1])
        }
        covariance = [SIMD16<Double>](repeating: .zero, count: TermFit.size)
        guard let factor = information.factorized else { return }
        let scale = prior.form == .linear ? prior.means * unit : factors
        for term in 0..<TermFit.size {
            var pick = [Double](repeating: 0, count: deviations.count)
            (pick[0], pick[term + 1]) = (1, 1)
            let inverse = factor.solve(pick)
            for other in 0..<TermFit.size {
                covariance[term][other] = inverse[0] + inverse[other + 1]
            }
            covariance[term] *= scale * scale[term]
        }
        evidence = logEvidence(factor)
        leftOut = rows.indices.map { leftOutResidual($0, factor) }
        trust = rows.indices.map { prior.tails.trust(residual($0) / errorScale) }
    }

    /// Laplace's approximation: likelihood and prior at the solution, and the volume of the posterior.
    private func logEvidence(_ factor: Cholesky) -> Double {
        var sum = -0.5 * factor.logDeterminant
        for index in rows.indices {
            sum += prior.tails.logDensity(residual(index) / errorScale) - errorScale.logarithm
        }
        sum += 0.5 * precision.logDeterminant
        for (index, deviation) in deviations.enumerated() where deviation != 0 {
            let row = precision.matrix[(index * deviations.count)..<((index + 1) * deviations.count)]
            sum -= 0.5 * deviation * zip(row, deviations).reduce(0) { $0 + $1.0 * $1.1 }
        }
        let ratio = prior.errorScale / errorScale
        return sum - 0.5 * prior.errorWeight * ratio * ratio - prior.errorWeight * errorScale.logarithm
    }

    /// With the weights of the whole fit a left-out residual follows from its leverage, without a fit of its own.
    private func leftOutResidual(_ index: Int, _ factor: Cholesky) -> Double {
        let residual = residual(index)
        let leverage = weight(residual) / (errorScale * errorScale) * factor.quadratic(row(index))
        let leftOut = residual / max(1 - leverage, 0.02)
        return prior.form == .linear ? -max(1 - leftOut, 0.05).logarithm : leftOut
    }
}

extension FactorFit {
    /// The terms' own deviations and their covariance.
    var own: (deviations: SIMD16<Double>, covariance: [SIMD16<Double>]) {
        let inverse = information.factorized?.inverse
        var own = SIMD16<Double>.zero
        var covariance = [SIMD16<Double>](repeating: .zero, count: TermFit.size)
        for term in 0..<TermFit.size {
            own[term] = deviations[term + 1]
            for other in 0..<TermFit.size {
                covariance[term][other] = inverse?[(term + 1) * deviations.count + other + 1] ?? 0
            }
        }
        return (own, covariance)
    }

    /// The values it was fitted to.
    var measured: [Double] { values }

    var termFit: TermFit {
        TermFit(
            scales: factors, covariance: covariance,
            residualLogSD: errorScale * prior.tails.normalEquivalent,
            leaveOneOutError: leftOut.map { abs($0.exponential - 1) }.median ?? 0,
            residualQuantiles: [0.1, 0.5, 0.9].map { leftOut.quantile($0) ?? 0 }, samples: rows.count,
            range: (values.min() ?? 1)...(values.max() ?? 1),
            leastRatio: prior.form == .linear ? leastRatio / 10 : 0)
    }
}
