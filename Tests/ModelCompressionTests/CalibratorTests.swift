import Determinism
import Foundation
import ModelCompression
import ModelGraph
import Testing

/// Ranges of activations, seen in the scale that a network's input gets.
@Suite("Ranges of activations")
struct CalibratorTests {
    private static let size = 64

    /// The scale and zero point that numbers get as the input of a dense layer.
    private func scale(of numbers: [Float], by calibrator: Calibrator) throws -> AffineScale {
        var builder = GraphBuilder(name: "layer")
        let input = builder.input("input", ValueType([1, Self.size]))
        let weights = builder.constant(
            "weights", Tensor([1, Self.size], [Float](repeating: 0.1, count: Self.size)))
        let result = try builder.apply(.dense, to: [input, weights], name: "dense")
        let small = try compress(
            builder.graph(outputs: [result]), by: Compression(parsing: "int8"),
            calibration: CalibrationSamples(numbers, count: numbers.count / Self.size),
            options: CompressionOptions(calibrator: calibrator)
        ) { graph, _ in graph }
        let quantize = try #require(
            small.nodes.first { if case .quantize = $0.operation { true } else { false } })
        let quantization = try #require(small[quantize.output].type.quantization)
        return AffineScale(scale: quantization.scales[0], zero: Float(quantization.zeroPoints[0]))
    }

    private struct AffineScale {
        var scale, zero: Float

        func squaredError(of numbers: [Float]) -> Double {
            numbers.reduce(0) { sum, number in
                let stored = min(max((number / scale).rounded() + zero, -128), 127)
                let error = Double(number - (stored - zero) * scale)
                return sum + error * error
            }
        }
    }

    /// Draws of a normal distribution with some far outliers.
    private func numbers(count: Int, seed: UInt64, outliers: Float) -> [Float] {
        var random = RandomStream(seed: seed, .calibration)
        return (0..<count).map { _ in
            let radius = (-2 * log(max(random.uniform(), 1e-7))).squareRoot()
            let number = radius * cos(2 * .pi * random.uniform())
            return random.uniform() < outliers ? number * 6 : number
        }
    }

    @Test(
        "No shorter range rounds with a clearly smaller squared error", arguments: [Float(0), 0.0005, 0.01],
        [false, true])
    func smallestSquaredError(outliers: Float, isRectified: Bool) throws {
        var numbers = numbers(count: 64 * 200, seed: 11, outliers: outliers)
        if isRectified { numbers = numbers.map { max($0, 0) } }
        let (lower, upper) = (min(numbers.min() ?? 0, 0), max(numbers.max() ?? 0, 0))
        let chosen = try scale(of: numbers, by: .meanSquaredError).squaredError(of: numbers)
        let smallest = stride(from: Float(1), through: 0.1, by: -0.02).map { share in
            let scale = (upper - lower) * share / 255
            return AffineScale(scale: scale, zero: -128 - (lower * share / scale).rounded())
                .squaredError(of: numbers)
        }.min()
        #expect(chosen <= (smallest ?? 0) * 1.05)
    }

    @Test("min-max spans what was seen; a percentile leaves out the outermost of it")
    func spans() throws {
        let numbers = numbers(count: 64 * 200, seed: 12, outliers: 0.0005)
        let span = (numbers.max() ?? 0) - (numbers.min() ?? 0)
        let whole = try scale(of: numbers, by: .minMax).scale * 255
        #expect(abs(whole / span - 1) < 0.01)
        let sorted = numbers.sorted(), cut = numbers.count / 200
        let inner = sorted[numbers.count - 1 - cut] - sorted[cut]
        #expect(abs(try scale(of: numbers, by: .percentile(99)).scale * 255 / inner - 1) < 0.02)
    }
}
