import Engine
import Kernels
import ModelGraph
import Testing

/// Layers that Winograd's algorithm takes: 3 × 3, stride 1, channels in whole vectors, with residual and clamp.
@Suite("3 × 3 layers by Winograd's algorithm")
struct WinogradTests {
    struct Layer: Sendable, CustomTestStringConvertible {
        let height, width, inputs, outputs: Int
        var padding = EdgePadding(top: 1, bottom: 1, left: 1, right: 1)
        var testDescription: String { "\(height) × \(width), \(inputs) → \(outputs)" }

        func graph() throws -> Graph {
            var builder = GraphBuilder(name: "layer")
            let x = builder.input("x", ValueType([1, height, width, inputs]))
            let deviation = (2 / Float(9 * inputs)).squareRoot()
            let weights = Numbers.random(outputs * 9 * inputs, seed: 3, in: -2 * deviation...2 * deviation)
            let w = builder.constant("w", Tensor([outputs, 3, 3, inputs], weights))
            let b = builder.constant("b", Tensor([outputs], Numbers.random(outputs, seed: 4)))
            var y = try builder.apply(.convolution(Convolution(kernel: 3, padding: padding)), to: [x, w, b])
            if inputs == outputs, builder.shape(of: y) == builder.shape(of: x) {
                y = try builder.apply(.binary(.add), to: [y, x])
            }
            y = try builder.apply(.activation(.relu6), to: [y])
            return builder.graph(outputs: [y])
        }
    }

    static let layers = [
        Layer(height: 8, width: 8, inputs: 16, outputs: 16),
        Layer(height: 7, width: 10, inputs: 32, outputs: 48),
        Layer(height: 16, width: 9, inputs: 16, outputs: 80),
        Layer(height: 13, width: 13, inputs: 24, outputs: 40),
        Layer(
            height: 10, width: 10, inputs: 64, outputs: 64,
            padding: EdgePadding(top: 0, bottom: 0, left: 0, right: 0)),
        Layer(
            height: 8, width: 8, inputs: 32, outputs: 32,
            padding: EdgePadding(top: 2, bottom: 0, left: 0, right: 2)),
    ]

    /// Transformed sums round a few times more often than direct ones; 1e-4 of the values leaves an order of magnitude.
    @Test("stay within 1e-4 of plain loops", arguments: layers, KernelSet.available)
    func meaning(layer: Layer, kernels: KernelSet) throws {
        let graph = try layer.graph()
        let image = Numbers.random(layer.height * layer.width * layer.inputs, seed: 5)
        let worker = Worker(try Plan(graph, kernels: kernels))
        worker.setInput(0, floats: image.span)
        worker.run()
        for (a, e) in zip(worker.output(0), NaiveInterpreter.run(graph, [image])[0]) {
            #expect(abs(a - e) < 1e-4 * max(1, abs(e)))
        }
    }

    @Test("give the same bits in a batch and on two threads", arguments: layers, KernelSet.available)
    func bits(layer: Layer, kernels: KernelSet) throws {
        let graph = try layer.graph()
        let images = Numbers.random(3 * layer.height * layer.width * layer.inputs, seed: 6)
        let single = try Plan(graph, kernels: kernels), batch = try Plan(graph, batch: 3, kernels: kernels)
        let expected = single.evaluate(images)
        #expect(batch.evaluate(images) == expected)
        let worker = Worker(batch, threads: 2)
        worker.setInput(0, floats: images.span)
        worker.run()
        #expect(worker.output(0) == expected)
    }
}
