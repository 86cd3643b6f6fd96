import Engine
import Kernels
import ModelGraph
import Testing

/// A small network whose weights follow a formula, with the logits that ONNX Runtime 1.32 computes for it.
@Suite("A fixed network")
struct GoldenNetworkTests {
    /// Numbers from −scale to scale that any language computes alike.
    static func pattern(_ shape: Shape, _ seed: Int, _ scale: Double) -> Tensor {
        let values = (0..<shape.elementCount).map { index in
            Float((Double((index * 37 + seed * 11) % 255) / 127 - 1) * scale)
        }
        return Tensor(shape, values)
    }

    static func network() throws -> Graph {
        var builder = GraphBuilder(name: "golden")
        var value = builder.input("x", ValueType([1, 12, 10, 16]))
        func convolve(
            _ outputs: Int, kernel: Extent, stride: Extent = 1, groups: Int = 1, seed: Int, scale: Double,
            _ activation: Activation
        ) throws {
            let shape = builder.shape(of: value)
            let padding = EdgePadding.same(Extent(shape[1], shape[2]), kernel: kernel, stride: stride)
            let weights = pattern([outputs, kernel.height, kernel.width, shape[3] / groups], seed, scale)
            let operands = [
                value, builder.constant("w\(seed)", weights),
                builder.constant("b\(seed)", pattern([outputs], seed + 1, 0.5)),
            ]
            let operation = Convolution(kernel: kernel, stride: stride, padding: padding, groups: groups)
            value = try builder.apply(.convolution(operation), to: operands)
            value = try builder.apply(.activation(activation), to: [value])
        }
        try convolve(32, kernel: 3, seed: 1, scale: 0.1, .relu)
        try convolve(32, kernel: 3, stride: 2, groups: 32, seed: 3, scale: 0.4, .relu)
        try convolve(24, kernel: 1, seed: 5, scale: 0.2, .relu6)
        value = try builder.apply(.globalPool(.average), to: [value])
        value = try builder.apply(.reshape([0, -1]), to: [value])
        let head = [
            value, builder.constant("head", pattern([5, 24], 7, 0.3)),
            builder.constant("bias", pattern([5], 8, 0.5)),
        ]
        return try builder.graph(ending: .dense, to: head)
    }

    @Test("gives the logits another runtime gives", arguments: KernelSet.available)
    func logits(kernels: KernelSet) throws {
        let worker = Worker(try Plan(try Self.network(), kernels: kernels))
        let image = try #require(Self.pattern([1, 12, 10, 16], 9, 1).floats)
        worker.setInput(0, floats: image.span)
        worker.run()
        let golden: [Float] = [0.17319392, -0.25723892, 0.42773637, -0.05172318, 0.63325202]
        for (a, e) in zip(worker.output(0), golden) { #expect(abs(a - e) < 1e-5) }
    }
}
