import Determinism
import Engine
import Kernels
import ModelGraph
import Testing

/// A graph of one operation (or a few that fuse).
struct OperationCase: Sendable, CustomTestStringConvertible {
    let name: String
    let build: @Sendable () throws -> Graph
    var testDescription: String { name }

    init(_ name: String, _ build: @escaping @Sendable () throws -> Graph) {
        self.name = name
        self.build = build
    }

    /// One operation on inputs of these shapes, then constants of those.
    init(_ operation: Operation, _ inputs: [Shape], constants: [Shape] = [], _ note: String = "") {
        self.init("\(operation.name) \(note) \(inputs) \(constants)") {
            var builder = GraphBuilder(name: "one")
            var ids: [ValueID] = []
            for (index, shape) in inputs.enumerated() {
                ids.append(builder.input("x\(index)", ValueType(shape)))
            }
            for (index, shape) in constants.enumerated() {
                // Variances and the like must be positive.
                let values = Numbers.random(shape.elementCount, seed: 90 + UInt64(index)).map {
                    index > 2 ? abs($0) + 0.5 : $0
                }
                ids.append(builder.constant("c\(index)", Tensor(shape, values)))
            }
            return try builder.graph(ending: operation, to: ids)
        }
    }
}

enum Numbers {
    static func random(_ count: Int, seed: UInt64, in range: ClosedRange<Float> = -2...2) -> [Float] {
        var stream = RandomStream(seed: seed, .initialization)
        return (0..<count).map { _ in
            range.lowerBound + (range.upperBound - range.lowerBound) * stream.uniform()
        }
    }
}

@Suite("Every float32 operation equals plain loops on every kernel set")
struct FloatOperationTests {
    static let convolutions: [OperationCase] = [
        (5, 7, 3, 5, 3, 1, 1, 1), (8, 8, 16, 24, 3, 1, 1, 1), (9, 6, 4, 33, 3, 2, 1, 1),
        (6, 6, 8, 16, 1, 1, 1, 1),
        (7, 7, 5, 17, 5, 1, 1, 1), (10, 9, 6, 4, 3, 1, 2, 1), (6, 5, 8, 8, 3, 1, 1, 2),
        (6, 5, 8, 8, 3, 2, 1, 8),
        (5, 5, 37, 37, 5, 1, 1, 37), (6, 6, 4, 12, 3, 1, 1, 4), (1, 1, 70, 50, 1, 1, 1, 1),
        (13, 11, 20, 20, 3, 1, 2, 20),
    ].map { height, width, inputs, outputs, kernel, stride, dilation, groups in
        let padding = EdgePadding.same(
            Extent(height, width), kernel: Extent(kernel, kernel), stride: Extent(stride, stride),
            dilation: Extent(dilation, dilation))
        let convolution = Convolution(
            kernel: Extent(kernel, kernel), stride: Extent(stride, stride),
            dilation: Extent(dilation, dilation),
            padding: padding, groups: groups)
        return OperationCase(
            .convolution(convolution), [[1, height, width, inputs]],
            constants: [[outputs, kernel, kernel, inputs / groups], [outputs]],
            "stride \(stride) dilation \(dilation)")
    }

    static let windows: [OperationCase] = [PoolingKind.maximum, .average].flatMap { kind in
        [
            OperationCase(.pool(Pooling(kind, kernel: 2, stride: 2)), [[1, 6, 8, 5]]),
            OperationCase(
                .pool(
                    Pooling(
                        kind, kernel: 3, stride: 2, padding: EdgePadding(top: 1, bottom: 1, left: 0, right: 1)
                    )),
                [[1, 7, 9, 40]]),
            OperationCase(
                .pool(
                    Pooling(
                        kind, kernel: 3, stride: 1,
                        padding: EdgePadding(top: 1, bottom: 1, left: 1, right: 1),
                        countsPadding: true)), [[1, 5, 5, 3]], "counting padding"),
            OperationCase(
                .pool(Pooling(kind, kernel: 2, stride: 1, dilation: 2)), [[1, 5, 6, 3]], "dilated"),
            OperationCase(.globalPool(kind), [[1, 7, 5, 33]]),
        ]
    }

    static let elementwise: [OperationCase] =
        BinaryOperation.allCases.filter { $0 != .power }.flatMap { operation in
            [
                OperationCase(.binary(operation), [[1, 4, 5, 6], [1, 4, 5, 6]]),
                OperationCase(.binary(operation), [[1, 4, 5, 6], [1, 1, 1, 6]]),
                OperationCase(.binary(operation), [[3, 1, 5], [2, 1, 4, 1]]),
                OperationCase(.binary(operation), [[1, 4, 5, 6]], constants: [[1]]),
            ]
        }
        + [
            .relu, .relu6, .hardSwish, .sigmoid, .silu, .tanh, .hardSigmoid, .gelu(approximate: true),
            .gelu(approximate: false), .leakyRelu(slope: 0.1), .clip(lower: -0.5, upper: 0.75),
        ].map { OperationCase(.activation($0), [[1, 3, 37]], "\($0)") }
        + UnaryOperation.allCases.filter { $0 != .logarithm && $0 != .squareRoot }.map {
            OperationCase(.unary($0), [[1, 3, 37]])
        }
        + [
            OperationCase(
                .batchNormalization(epsilon: 1e-3), [[1, 4, 3, 9]], constants: [[9], [9], [9], [9]])
        ]

    static let movements: [OperationCase] = [
        OperationCase(.concatenate(axis: 3), [[1, 3, 4, 5], [1, 3, 4, 2], [1, 3, 4, 7]]),
        OperationCase(.concatenate(axis: 1), [[1, 3, 4, 5], [1, 2, 4, 5]]),
        OperationCase(
            .slice(Slicing(starts: [0, 1, 4], sizes: [1, 2, 3], strides: [1, 2, -2])), [[1, 5, 6]]),
        OperationCase(.reshape([0, -1]), [[1, 5, 6]]),
        OperationCase(.transpose([0, 3, 1, 2]), [[1, 5, 6, 4]]),
        OperationCase(.transpose([2, 0, 1, 4, 3]), [[2, 3, 4, 5, 3]]),
        OperationCase(.transpose([0, 2, 1]), [[1, 1, 6]]),
        OperationCase(.pad(Padding(before: [0, 1, 2], after: [0, 0, 3], value: 0.5)), [[1, 3, 4]]),
        OperationCase(.pad(Padding(before: [0, 1, 2], after: [0, 2, 3], mode: .reflect)), [[1, 3, 4]]),
        OperationCase(.pad(Padding(before: [0, 1, 2], after: [0, 2, 3], mode: .edge)), [[1, 3, 4]]),
    ]

    static let tensors: [OperationCase] = [
        OperationCase(.dense, [[1, 33]], constants: [[17, 33], [17]]),
        OperationCase(.dense, [[7, 4, 20]], constants: [[40, 20]]),
        OperationCase(.softmax(axis: 1), [[2, 7]]), OperationCase(.softmax(axis: 1), [[2, 7, 3]]),
        OperationCase(
            .localResponseNormalization(size: 5, alpha: 0.1, beta: 0.75, bias: 1), [[1, 3, 3, 11]]),
        OperationCase(.matrixMultiply, [[2, 3, 4, 5], [5, 6]]),
        OperationCase(.matrixMultiply, [[3, 4, 5], [3, 5, 19]]),
        OperationCase(.reduce(Reduction(.mean, axes: [1, 2], keepsDimensions: true)), [[2, 3, 4, 5]]),
        OperationCase(.reduce(Reduction(.sum, axes: [3], keepsDimensions: false)), [[2, 3, 4, 5]]),
        OperationCase(.reduce(Reduction(.maximum, axes: [0, 2], keepsDimensions: false)), [[2, 3, 4, 5]]),
        OperationCase(.reduce(Reduction(.minimum, axes: [], keepsDimensions: false)), [[2, 3]]),
        OperationCase(.reduce(Reduction(.product, axes: [1], keepsDimensions: true)), [[2, 5, 3]]),
        OperationCase(.cumulativeSum(CumulativeSum(axis: 1)), [[2, 7, 3]]),
        OperationCase(
            .cumulativeSum(CumulativeSum(axis: 2, isExclusive: true, isReversed: true)), [[2, 4, 5]]),
        OperationCase(
            .layerNormalization(LayerNormalization(axes: [2], epsilon: 1e-5)), [[2, 5, 37]],
            constants: [[37], [37]]),
        OperationCase(
            .layerNormalization(LayerNormalization(axes: [1, 2], epsilon: 1e-3)), [[2, 4, 5, 6]],
            constants: [[6], [6]]),
        OperationCase(.layerNormalization(LayerNormalization(axes: [1, 3], epsilon: 1e-3)), [[2, 4, 5, 6]]),
        OperationCase(.softmax(axis: 1), [[1, 19, 5, 9]]), OperationCase(.softmax(axis: 1), [[3, 53]]),
    ]

    static let transposed: [OperationCase] = [
        // rows, columns, inputs, outputs, kernel, stride, dilation, cut, added, groups
        (3, 5, 4, 6, 2, 2, 1, 0, 0, 1), (4, 4, 3, 5, 3, 2, 1, 1, 1, 1), (5, 3, 8, 8, 4, 2, 1, 1, 0, 1),
        (4, 6, 6, 4, 3, 1, 1, 1, 0, 2), (3, 4, 4, 4, 3, 3, 2, 0, 2, 4), (3, 3, 2, 3, 2, 4, 1, 0, 3, 1),
        (6, 6, 5, 7, 5, 2, 1, 2, 1, 1), (2, 3, 3, 2, 3, 2, 1, 2, 0, 1),
    ].map { rows, columns, inputs, outputs, kernel, stride, dilation, cut, added, groups in
        let convolution = TransposedConvolution(
            kernel: Extent(kernel, kernel), stride: Extent(stride, stride),
            dilation: Extent(dilation, dilation),
            padding: EdgePadding(top: cut, bottom: cut, left: cut, right: cut), added: Extent(added, added),
            groups: groups)
        return OperationCase(
            .transposedConvolution(convolution), [[2, rows, columns, inputs]],
            constants: [[outputs, kernel, kernel, inputs / groups], [outputs]], "\(convolution)")
    }

    static let recurrences: [OperationCase] =
        [
            (Recurrence(.lstm), 1), (Recurrence(.lstm, isReversed: true, returnsCell: true), 3),
            (Recurrence(.lstm, cellClip: 0.5), 2), (Recurrence(.gru(resetsAfterProduct: false)), 2),
            (Recurrence(.gru(resetsAfterProduct: true), isReversed: true), 2), (Recurrence(.plain(.tanh)), 2),
            (Recurrence(.plain(.relu)), 1), (Recurrence(.lstm, roundsHidden: true), 2),
        ].map { recurrence, batch in
            let (gates, hidden, width) = (recurrence.gates, 9, 5)
            let states: [Shape] = [[batch, hidden]] + (recurrence.hasCellState ? [[1, hidden]] : [])
            return OperationCase(
                .recurrence(recurrence), [[4, batch, width]],
                constants: [[gates * hidden, width], [gates * hidden, hidden], [2 * gates * hidden]] + states,
                "\(recurrence)")
        } + [
            OperationCase(
                .recurrence(Recurrence(.lstm)), [[3, 2, 4]],
                constants: [[20, 4], [20, 5], [40], [2, 5], [2, 5], [15]], "peepholes")
        ]

    @Test(
        "An operation gives what plain loops give",
        arguments: convolutions + windows + elementwise + movements + tensors + transposed + recurrences,
        KernelSet.available)
    func equalsPlainLoops(_ sample: OperationCase, kernels: KernelSet) throws {
        let graph = try sample.build()
        let inputs = graph.inputs.enumerated().map {
            Numbers.random(graph[$0.1].type.shape.elementCount, seed: UInt64($0.0) + 1)
        }
        let plan = try Plan(graph, kernels: kernels)
        let worker = Worker(plan)
        for (index, input) in inputs.enumerated() { worker.setInput(index, floats: input.span) }
        worker.run()
        let expected = NaiveInterpreter.run(graph, inputs)[0], actual = worker.output(0)
        try #require(actual.count == expected.count)
        // Transformed convolutions add and subtract larger terms (see WinogradTests).
        let isTransformed = plan.program.steps.contains { $0.kernel == "winograd" }
        let tolerance: Float = isTransformed ? 2e-4 : 2e-5
        for (a, e) in zip(actual, expected) {
            #expect(abs(a - e) <= tolerance * max(1, abs(e)), "\(a) is not \(e)")
        }
    }

    /// All outputs of a layer are summed in one order: a large softmax of equal sums must not favour the last block.
    @Test(
        "Outputs of equal weights are equal bit for bit, whatever block they fall into",
        arguments: [3, 8, 16, 20, 24, 40, 72], KernelSet.available)
    func equalOutputs(count: Int, kernels: KernelSet) throws {
        for (size, kernel) in [(1, 1), (5, 1), (6, 3)] {
            var builder = GraphBuilder(name: "equal outputs")
            let x = builder.input("x", ValueType([1, size, size, 34]))
            let weights = Numbers.random(kernel * kernel * 34, seed: 7)
            let repeated = (0..<count).flatMap { _ in weights }
            let w = builder.constant("w", Tensor([count, kernel, kernel, 34], repeated))
            let b = builder.constant("b", Tensor([count], [Float](repeating: 0.3, count: count)))
            let graph = try builder.graph(
                ending: .convolution(Convolution(kernel: Extent(kernel, kernel))), to: [x, w, b])
            let worker = Worker(try Plan(graph, kernels: kernels))
            worker.setInput(0, floats: Numbers.random(size * size * 34, seed: 8, in: -200...200).span)
            worker.run()
            let outputs = worker.output(0)
            for pixel in stride(from: 0, to: outputs.count, by: count) {
                #expect(Set(outputs[pixel..<pixel + count]).count == 1)
            }
        }
    }
}

extension GraphBuilder {
    /// The graph that ends with this operation.
    mutating func graph(
        ending operation: Operation, to inputs: [ValueID], name: String? = nil,
        quantization: Quantization? = nil
    ) throws -> Graph {
        let result = try apply(operation, to: inputs, name: name, quantization: quantization)
        return graph(outputs: [result])
    }
}
