import Determinism
import Kernels
import ModelGraph
import Testing
import Training

/// Results of the fast instruction sets against the portable one, on shapes that fill and overflow their tiles.
@Suite("Instruction sets agree")
struct KernelTests {
    @Test(
        "with the portable kernels up to rounding",
        arguments: [
            (3, 40, 1, 1), (9, 24, 1, 2), (16, 16, 1, 1), (33, 70, 1, 1), (32, 32, 32, 1), (24, 48, 4, 2),
            (5, 5, 5, 2),
        ], TrainingKernels.available)
    func agree(_ shape: (inputs: Int, outputs: Int, groups: Int, stride: Int), _ kernels: TrainingKernels)
        throws
    {
        var builder = GraphBuilder(name: "block")
        let input = builder.input("input", ValueType([1, 9, 11, shape.inputs]))
        let side = try builder.apply(
            .convolution(Convolution(kernel: 1)),
            to: [input, builder.constant("side", .unknown([shape.inputs, 1, 1, shape.inputs]))])
        let weights = builder.constant("w", .unknown([shape.outputs, 3, 3, shape.inputs / shape.groups]))
        let around = EdgePadding(top: 1, bottom: 1, left: 1, right: 1)
        let y = try builder.apply(
            .convolution(
                Convolution(
                    kernel: 3, stride: Extent(shape.stride, shape.stride), padding: around,
                    groups: shape.groups)),
            to: [side, weights])
        let parameters = ["scale", "offset", "mean", "variance"].map {
            builder.constant($0, .unknown([shape.outputs]))
        }
        let z = try builder.apply(.batchNormalization(epsilon: 1e-3), to: [y] + parameters)
        let result = try builder.apply(.activation(.hardSwish), to: [z])
        let graph = builder.graph(outputs: [result])
        let results = try [kernels, TrainingKernels.available[0]].map { try run(graph, $0) }
        for (fast, slow) in zip(results[0], results[1]) {
            let size = slow.map(abs).max() ?? 0
            #expect(zip(fast, slow).allSatisfy { abs($0 - $1) <= 1e-4 * (1 + size) })
        }
    }

    /// The output and all gradients.
    private func run(_ graph: Graph, _ kernels: TrainingKernels) throws -> [[Float]] {
        let probe = try GradientProbe(
            graph.initialized(seed: 2), rows: 4, kernels: kernels, isTraining: true)
        var random = RandomStream(seed: 8, .calibration)
        let count = 4 * graph[graph.inputs[0]].type.shape.elementCount
        let output = probe.run((0..<count).map { _ in random.uniform() * 2 - 1 })
        return [output] + probe.gradients(coefficients: output.map { _ in random.uniform() * 2 - 1 })
    }
}
