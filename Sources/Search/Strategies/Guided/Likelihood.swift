import Foundation
import Numerics

/// How well a kernel explains observations, and the kernel that explains them best.
struct Likelihood {
    private let values: [Double]
    private let start: ProductKernel
    /// For each feature the distances of the pairs (1, 0), (2, 0), (2, 1) and so on.
    private let distances: [[Double]]

    /// At most this many observations decide the parameters; all of them decide the predictions.
    private static let enough = 120
    private static let steps = 20
    private static let priorPrecision = 0.02

    /// Evenly spread positions, the last one included.
    static func sample(of count: Int) -> [Int] {
        let taken = min(count, enough)
        return (1...taken).map { $0 * count / taken - 1 }
    }

    init(_ features: FeatureTable, _ values: [Double]) {
        self.values = values
        start = ProductKernel(features)
        distances = features.columns.indices.map { column in
            let all = features.columns[column]
            var pairs: [Double] = []
            pairs.reserveCapacity(all.count * (all.count - 1) / 2)
            for row in all.indices {
                for other in 0..<row { pairs.append(features.distance(column, all[row], all[other])) }
            }
            return pairs
        }
    }

    /// Climbs the gradient by the signs of its components, each with a step of its own (Riedmiller, Braun:
    /// RPROP, 1993).
    var maximised: ProductKernel {
        var kernel = start
        var best = (value: -Double.infinity, kernel: start)
        var rates = [Double](repeating: 0.3, count: start.logWeights.count + 1)
        var previous = [Double](repeating: 0, count: rates.count)
        for _ in 0..<Likelihood.steps {
            guard let (value, gradient) = evaluate(kernel) else { break }
            if value > best.value { best = (value, kernel) }
            for index in rates.indices {
                let turned = gradient[index] * previous[index] < 0
                rates[index] = min(max(rates[index] * (turned ? 0.5 : 1.2), 0.01), 0.8)
                let step = gradient[index] == 0 ? 0 : gradient[index] > 0 ? rates[index] : -rates[index]
                if index < kernel.logWeights.count {
                    kernel.logWeights[index] = min(max(kernel.logWeights[index] + step, -8), 2)
                } else {
                    kernel.logNoise = min(max(kernel.logNoise + step, -8), 1)
                }
            }
            previous = gradient
        }
        return best.kernel
    }

    /// The log marginal likelihood with the function's variance at its optimum, a weak prior on the
    /// parameters, and the gradient: ½·tr((ααᵀ/v − K⁻¹)·∂K/∂p).
    private func evaluate(_ kernel: ProductKernel) -> (value: Double, gradient: [Double])? {
        let count = values.count
        let similarities = pairSimilarities(kernel)
        guard let factor = Cholesky(matrix(similarities, diagonal: 1 + kernel.noise), size: count) else {
            return nil
        }
        let alpha = factor.solve(values)
        let variance = zip(values, alpha).reduce(0) { $0 + $1.0 * $1.1 } / Double(count)
        guard variance > 0 else { return nil }
        let inverse = factor.inverse
        var pulls = similarities
        var noisePull = 0.0
        var pair = 0
        for row in 0..<count {
            for column in 0..<row {
                pulls[pair] *= alpha[row] * alpha[column] / variance - inverse[row * count + column]
                pair += 1
            }
            noisePull += alpha[row] * alpha[row] / variance - inverse[row * count + row]
        }
        var gradient = zip(distances, kernel.logWeights).map { -exp($1) * product($0, pulls) }
        gradient.append(0.5 * noisePull * kernel.noise)
        let value = -0.5 * (Double(count) * log(variance) + factor.logDeterminant)
        return (value - penalty(kernel, &gradient), gradient)
    }

    private func pairSimilarities(_ kernel: ProductKernel) -> [Double] {
        var sums = [Double](repeating: 0, count: values.count * (values.count - 1) / 2)
        for (pairs, logWeight) in zip(distances, kernel.logWeights) {
            let weight = exp(logWeight)
            for pair in sums.indices { sums[pair] += weight * pairs[pair] }
        }
        return sums.map { exp(-$0) }
    }

    private func matrix(_ pairs: [Double], diagonal: Double) -> [Double] {
        let count = values.count
        var matrix = [Double](repeating: diagonal, count: count * count)
        var pair = 0
        for row in 0..<count {
            for column in 0..<row {
                matrix[row * count + column] = pairs[pair]
                matrix[column * count + row] = pairs[pair]
                pair += 1
            }
        }
        return matrix
    }

    /// Σ a·b, in four sums so that it vectorises.
    private func product(_ a: [Double], _ b: [Double]) -> Double {
        var sums = SIMD4<Double>.zero
        var index = 0
        while index + 4 <= a.count {
            for lane in 0..<4 { sums[lane] += a[index + lane] * b[index + lane] }
            index += 4
        }
        return (index..<a.count).reduce(sums.sum()) { $0 + a[$1] * b[$1] }
    }

    /// The distance of the parameters from where they began, with its gradient taken off.
    private func penalty(_ kernel: ProductKernel, _ gradient: inout [Double]) -> Double {
        let parameters = kernel.logWeights + [kernel.logNoise]
        var sum = 0.0
        for (index, anchor) in (start.logWeights + [start.logNoise]).enumerated() {
            let distance = parameters[index] - anchor
            sum += Likelihood.priorPrecision * distance * distance
            gradient[index] -= 2 * Likelihood.priorPrecision * distance
        }
        return sum
    }
}
