import Numerics

/// How the sum of kernels timed one by one becomes the time of a network: factor × sum + scale × inference.
struct TimedSumFit {
    /// A network that consists of timed kernels; `inference` is what each inference costs besides, by the profile.
    struct Row { let timed, inference, milliseconds: Double }

    private(set) var factor = 1.0, inferenceScale = 1.0

    /// Least squares of the relative error, Student's t, both numbers believed to be about 1 before.
    init(_ rows: [Row]) {
        var scale = 0.1, residuals = [Double](repeating: 0, count: rows.count)
        for _ in 0..<20 {
            var fit = LeastSquares(unknowns: 2)
            for (row, residual) in zip(rows, residuals) {
                let ratio = residual / scale
                fit.add(
                    [row.timed / row.milliseconds, row.inference / row.milliseconds], target: 1,
                    weight: 4 / (3 + ratio * ratio) / (scale * scale))
            }
            fit.addPrior(0, value: 1, precision: 1 / (TimedSumFit.factorSD * TimedSumFit.factorSD))
            fit.addPrior(1, value: 1, precision: 1 / (TimedSumFit.inferenceSD * TimedSumFit.inferenceSD))
            guard let solution = fit.solve(), solution[0] > 0 else { break }
            (factor, inferenceScale) = (solution[0], max(solution[1], 0))
            for (index, row) in rows.enumerated() {
                residuals[index] =
                    1 - (factor * row.timed + inferenceScale * row.inference) / row.milliseconds
            }
            scale = max(0.01, 1.4826 * (residuals.map(abs).median ?? 0))
        }
    }

    private static let factorSD = 0.1, inferenceSD = 2.0
}

/// How far a network is from what kernels timed in others say, and how much of it those were.
struct TimedError {
    let logRatio, timedShare: Double
}

extension TermFit {
    mutating func correctTimed(by sum: TimedSumFit) {
        scales[KernelCosts.timedLane] = sum.factor
        timed = TimedSum(inferenceScale: sum.inferenceScale, logSD: residualLogSD)
    }

    /// The scatter of timed kernels' sums with which 80 of 100 left-out networks lie within their intervals; nil where none
    /// consists of timed kernels mostly.
    func timedLogSD(explaining errors: [TimedError]) -> Double? {
        let needed = errors.filter { $0.timedShare > 0.5 }.map { error in
            let modelled = (1 - error.timedShare) * residualLogSD
            return max(0, abs(error.logRatio) / Normal.quantile(0.9) - modelled) / error.timedShare
        }
        return needed.quantile(0.8).map { max($0, TermFit.leastTimedLogSD) }
    }

    /// Times of one network on one machine repeat no better than this.
    private static let leastTimedLogSD = 0.02

    /// The share of the kernels' time that was timed kernel by kernel.
    func timedShare(_ terms: SIMD16<Double>) -> Double { scaled(terms).timedShare }

    /// The terms multiplied by their factors.
    func scaled(_ terms: SIMD16<Double>) -> (terms: SIMD16<Double>, timedShare: Double) {
        var scaled = terms * scales
        guard let timed, scaled[KernelCosts.timedLane] > 0 else { return (scaled, 0) }
        let inference = CostTerm.inference.rawValue
        let share = scaled[KernelCosts.timedLane] / (scaled.sum() - scaled[inference])
        // What either account of the kernels leaves to the inference as a whole, by their shares.
        scaled[inference] *= 1 + share * (timed.inferenceScale / scales[inference] - 1)
        return (scaled, share)
    }
}
