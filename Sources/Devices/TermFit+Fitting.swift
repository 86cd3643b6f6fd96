import LinearAlgebra

extension TermFit {
    /// How the fit weighs data sheet against measurements; logarithms, so 0.5 is a factor of about 1.6.
    struct Prior {
        /// Of the whole data sheet against the truth.
        var commonLogSD = 1.0
        /// Of each term against the others: data sheets may be wrong by a factor of e for single kinds of work.
        var termLogSD = 1.0
        /// Expected scatter of good measurements around a good model.
        var noiseLogSD = 0.05
        /// Degrees of freedom of Student's t: measurements that the model does not explain count less.
        var freedom = 4.0
        /// Scatter believed before any residual is seen, and how many residuals that belief is worth.
        var residualLogSD = 0.06, residualWeight = 4.0
    }

    /// Fits the factors to measured values; `rows` holds the terms of each before calibration.
    ///
    /// Maximum a posteriori in log space: prediction = Σ exp(common + deviationⱼ)·termⱼ, relative error, normal priors on
    /// `common` and the deviations, Student's t on the errors. Gauss–Newton with reweighting.
    /// Precondition: as many values as rows, all positive, at least one.
    init(rows: [SIMD16<Double>], values: [Double], prior: Prior = Prior()) {
        self = TermFit.fitted(rows: rows, values: values, prior: prior).fit
    }

    /// The same, with the logarithms of measured over predicted value when each is left out, sorted.
    static func fitted(
        rows: [SIMD16<Double>], values: [Double], prior: Prior = Prior()
    ) -> (fit: TermFit, residuals: [Double]) {
        precondition(
            !rows.isEmpty && rows.count == values.count, "TermFit: \(rows.count) rows, \(values.count) values"
        )
        let fit = LogFit(rows, values, prior, start: nil)
        let folds = rows.count <= TermFit.fewForFolds ? min(rows.count, 50) : 10
        var residuals: [Double] = []
        for fold in 0..<folds where rows.count > 1 {
            let kept = rows.indices.filter { $0 % folds != fold }
            let partial = LogFit(kept.map { rows[$0] }, kept.map { values[$0] }, prior, start: fit.logs)
            for index in rows.indices where index % folds == fold {
                residuals.append((values[index] / partial.predict(rows[index])).logarithm)
            }
        }
        residuals.sort()
        let spread = scatter(residuals, prior)
        let shrink = min(1, (spread / prior.noiseLogSD) * (spread / prior.noiseLogSD))
        let termFit = TermFit(
            scales: fit.scales, covariance: fit.covariance(prior).map { $0 * shrink },
            residualLogSD: spread * (1 + fewResiduals / (prior.residualWeight + Double(residuals.count))),
            leaveOneOutError: residuals.map { abs($0.exponential - 1) }.sorted().middle ?? 0,
            residualQuantiles: [0.1, 0.5, 0.9].map { residuals.quantile($0) ?? 0 }, samples: rows.count,
            range: (values.min() ?? 1)...(values.max() ?? 1))
        return (termFit, residuals)
    }

    /// Measurements are left out one by one up to 50, in 50 groups up to this many, in ten groups beyond.
    private static let fewForFolds = 500

    /// A scale known from ν residuals only is Student's t with ν degrees of freedom: its quantile at 0.9 over the normal's is
    /// 1 + (z² + 1) / 4ν to first order, z = 1.28.
    private static let fewResiduals = 0.66

    /// A scale of the residuals that a few outliers do not blow up, drawn towards the prior when there are few.
    private static func scatter(_ residuals: [Double], _ prior: Prior) -> Double {
        let median = residuals.map(abs).sorted().middle ?? 0
        let limit = 2.5 * max(1.4826 * median, prior.residualLogSD)
        let squares = residuals.reduce(0) { $0 + min(abs($1), limit) * min(abs($1), limit) }
        let believed = prior.residualWeight * prior.residualLogSD * prior.residualLogSD
        return ((believed + squares) / (prior.residualWeight + Double(residuals.count))).squareRoot()
    }
}

/// The logarithms of the factors: the common one first, then each term's deviation from it.
private struct LogFit {
    var logs: [Double]
    private var information: LeastSquares

    init(_ rows: [SIMD16<Double>], _ values: [Double], _ prior: TermFit.Prior, start: [Double]?) {
        let ratios = zip(rows, values).map { ($1 / $0.sum()).logarithm }.sorted()
        let zeros = [Double](repeating: 0, count: TermFit.size)
        logs = start ?? [ratios.middle ?? 0] + zeros
        information = LeastSquares(unknowns: TermFit.size + 1)
        for _ in 0..<60 {
            guard let step = step(rows, values, prior) else { break }
            for index in logs.indices { logs[index] += min(max(step[index], -0.5), 0.5) }
            if step.allSatisfy({ abs($0) < 1e-7 }) { break }
        }
    }

    private mutating func step(_ rows: [SIMD16<Double>], _ values: [Double], _ prior: TermFit.Prior)
        -> [Double]?
    {
        let precision = 1 / (prior.noiseLogSD * prior.noiseLogSD)
        information = LeastSquares(unknowns: logs.count)
        for (row, value) in zip(rows, values) {
            let residual = (value / predict(row)).logarithm
            let weight = (prior.freedom + 1) / (prior.freedom + residual * residual * precision)
            information.add([1] + shares(row), target: residual, weight: weight * precision)
        }
        for index in logs.indices {
            let sd = index == 0 ? prior.commonLogSD : prior.termLogSD
            information.addPrior(index, value: -logs[index], precision: 1 / (sd * sd))
        }
        return information.solve()
    }

    var scales: SIMD16<Double> {
        var scales = SIMD16<Double>(repeating: 1)
        for term in 0..<TermFit.size { scales[term] = (logs[0] + logs[term + 1]).exponential }
        return scales
    }

    func predict(_ row: SIMD16<Double>) -> Double { (row * scales).sum() }

    private func shares(_ row: SIMD16<Double>) -> [Double] {
        let scaled = row * scales
        let total = scaled.sum()
        return (0..<TermFit.size).map { scaled[$0] / total }
    }

    /// Covariance of common + deviation for every pair of terms.
    func covariance(_ prior: TermFit.Prior) -> [SIMD16<Double>] {
        let size = TermFit.size
        var rows = [SIMD16<Double>](repeating: .zero, count: size)
        guard let factor = information.factorized else {
            for term in 0..<size { rows[term][term] = prior.termLogSD * prior.termLogSD }
            return rows
        }
        for term in 0..<size {
            var pick = [Double](repeating: 0, count: size + 1)
            pick[0] = 1
            pick[term + 1] = 1
            let inverse = factor.solve(pick)
            for other in 0..<size { rows[term][other] = inverse[0] + inverse[other + 1] }
        }
        return rows
    }
}

extension [Double] {
    /// The middle of a sorted list.
    var middle: Double? { quantile(0.5) }

    /// A quantile of a sorted list, interpolated.
    func quantile(_ share: Double) -> Double? {
        guard let last = indices.last else { return nil }
        let place = share * Double(last)
        let below = Int(place)
        let above = Swift.min(below + 1, last)
        return self[below] + (self[above] - self[below]) * (place - Double(below))
    }
}
