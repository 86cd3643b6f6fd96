import Determinism
import ModelGraph
import Testing
import Training

/// Statistics of normalisations, beside plain loops over all rows.
@Suite("Statistics of normalisations")
struct StatisticsTests {
    private static let channels = 12, pixels = 9, epsilon = 1e-3

    /// Three 1×1 layers, each with a normalisation; what the first one gives is added behind the second and read by the third as well.
    private func network() throws -> Graph {
        var builder = GraphBuilder(name: "branches")
        var random = RandomStream(seed: 3, .initialization)
        func layer(_ input: ValueID, _ name: String, adding other: ValueID? = nil) throws -> ValueID {
            let count = Self.channels
            func constant(_ part: String, _ shape: Shape, from low: Float, to high: Float) -> ValueID {
                let values = (0..<shape.elementCount).map { _ in low + (high - low) * random.uniform() }
                return builder.constant("\(name).\(part)", Tensor(shape, values))
            }
            let weights = constant("weights", [count, 1, 1, count], from: -0.6, to: 0.6)
            var x = try builder.apply(.convolution(Convolution(kernel: 1)), to: [input, weights])
            x = try builder.apply(
                .batchNormalization(epsilon: Float(Self.epsilon)),
                to: [
                    x, constant("scale", [count], from: 0.5, to: 2),
                    constant("offset", [count], from: -1, to: 1),
                    constant("mean", [count], from: -9, to: 9),
                    constant("variance", [count], from: 5, to: 9),
                ])
            if let other { x = try builder.apply(.binary(.add), to: [x, other]) }
            return try builder.apply(.activation(.relu), to: [x])
        }
        let image = builder.input("image", ValueType([1, 3, 3, Self.channels]))
        let first = try layer(image, "first")
        let second = try layer(first, "second", adding: first)
        let third = try layer(second, "third", adding: first)
        return builder.graph(outputs: [third])
    }

    /// A layer by plain loops: mean and variance of what its weights make of rows of channels, and what the normalisation gives.
    private func reference(
        _ graph: Graph, _ name: String, _ rows: [[Double]], adding other: [[Double]]? = nil
    ) throws -> (mean: [Double], variance: [Double], result: [[Double]]) {
        func constant(_ part: String) throws -> [Double] {
            let value = graph.values.first { $0.name == "\(name).\(part)" }
            return try #require(value?.constant?.tensor.floats).map(Double.init)
        }
        let (weights, scale, offset) = (
            try constant("weights"), try constant("scale"), try constant("offset")
        )
        var result = rows.map { row in
            scale.indices.map { c in
                row.indices.reduce(0) { $0 + row[$1] * weights[c * row.count + $1] }
            }
        }
        var means: [Double] = [], variances: [Double] = []
        for c in scale.indices {
            let mean = result.reduce(0) { $0 + $1[c] } / Double(rows.count)
            let variance = result.reduce(0) { $0 + ($1[c] - mean) * ($1[c] - mean) } / Double(rows.count)
            means.append(mean)
            variances.append(variance)
            for row in rows.indices {
                let normal = (result[row][c] - mean) / (variance + Self.epsilon).squareRoot()
                result[row][c] = max(scale[c] * normal + offset[c] + (other?[row][c] ?? 0), 0)
            }
        }
        return (means, variances, result)
    }

    @Test("they are those of each batch, whatever is read again later", arguments: [1, 3])
    func plainLoops(batches: Int) throws {
        let graph = try network()
        var random = RandomStream(seed: 4, .calibration)
        let samples = (0..<batches * 16).map { _ in
            (0..<Self.pixels).map { _ in (0..<Self.channels).map { _ in random.uniform() * 3 - 1 } }
        }
        let result = try graph.withStatistics(
            of: ArraySource(
                sampleShape: [3, 3, Self.channels], samples: samples.flatMap { $0.flatMap(\.self) },
                labels: [Int](repeating: 0, count: samples.count)),
            rows: Array(samples.indices), batch: 16)
        var expected: [String: [Double]] = [:]
        let unbiased = Double(16 * Self.pixels) / Double(16 * Self.pixels - 1)
        func add(_ name: String, _ seen: (mean: [Double], variance: [Double], result: [[Double]])) {
            for (part, values) in [("mean", seen.mean), ("variance", seen.variance.map { $0 * unbiased })] {
                let sum = expected["\(name).\(part)"] ?? [Double](repeating: 0, count: values.count)
                expected["\(name).\(part)"] = zip(sum, values).map { $0 + $1 / Double(batches) }
            }
        }
        for batch in 0..<batches {
            let rows = samples[batch * 16..<batch * 16 + 16].flatMap { $0.map { $0.map(Double.init) } }
            let first = try reference(graph, "first", rows)
            let second = try reference(graph, "second", first.result, adding: first.result)
            add("first", first)
            add("second", second)
            add("third", try reference(graph, "third", second.result, adding: first.result))
        }
        for (name, values) in expected {
            let found = try #require(result.values.first { $0.name == name }?.constant?.tensor.floats)
            for (a, b) in zip(found, values) { #expect(abs(Double(a) - b) < 1e-4, "\(name)") }
        }
        #expect(expected.count == 6)
    }
}
