import Foundation
import Numerics

/// Gaussian-process regression over choices and numbers.
///
/// Two points are alike where they make the same choices and have similar numbers: k(a, b) = exp(−Σ_d θ_d·|a_d − b_d|),
/// where categories are 0 or 1 apart, with one weight a feature found by maximum likelihood, so that features which do not
/// matter cost nothing to ignore. Rasmussen, Williams: Gaussian Processes for Machine Learning, 2006, chapters 2 and 5.
struct GaussianProcess {
    private let features: FeatureTable
    private let kernel: ProductKernel
    private let factor: Cholesky
    private let alpha: [Double]
    private let mean: Double
    /// Prior variance of the function.
    private let variance: Double

    /// Fits observations with independent noise; nil for fewer than two points or values that are all equal.
    init?(_ features: FeatureTable, _ values: [Double]) {
        guard values.count > 1 else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        let centred = values.map { $0 - mean }
        guard centred.contains(where: { abs($0) > 1e-12 }) else { return nil }
        let sample = Likelihood.sample(of: values.count)
        kernel = Likelihood(features.rows(sample), sample.map { centred[$0] }).maximised
        guard let factor = Cholesky(kernel.covariance(of: features), size: values.count) else { return nil }
        self.features = features
        self.factor = factor
        self.mean = mean
        alpha = factor.solve(centred)
        variance = zip(centred, alpha).reduce(0) { $0 + $1.0 * $1.1 } / Double(values.count)
    }

    /// What would be observed at the points of a pool.
    func predictions(at pool: FeatureTable) -> PoolPrediction {
        let similarities = kernel.similarities(pool, features)
        let explained = factor.forward(rows: similarities)
        let shares = stride(from: 0, to: explained.count, by: alpha.count).map { start in
            explained[start..<start + alpha.count].reduce(1) { $0 - $1 * $1 }
        }
        return PoolPrediction(
            pool: pool, kernel: kernel, scale: variance,
            means: product(similarities, rows: pool.count, alpha).map { mean + $0 }, shares: shares,
            explained: explained)
    }
}

/// Predictions at the points of a pool, which grow more certain as points are taken for granted.
struct PoolPrediction {
    let means: [Double]
    /// For each point the part of the prior variance that is left.
    private var shares: [Double]
    /// L⁻¹·k of each point, row-major [point, observation].
    private let explained: [Double]
    /// The same for the points taken for granted, one column each.
    private var assumed: [[Double]] = []
    private let pool: FeatureTable
    private let kernel: ProductKernel
    private let scale: Double

    fileprivate init(
        pool: FeatureTable, kernel: ProductKernel, scale: Double, means: [Double], shares: [Double],
        explained: [Double]
    ) {
        self.pool = pool
        self.kernel = kernel
        self.scale = scale
        self.means = means
        self.shares = shares
        self.explained = explained
    }

    /// Standard deviation of what would be observed at a point, noise included.
    func deviation(_ point: Int) -> Double {
        (scale * (max(shares[point], 1e-9) + kernel.noise)).squareRoot()
    }

    /// Conditions the other points on this one being observed at its mean: no mean changes.
    mutating func assume(_ point: Int) {
        let observations = explained.count / pool.count
        let own = Array(explained[point * observations..<(point + 1) * observations])
        var column = kernel.similarities(pool.rows([point]), pool)
        let known = product(explained, rows: pool.count, own)
        for other in column.indices { column[other] -= known[other] }
        for earlier in assumed {
            for other in column.indices { column[other] -= earlier[point] * earlier[other] }
        }
        let scale = 1 / (max(shares[point], 1e-9) + kernel.noise).squareRoot()
        for other in column.indices {
            column[other] *= scale
            shares[other] -= column[other] * column[other]
        }
        assumed.append(column)
    }
}

/// The kernel's parameters.
struct ProductKernel {
    /// Logarithm of the weight of each feature; any real number is valid.
    var logWeights: [Double]
    /// Logarithm of the noise's share of the variance.
    var logNoise: Double

    /// Choices share a weight, numbers another, before anything is learnt.
    init(_ features: FeatureTable) {
        let numbers = features.columns.count - features.categories
        logWeights =
            [Double](repeating: log(2 / Double(max(features.categories, 1))), count: features.categories)
            + [Double](repeating: log(0.5 / Double(max(numbers, 1))), count: numbers)
        logNoise = log(0.02)
    }

    var noise: Double { exp(logNoise) }

    /// Similarities of each row of `a` with each of `b`; row-major [a, b].
    func similarities(_ a: FeatureTable, _ b: FeatureTable) -> [Double] {
        var distances = [Double](repeating: 0, count: a.count * b.count)
        for (column, logWeight) in logWeights.enumerated() {
            let weight = exp(logWeight)
            let isCategory = column < a.categories
            let others = b.columns[column]
            for row in 0..<a.count {
                let value = a.columns[column][row]
                let start = row * b.count
                if isCategory {
                    for other in 0..<b.count {
                        distances[start + other] += others[other] == value ? 0 : weight
                    }
                } else {
                    for other in 0..<b.count {
                        distances[start + other] += weight * abs(others[other] - value)
                    }
                }
            }
        }
        for index in distances.indices { distances[index] = exp(-distances[index]) }
        return distances
    }

    /// Similarities of all pairs, noise on the diagonal; row-major.
    func covariance(of features: FeatureTable) -> [Double] {
        var matrix = similarities(features, features)
        for row in 0..<features.count { matrix[row * features.count + row] = 1 + noise }
        return matrix
    }
}
