import Determinism
import Engine
import Kernels
import ModelGraph
import Testing

/// An int8 layer of random shape, with everything its result depends on.
struct IntegerLayer: Sendable {
    let convolution: Convolution
    let input: Shape
    let weights: [Int8]
    let weightShape: Shape
    let weightScales: [Float]
    let bias: [Int32]
    let x, y: Quantization
    let hasRelu: Bool

    /// Kernel 1, 3 or 5, strides 1 and 2, any channel tail, depthwise, grouped or dense.
    init(seed: UInt64) {
        var stream = RandomStream(seed: seed, .initialization)
        let kernel = Extent([1, 3, 3, 5][stream.index(below: 4)], [1, 3, 4, 5][stream.index(below: 4)])
        let stride = Extent(1 + stream.index(below: 2), 1 + stream.index(below: 2))
        let size = Extent(5 + stream.index(below: 6), 5 + stream.index(below: 8))
        let groups = [1, 1, 1, 2, 0][stream.index(below: 5)]
        let channels = groups == 2 ? 2 * (1 + stream.index(below: 9)) : 1 + stream.index(below: 40)
        let outputs =
            groups == 0 ? channels : max(groups, 1) * (1 + stream.index(below: groups == 2 ? 20 : 70))
        self.init(
            Convolution(
                kernel: kernel, stride: stride, padding: .same(size, kernel: kernel, stride: stride),
                groups: groups == 0 ? channels : groups),
            size: size, channels: channels, outputs: outputs, &stream)
    }

    /// A 3 × 3 layer that Winograd's algorithm takes.
    init(winogradSeed seed: UInt64) {
        var stream = RandomStream(seed: seed, .initialization)
        let size = Extent(7 + stream.index(below: 10), 7 + stream.index(below: 10))
        self.init(
            Convolution(kernel: 3, padding: .same(size, kernel: 3, stride: 1)), size: size,
            channels: 16 * (1 + stream.index(below: 7)), outputs: 8 * (2 + stream.index(below: 7)), &stream)
    }

    private init(
        _ convolution: Convolution, size: Extent, channels: Int, outputs: Int, _ stream: inout RandomStream
    ) {
        self.convolution = convolution
        let kernel = convolution.kernel
        input = [1, size.height, size.width, channels]
        weightShape = [outputs, kernel.height, kernel.width, channels / convolution.groups]
        weights = (0..<weightShape.elementCount).map { _ in Int8(stream.index(below: 255) - 127) }
        weightScales = (0..<outputs).map { _ in 0.001 + 0.01 * stream.uniform() }
        bias = (0..<outputs).map { _ in Int32(stream.index(below: 4001) - 2000) }
        x = Quantization(
            scale: 0.02 + 0.05 * stream.uniform(), zeroPoint: Int32(stream.index(below: 256)) - 128)
        let spread = Float(weightShape.elementCount / outputs).squareRoot()
        y = Quantization(scale: 0.01 * spread, zeroPoint: Int32(stream.index(below: 256)) - 128)
        hasRelu = stream.index(below: 2) == 0
    }

    func graph() throws -> Graph {
        var builder = GraphBuilder(name: "int8")
        let image = builder.input("x", ValueType(input, .int8, quantization: x))
        let w = builder.constant(
            "w", Tensor(weightShape, .int8(weights)),
            quantization: Quantization(scales: weightScales, axis: 0))
        let b = builder.constant("b", Tensor([bias.count], .int32(bias)))
        var result = try builder.apply(.convolution(convolution), to: [image, w, b], quantization: y)
        if hasRelu { result = try builder.apply(.activation(.relu), to: [result], quantization: y) }
        return builder.graph(outputs: [result])
    }

    /// DESIGN.md's rule, spelled out.
    func expected(_ image: [Int8]) -> [Int8] {
        let c = convolution, perGroup = weightShape[0] / c.groups
        let height = (input[1] + c.padding.top + c.padding.bottom - c.kernel.height) / c.stride.height + 1
        let width = (input[2] + c.padding.left + c.padding.right - c.kernel.width) / c.stride.width + 1
        let output: Shape = [1, height, width, weightShape[0]]
        return output.indices.map { at in
            var sum = bias[at[3]]
            for ky in 0..<c.kernel.height {
                for kx in 0..<c.kernel.width {
                    let row = at[1] * c.stride.height - c.padding.top + ky
                    let column = at[2] * c.stride.width - c.padding.left + kx
                    guard row >= 0, row < input[1], column >= 0, column < input[2] else { continue }
                    for k in 0..<weightShape[3] {
                        let channel = at[3] / perGroup * weightShape[3] + k
                        let value = Int32(image[input.offset([0, row, column, channel])]) - x.zeroPoint
                        sum += value * Int32(weights[weightShape.offset([at[3], ky, kx, k])])
                    }
                }
            }
            let scaled = Float(sum) * (x.scale * weightScales[at[3]] / y.scale)
            let q = scaled.rounded(.toNearestOrEven) + Float(y.zeroPoint)
            let saturated = Int8(min(max(q, -128), 127))
            return hasRelu ? max(saturated, Int8(max(y.zeroPoint, -128))) : saturated
        }
    }
}

@Suite("int8 arithmetic is the same integer for integer in every kernel set")
struct IntegerOperationTests {
    static func run(_ graph: Graph, _ image: [Int8], _ kernels: KernelSet) throws -> [Int8] {
        let worker = Worker(try Plan(graph, kernels: kernels))
        image.withUnsafeBytes { worker.setInput(0, bytes: $0.bytes) }
        worker.run()
        return worker.outputBytes(0).map { Int8(bitPattern: $0) }
    }

    static func image(_ count: Int, seed: UInt64) -> [Int8] {
        var stream = RandomStream(seed: seed, .shuffle)
        return (0..<count).map { _ in Int8(stream.index(below: 256) - 128) }
    }

    @Test(
        "A convolution follows the rule of the design, whatever its shape", arguments: 1...60,
        KernelSet.available)
    func convolution(seed: Int, kernels: KernelSet) throws {
        let layer = IntegerLayer(seed: UInt64(seed))
        let image = Self.image(layer.input.elementCount, seed: UInt64(seed))
        #expect(try Self.run(layer.graph(), image, kernels) == layer.expected(image))
    }

    @Test(
        "One by Winograd's algorithm gives the reference's integers", arguments: 1...20, KernelSet.available)
    func winograd(seed: Int, kernels: KernelSet) throws {
        let layer = IntegerLayer(winogradSeed: UInt64(seed))
        let image = Self.image(layer.input.elementCount, seed: UInt64(seed)), graph = try layer.graph()
        #expect(try Self.run(graph, image, kernels) == Self.run(graph, image, .scalar))
    }

    static let x = Quantization(scale: 0.04, zeroPoint: 7), y = Quantization(scale: 0.03, zeroPoint: -20)
    static let cases: [(Operation, Shape, Quantization)] = [
        (.pool(Pooling(.maximum, kernel: 3, stride: 2)), [1, 9, 7, 35], x),
        (.pool(Pooling(.average, kernel: 3, stride: 2)), [1, 9, 7, 35], y),
        (.globalPool(.average), [1, 5, 5, 70], y),
        (.activation(.sigmoid), [1, 300], Quantization(scale: 1 / 256, zeroPoint: -128)),
        (.activation(.hardSwish), [1, 300], y), (.unary(.exponential), [1, 300], y),
        (.softmax(axis: 1), [1, 12], Quantization(scale: 1 / 256, zeroPoint: -128)),
        (.reduce(Reduction(.mean, axes: [1, 2], keepsDimensions: false)), [1, 5, 5, 33], y),
        (.transpose([0, 2, 1]), [1, 5, 33], x),
        (.pad(Padding(before: [0, 2], after: [0, 3], value: 0)), [1, 30], x),
        (.localResponseNormalization(size: 3, alpha: 0.1, beta: 0.75, bias: 1), [1, 4, 9], y),
    ]

    @Test("Other operations agree with the reference kernels", arguments: cases.indices, KernelSet.available)
    func others(index: Int, kernels: KernelSet) throws {
        let (operation, shape, result) = Self.cases[index]
        var builder = GraphBuilder(name: "int8")
        let input = builder.input("x", ValueType(shape, .int8, quantization: Self.x))
        let graph = try builder.graph(ending: operation, to: [input], quantization: result)
        let image = Self.image(shape.elementCount, seed: 3)
        #expect(try Self.run(graph, image, kernels) == Self.run(graph, image, .scalar))
        // And with the same operation on real numbers, to one step of the result's scale.
        var floats = GraphBuilder(name: "float")
        let real = floats.input("x", ValueType(shape))
        let reference = try floats.graph(ending: operation, to: [real])
        let reals = image.map { Float(Int32($0) - Self.x.zeroPoint) * Self.x.scale }
        let expected = NaiveInterpreter.run(reference, [reals])[0]
        for (q, e) in zip(try Self.run(graph, image, kernels), expected) {
            let least = Float(-128 - result.zeroPoint) * result.scale,
                most = Float(127 - result.zeroPoint) * result.scale
            let actual = Float(Int32(q) - result.zeroPoint) * result.scale
            #expect(abs(actual - min(max(e, least), most)) <= 1.01 * result.scale)
        }
    }

    @Test(
        "Arithmetic on two int8 values agrees with the reference kernels",
        arguments: BinaryOperation.allCases, KernelSet.available)
    func binary(operation: BinaryOperation, kernels: KernelSet) throws {
        for other: Shape in [[1, 4, 33], [1, 1, 33], [1, 4, 1]] {
            var builder = GraphBuilder(name: "int8")
            let a = builder.input("a", ValueType([1, 4, 33], .int8, quantization: Self.x))
            let b = builder.constant(
                "b", Tensor(other, .int8(Self.image(other.elementCount, seed: 5))), quantization: Self.y)
            let result = Quantization(scale: 0.05, zeroPoint: 3)
            let graph = try builder.graph(ending: .binary(operation), to: [a, b], quantization: result)
            let image = Self.image(132, seed: 4)
            #expect(try Self.run(graph, image, kernels) == Self.run(graph, image, .scalar))
        }
    }

    @Test("A fused residual gives the integers of a separate addition", arguments: 1...8, KernelSet.available)
    func residual(seed: Int, kernels: KernelSet) throws {
        var builder = GraphBuilder(name: "residual")
        let x = Quantization(scale: 0.05, zeroPoint: Int32(seed) * 5 - 20),
            sum = Quantization(scale: 0.07, zeroPoint: -9)
        let shape: Shape = [1, 5, 7, 8 * seed - 3]
        let input = builder.input("x", ValueType(shape, .int8, quantization: x))
        let weights = Self.image(shape[3] * shape[3], seed: UInt64(seed)).map { max($0, -127) }
        let w = builder.constant(
            "w", Tensor([shape[3], 1, 1, shape[3]], .int8(weights)), quantization: Quantization(scale: 0.004))
        let convolved = try builder.apply(
            .convolution(Convolution(kernel: 1)), to: [input, w],
            quantization: Quantization(scale: 0.06, zeroPoint: 4))
        let added = try builder.apply(.binary(.add), to: [convolved, input], quantization: sum)
        let result = try builder.apply(.activation(.relu), to: [added], quantization: sum)
        let graph = builder.graph(outputs: [result])
        let image = Self.image(shape.elementCount, seed: UInt64(seed))
        let separate = Worker(try Plan(graph, kernels: kernels, observing: [convolved, added]))
        image.withUnsafeBytes { separate.setInput(0, bytes: $0.bytes) }
        separate.run()
        #expect(try Self.run(graph, image, kernels) == separate.outputBytes(0).map { Int8(bitPattern: $0) })
    }

    @Test("uint8 with zero point z is int8 with z − 128", arguments: KernelSet.available)
    func unsigned(kernels: KernelSet) throws {
        let layer = IntegerLayer(seed: 11), image = Self.image(layer.input.elementCount, seed: 1)
        var graph = try layer.graph()
        for index in graph.values.indices
        where graph.values[index].type.dataType == .int8 && graph.values[index].constant == nil {
            guard let q = graph.values[index].type.quantization else { continue }
            graph.values[index].type.dataType = .uint8
            graph.values[index].type.quantization = Quantization(scale: q.scale, zeroPoint: q.zeroPoint + 128)
        }
        let worker = Worker(try Plan(graph, kernels: kernels))
        let bytes = image.map { UInt8(bitPattern: $0) ^ 0x80 }
        bytes.withUnsafeBytes { worker.setInput(0, bytes: $0.bytes) }
        worker.run()
        #expect(worker.outputBytes(0) == layer.expected(image).map { UInt8(bitPattern: $0) ^ 0x80 })
    }
}
