import Kernels
import ModelGraph
import Testing
import Training

@Suite("Rounding while training")
struct RoundingTests {
    /// A dense layer of rounded weights, [outputs, 2], on two inputs.
    private func graph(weights: [Float], grid: Quantization) throws -> Graph {
        var builder = GraphBuilder(name: "rounded")
        let input = builder.input("x", ValueType([1, 2]))
        let constant = builder.constant("w", Tensor([weights.count / 2, 2], weights))
        let rounded = try builder.apply(.training(.fakeQuantize(grid)), to: [constant], name: "w.rounded")
        let result = try builder.apply(.dense, to: [input, rounded], name: "dense")
        return builder.graph(outputs: [result])
    }

    @Test("Weights are rounded to the grid that they have now, not to that of the beginning")
    func gridFollows() throws {
        let network = try graph(weights: [1, 0.3, 20, 7], grid: Quantization(scales: [5, 5], axis: 0))
        let probe = try GradientProbe(network, rows: 1, kernels: .best, isTraining: true)
        let results = probe.run([0, 1])
        #expect(abs(results[0] - 0.3) <= 0.5 / 127)
        #expect(abs(results[1] - 7) <= 10.0 / 127)
        #expect(probe.gradients(coefficients: [1, 1]) == [[0, 1, 0, 1]])
    }

    @Test("Under one grid for all weights the small ones are lost")
    func commonGrid() throws {
        let network = try graph(weights: [0.05, 0.05, 20, 7], grid: Quantization(scale: 1))
        let probe = try GradientProbe(network, rows: 1, kernels: .best, isTraining: true)
        #expect(probe.run([1, 1])[0] == 0)
    }

    @Test("Weights that are all zero stay zero")
    func zeros() throws {
        let network = try graph(weights: [0, 0], grid: Quantization(scales: [1], axis: 0))
        let probe = try GradientProbe(network, rows: 1, kernels: .best, isTraining: true)
        #expect(probe.run([3, -5]) == [0])
    }
}
