import Foundation
import Numerics

/// Gaussian-process regression over vectors of choices.
///
/// Two points are alike where they make the same choices: k(a, b) = exp(−Σ_d θ_d·[a_d ≠ b_d]), with one
/// weight a dimension found by maximum likelihood, so that choices which do not matter cost nothing to
/// ignore. Rasmussen, Williams: Gaussian Processes for Machine Learning, 2006, chapters 2 and 5.
struct GaussianProcess {
    private let points: [[Int]]
    private let weights: Weights
    private let factor: Cholesky
    private let alpha: [Double]
    private let mean: Double
    /// Prior variance of the function.
    private let variance: Double

    /// Fits observations with independent noise; nil for fewer than two points or values that are all equal.
    init?(_ points: [[Int]], _ values: [Double]) {
        guard points.count > 1, let dimensions = points.first?.count else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        let centred = values.map { $0 - mean }
        guard centred.contains(where: { abs($0) > 1e-12 }) else { return nil }
        let sample = Likelihood.sample(of: points.count)
        let likelihood = Likelihood(points: sample.map { points[$0] }, values: sample.map { centred[$0] })
        weights = likelihood.maximised(from: Weights(dimensions: dimensions))
        let covariance = weights.covariance(of: points)
        guard let factor = Cholesky(covariance, size: points.count) else { return nil }
        self.points = points
        self.factor = factor
        self.mean = mean
        alpha = factor.solve(centred)
        variance = zip(centred, alpha).reduce(0) { $0 + $1.0 * $1.1 } / Double(points.count)
    }

    /// Mean and standard deviation of what would be observed at each point.
    func predict(_ asked: [[Int]]) -> [(mean: Double, deviation: Double)] {
        let similarities = weights.similarities(of: asked, to: points)
        let shifts = product(similarities, rows: asked.count, alpha)
        return zip(shifts, factor.quadratics(ofRows: similarities)).map { shift, explained in
            let spread = max(1 - explained, 1e-9) + weights.noise
            return (mean + shift, (variance * spread).squareRoot())
        }
    }
}

/// The kernel's parameters; logarithms, so that any real number is valid.
struct Weights {
    /// One a dimension.
    var logTheta: [Double]
    /// Of the noise's share of the variance.
    var logNoise: Double

    init(dimensions: Int) {
        logTheta = [Double](repeating: log(2 / Double(max(dimensions, 1))), count: dimensions)
        logNoise = log(0.02)
    }

    var noise: Double { exp(logNoise) }

    /// One row a point of `asked`, one column a point of `known`; row-major.
    func similarities(of asked: [[Int]], to known: [[Int]]) -> [Double] {
        let theta = logTheta.map { exp($0) }
        return asked.flatMap { point in known.map { similarity($0, point, theta) } }
    }

    private func similarity(_ a: [Int], _ b: [Int], _ theta: [Double]) -> Double {
        var distance = 0.0
        for dimension in theta.indices where a[dimension] != b[dimension] { distance += theta[dimension] }
        return exp(-distance)
    }

    /// Similarities of all pairs, noise on the diagonal; row-major.
    func covariance(of points: [[Int]]) -> [Double] {
        let theta = logTheta.map { exp($0) }
        var matrix = [Double](repeating: 1 + noise, count: points.count * points.count)
        for row in points.indices {
            for column in 0..<row {
                let value = similarity(points[row], points[column], theta)
                matrix[row * points.count + column] = value
                matrix[column * points.count + row] = value
            }
        }
        return matrix
    }
}

/// How well parameters explain observations, and the parameters that explain them best.
struct Likelihood {
    let points: [[Int]]
    let values: [Double]

    /// At most this many observations decide the parameters; all of them decide the predictions.
    private static let enough = 160
    private static let steps = 30

    /// Evenly spread positions, the last one included.
    static func sample(of count: Int) -> [Int] {
        let taken = min(count, enough)
        return (1...taken).map { $0 * count / taken - 1 }
    }

    /// Climbs the gradient by the signs of its components, each with a step of its own (Riedmiller, Braun:
    /// RPROP, 1993).
    func maximised(from start: Weights) -> Weights {
        var weights = start
        var best = (value: -Double.infinity, weights: start)
        var rates = [Double](repeating: 0.3, count: start.logTheta.count + 1)
        var previous = [Double](repeating: 0, count: rates.count)
        for _ in 0..<Likelihood.steps {
            guard let (value, gradient) = evaluate(weights) else { break }
            if value > best.value { best = (value, weights) }
            for index in rates.indices {
                rates[index] = min(
                    max(rates[index] * (gradient[index] * previous[index] < 0 ? 0.5 : 1.2), 0.01), 0.8)
                let step = gradient[index] == 0 ? 0 : gradient[index] > 0 ? rates[index] : -rates[index]
                if index < weights.logTheta.count {
                    weights.logTheta[index] = min(max(weights.logTheta[index] + step, -8), 2)
                } else {
                    weights.logNoise = min(max(weights.logNoise + step, -8), 1)
                }
            }
            previous = gradient
        }
        return best.weights
    }

    /// The log marginal likelihood with the function's variance at its optimum, a weak prior on the
    /// parameters, and the gradient: ½·tr((ααᵀ/v − K⁻¹)·∂K/∂p).
    private func evaluate(_ weights: Weights) -> (value: Double, gradient: [Double])? {
        let count = points.count
        let covariance = weights.covariance(of: points)
        guard let factor = Cholesky(covariance, size: count) else { return nil }
        let (alpha, inverse) = (factor.solve(values), factor.inverse)
        let variance = zip(values, alpha).reduce(0) { $0 + $1.0 * $1.1 } / Double(count)
        guard variance > 0 else { return nil }
        let start = Weights(dimensions: weights.logTheta.count)
        var value = -0.5 * (Double(count) * log(variance) + factor.logDeterminant)
        var gradient = [Double](repeating: 0, count: weights.logTheta.count + 1)
        let theta = weights.logTheta.map { exp($0) }
        for row in 0..<count {
            for column in 0..<row {
                let pull = alpha[row] * alpha[column] / variance - inverse[row * count + column]
                let weight = pull * covariance[row * count + column]
                for dimension in theta.indices where points[row][dimension] != points[column][dimension] {
                    gradient[dimension] -= weight * theta[dimension]
                }
            }
            gradient[theta.count] +=
                0.5 * (alpha[row] * alpha[row] / variance - inverse[row * count + row]) * weights.noise
        }
        let parameters = weights.logTheta + [weights.logNoise]
        for (index, anchor) in (start.logTheta + [start.logNoise]).enumerated() {
            let distance = parameters[index] - anchor
            value -= Likelihood.priorPrecision * distance * distance
            gradient[index] -= 2 * Likelihood.priorPrecision * distance
        }
        return (value, gradient)
    }

    private static let priorPrecision = 0.02
}
