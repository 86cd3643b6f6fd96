import Numerics

extension TermFit {
    /// How the fit weighs data sheet against measurements; logarithms, so 0.5 is a factor of about 1.6.
    struct Prior {
        /// Of the whole data sheet against the truth.
        var commonLogSD = 1.0
        /// Of each term against the others, by the kind of device.
        var termLogSD: Double
        /// Degrees of freedom of Student's t: published times of the same work scatter by a few hundredths and now and then
        /// by a factor of two, so what the model does not explain must hardly count.
        var freedom = 1.5
        /// Scale of the errors believed before any measurement is seen, and how many measurements that belief is worth.
        var errorScale = 0.035, errorWeight = 2.5

        init(_ kind: DeviceKind) {
            termLogSD =
                switch kind {
                // Where caches, clocks and libraries decide, a data sheet may be wrong by a factor of two for single kinds of work.
                case .cpu, .gpu, .systolic, .fpga, .vectorNPU: 0.7
                // Cycles of one core that runs one instruction after the other are known to a quarter.
                case .microcontroller: 0.25
                }
        }

        /// Of the logarithm of the common factor (index 0) or of a term's deviation from it.
        func precision(_ index: Int) -> Double {
            let sd = index == 0 ? commonLogSD : termLogSD
            return 1 / (sd * sd)
        }
    }

    /// Fits the factors to measured values; `rows` holds the terms of each before calibration.
    ///
    /// Maximum a posteriori in log space: prediction = Σ exp(common + deviationⱼ)·termⱼ, relative error, normal priors on
    /// `common` and the deviations, Student's t of unknown scale on the errors.
    /// Precondition: as many values as rows, all positive, at least one.
    init(rows: [SIMD16<Double>], values: [Double], prior: Prior) {
        self = TermFit.fitted(rows: rows, values: values, prior: prior).fit
    }

    /// The same, with the logarithms of measured over predicted value when each is left out.
    static func fitted(
        rows: [SIMD16<Double>], values: [Double], prior: Prior
    ) -> (fit: TermFit, residuals: [Double]) {
        precondition(
            !rows.isEmpty && rows.count == values.count, "TermFit: \(rows.count) rows, \(values.count) values"
        )
        let fit = LogFit(rows, values, prior)
        let folds = rows.count <= TermFit.fewForFolds ? min(rows.count, 50) : 10
        var residuals: [Double] = []
        for fold in 0..<folds where rows.count > 1 {
            let kept = rows.indices.filter { $0 % folds != fold }
            let partial = fit.refitted(to: kept.map { rows[$0] }, kept.map { values[$0] }, prior)
            let scales = partial.scales
            for index in rows.indices where index % folds == fold {
                residuals.append((values[index] / (rows[index] * scales).sum()).logarithm)
            }
        }
        let termFit = TermFit(
            scales: fit.scales, covariance: fit.covariance(prior),
            residualLogSD: fit.errorScale * TermFit.normalEquivalent,
            leaveOneOutError: residuals.map { abs($0.exponential - 1) }.median ?? 0,
            residualQuantiles: [0.1, 0.5, 0.9].map { residuals.quantile($0) ?? 0 }, samples: rows.count,
            range: (values.min() ?? 1)...(values.max() ?? 1), leastRatio: 0)
        return (termFit, residuals)
    }

    /// Measurements are left out one by one up to 50, in 50 groups up to this many, in ten groups beyond.
    private static let fewForFolds = 500

    /// The quantile at 0.9 of Student's t with 1.5 degrees of freedom over the normal's.
    private static let normalEquivalent = 1.7139
}

/// The logarithms of the factors: the common one first, then each term's deviation from it; and the scale of the errors.
private struct LogFit {
    private var logs: [Double]
    private(set) var errorScale: Double
    private var information = LeastSquares(unknowns: TermFit.size + 1)

    /// Gauss–Newton with reweighting, the scale of the errors re-estimated at each step (expectation–maximisation).
    ///
    /// It begins with a scale so wide that every measurement counts alike and narrows from there: begun narrow, the fit
    /// would cling to whichever measurements the data sheet happens to agree with.
    init(_ rows: [SIMD16<Double>], _ values: [Double], _ prior: TermFit.Prior) {
        let ratios = zip(rows, values).map { ($1 / $0.sum()).logarithm }
        logs = [ratios.median ?? 0] + [Double](repeating: 0, count: TermFit.size)
        errorScale = 1
        for _ in 0..<200 {
            guard let step = step(rows, values, prior) else { break }
            let scale = scale(of: step.squares, rows.count, prior)
            let change = (scale / errorScale).logarithm
            errorScale = scale
            if step.isSmall, abs(change) < 1e-5 { break }
        }
    }

    /// The fit to other measurements whose errors are known to have the same scale.
    func refitted(to rows: [SIMD16<Double>], _ values: [Double], _ prior: TermFit.Prior) -> LogFit {
        var fit = self
        for _ in 0..<60 {
            guard let step = fit.step(rows, values, prior), !step.isSmall else { break }
        }
        return fit
    }

    /// Moves the factors once; nil where the equations cannot be solved.
    ///
    /// `squares` is Σ weight × residual² before the move.
    private mutating func step(_ rows: [SIMD16<Double>], _ values: [Double], _ prior: TermFit.Prior)
        -> (isSmall: Bool, squares: Double)?
    {
        let (scales, precision) = (scales, 1 / (errorScale * errorScale))
        var squares = 0.0
        information = LeastSquares(unknowns: logs.count)
        for (row, value) in zip(rows, values) {
            let parts = row * scales
            let total = parts.sum()
            let residual = (value / total).logarithm
            let weight = (prior.freedom + 1) / (prior.freedom + residual * residual * precision)
            let shares = (0..<TermFit.size).map { parts[$0] / total }
            information.add([1] + shares, target: residual, weight: weight * precision)
            squares += weight * residual * residual
        }
        for index in logs.indices {
            information.addPrior(index, value: -logs[index], precision: prior.precision(index))
        }
        guard let step = information.solve() else { return nil }
        for index in logs.indices { logs[index] += min(max(step[index], -0.5), 0.5) }
        return (step.allSatisfy { abs($0) < 1e-7 }, squares)
    }

    /// The root of the mean of weight × (residual² + variance of the prediction), the prior's share included.
    private func scale(of squares: Double, _ count: Int, _ prior: TermFit.Prior) -> Double {
        // Σ weight × variance is the number of unknowns that the measurements, not the priors, determine.
        var determined = Double(logs.count)
        if let factor = information.factorized {
            for index in logs.indices {
                var unit = [Double](repeating: 0, count: logs.count)
                unit[index] = 1
                determined -= prior.precision(index) * factor.quadratic(unit)
            }
        }
        let believed = prior.errorWeight * prior.errorScale * prior.errorScale
        let sum = believed + squares + determined * errorScale * errorScale
        return (sum / (prior.errorWeight + Double(count))).squareRoot()
    }

    var scales: SIMD16<Double> {
        var scales = SIMD16<Double>(repeating: 1)
        for term in 0..<TermFit.size { scales[term] = (logs[0] + logs[term + 1]).exponential }
        return scales
    }

    /// Covariance of the factors, from that of common + deviation for every pair of terms.
    func covariance(_ prior: TermFit.Prior) -> [SIMD16<Double>] {
        let (size, scales) = (TermFit.size, scales)
        var rows = [SIMD16<Double>](repeating: .zero, count: size)
        guard let factor = information.factorized else {
            for term in 0..<size {
                rows[term][term] = prior.termLogSD * prior.termLogSD * scales[term] * scales[term]
            }
            return rows
        }
        for term in 0..<size {
            var pick = [Double](repeating: 0, count: size + 1)
            pick[0] = 1
            pick[term + 1] = 1
            let inverse = factor.solve(pick)
            for other in 0..<size {
                rows[term][other] = (inverse[0] + inverse[other + 1]) * scales[term] * scales[other]
            }
        }
        return rows
    }
}
