import Engine
import Kernels
import ModelGraph
import Testing

/// A MobileNetV2-like block on a large image: stem, expansion, depthwise layer, projection, and a residual around the last.
struct StripNetwork: Sendable, CustomTestStringConvertible {
    let height, width, kernel, stride: Int
    let isInteger: Bool
    var testDescription: String {
        "\(height) × \(width), kernel \(kernel), stride \(stride), \(isInteger ? "int8" : "float32")"
    }

    func graph() throws -> Graph {
        var builder = GraphBuilder(name: "strips")
        let scale = Quantization(scale: 0.05, zeroPoint: -3)
        let quantization = isInteger ? scale : nil
        var seed: UInt64 = 60
        func layer(
            _ x: ValueID, _ outputs: Int, kernel: Int = 1, stride: Int = 1, groups: Int = 1
        ) throws -> ValueID {
            seed += 1
            let shape = builder.shape(of: x), size = Extent(shape[1], shape[2])
            let weightShape: Shape = [outputs, kernel, kernel, shape[3] / groups]
            let spread = 2 / Float(weightShape.elementCount / outputs).squareRoot()
            let numbers = Numbers.random(weightShape.elementCount, seed: seed, in: -spread...spread)
            let w =
                isInteger
                ? builder.constant(
                    "w\(seed)", Tensor(weightShape, .int8(numbers.map { Int8($0 / spread * 127) })),
                    quantization: Quantization(scale: spread / 127, zeroPoint: 0))
                : builder.constant("w\(seed)", Tensor(weightShape, numbers))
            let extent = Extent(kernel, kernel), step = Extent(stride, stride)
            let convolution = Convolution(
                kernel: extent, stride: step, padding: .same(size, kernel: extent, stride: step),
                groups: groups)
            return try builder.apply(.convolution(convolution), to: [x, w], quantization: quantization)
        }
        let image = builder.input(
            "image",
            ValueType([1, height, width, 3], isInteger ? .int8 : .float32, quantization: quantization))
        let stem = try layer(image, 24, kernel: 3, stride: 2)
        let expanded = try layer(stem, 144)
        let filtered = try layer(expanded, 144, kernel: kernel, stride: stride, groups: 144)
        let projected = try layer(filtered, 24)
        let again = try layer(
            try layer(try layer(projected, 96), 96, kernel: kernel, groups: 96), 24)
        let sum = try builder.apply(.binary(.add), to: [again, projected], quantization: quantization)
        return builder.graph(outputs: [sum])
    }
}

@Suite("Chains of layers that run strip by strip")
struct StripTests {
    static let networks = [
        StripNetwork(height: 96, width: 90, kernel: 3, stride: 1, isInteger: false),
        StripNetwork(height: 121, width: 77, kernel: 3, stride: 2, isInteger: false),
        StripNetwork(height: 90, width: 96, kernel: 5, stride: 1, isInteger: false),
        StripNetwork(height: 150, width: 110, kernel: 3, stride: 1, isInteger: true),
        StripNetwork(height: 189, width: 163, kernel: 5, stride: 2, isInteger: true),
    ]

    @Test(
        "give the bits of whole layers, on one thread and on two", arguments: networks, KernelSet.available)
    func bits(network: StripNetwork, kernels: KernelSet) throws {
        let graph = try network.graph()
        let image = Numbers.random(network.height * network.width * 3, seed: 7)
        let plan = try Plan(graph, kernels: kernels)
        let layers = try Plan(graph, kernels: kernels, policy: .swiftlet.without(.runsChainsByStrips))
        #expect(layers.program.steps.count < plan.program.steps.count)
        let whole = Worker(layers)
        whole.setInput(0, floats: image.span)
        whole.run()
        let expected = whole.output(0)
        for threads in [1, 2] {
            let worker = Worker(plan, threads: threads)
            for _ in 0..<2 {
                worker.setInput(0, floats: image.span)
                worker.run()
                #expect(worker.output(0) == expected)
            }
        }
    }

    @Test("never hold a large result whole")
    func memory() throws {
        let network = StripNetwork(height: 160, width: 160, kernel: 3, stride: 1, isInteger: false)
        let expansion = 80 * 80 * 144 * 4, input = 160 * 160 * 3 * 4
        let plan = try Plan(try network.graph(), kernels: .scalar)
        #expect(plan.arenaBytes < expansion / 2 + 2 * input)
        #expect(plan.program.steps.count > 20, "\(plan.program.steps.map { "\($0.layer) \($0.kernel)" })")
    }
}
