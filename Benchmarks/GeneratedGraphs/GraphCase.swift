import Determinism
import ModelGraph

/// A small network of one operation (and what it needs) on an image [1, 7, 8, 4].
struct GraphCase: Sendable {
    typealias Body = @Sendable (inout GraphBuilder, ValueID) throws -> ValueID
    let name: String
    private let body: Body

    init(_ name: String, _ body: @escaping Body) {
        self.name = name
        self.body = body
    }

    /// One operation without constants.
    init(_ operation: Operation, named name: String? = nil) {
        self.init(name ?? operation.name) { builder, image in try builder.apply(operation, to: [image]) }
    }

    static let input: Shape = [1, 7, 8, 4]

    func graph() throws -> Graph {
        var builder = GraphBuilder(name: name)
        let image = builder.input("image", ValueType(GraphCase.input))
        let result = try body(&builder, image)
        let shape = builder.shape(of: result)
        let flat = try builder.apply(.reshape([shape[0], -1]), to: [result], name: "output")
        return builder.graph(outputs: [flat])
    }
}

extension GraphBuilder {
    /// A constant of numbers in [−1, 1), the same for the same name and shape.
    mutating func numbers(_ name: String, _ shape: Shape, offset: Float = 0) -> ValueID {
        var random = RandomStream(seed: UInt64(shape.elementCount), .initialization)
        let values = (0..<shape.elementCount).map { _ in 2 * random.uniform() - 1 + offset }
        return constant(name, Tensor(shape, values))
    }
}

extension GraphCase {
    static var all: [GraphCase] { layers + arithmetic + functions + movements + mixtures + choices }

    // MARK: Layers, each with and without bias

    private static var layers: [GraphCase] {
        let edges = EdgePadding(top: 1, bottom: 1, left: 1, right: 1)
        let oneSided = EdgePadding(top: 2, bottom: 0, left: 0, right: 1)
        let convolutions: [(String, Convolution, Int)] = [
            ("convolution", Convolution(kernel: 3, padding: edges), 6),
            ("convolution-stride", Convolution(kernel: 3, stride: 2, padding: edges), 6),
            ("convolution-one-sided", Convolution(kernel: 3, padding: oneSided), 6),
            ("convolution-dilated", Convolution(kernel: 3, dilation: 2, padding: edges), 6),
            ("pointwise", Convolution(kernel: 1), 6),
            ("grouped", Convolution(kernel: 3, padding: edges, groups: 2), 6),
            ("depthwise", Convolution(kernel: 3, padding: edges, groups: 4), 4),
            ("depthwise-multiplier", Convolution(kernel: 3, stride: 2, padding: edges, groups: 4), 8),
        ]
        var cases: [GraphCase] = []
        for hasBias in [true, false] {
            let suffix = hasBias ? "-bias" : ""
            for (name, convolution, outputs) in convolutions {
                let shape: Shape = [
                    outputs, convolution.kernel.height, convolution.kernel.width, 4 / convolution.groups,
                ]
                cases.append(layer(name + suffix, .convolution(convolution), shape, hasBias))
            }
            cases.append(layer("dense" + suffix, .dense, [5, 4], hasBias))
            let transposed = TransposedConvolution(kernel: 3, stride: 2, padding: edges)
            cases.append(
                layer("transposed" + suffix, .transposedConvolution(transposed), [6, 3, 3, 4], hasBias))
        }
        for activation in activations {
            cases.append(
                GraphCase("convolution-\(label(activation))") { builder, image in
                    let weights = builder.numbers("weights", [6, 3, 3, 4])
                    let sum = try builder.apply(
                        .convolution(Convolution(kernel: 3)), to: [image, weights])
                    return try builder.apply(.activation(activation), to: [sum])
                })
        }
        return cases
    }

    private static func layer(
        _ name: String, _ operation: Operation, _ shape: Shape, _ hasBias: Bool
    ) -> GraphCase {
        GraphCase(name) { builder, image in
            var inputs = [image, builder.numbers("weights", shape)]
            if hasBias { inputs.append(builder.numbers("bias", [shape[0]])) }
            return try builder.apply(operation, to: inputs)
        }
    }

    // MARK: Two operands

    private static var arithmetic: [GraphCase] {
        BinaryOperation.allCases.flatMap { operation in
            // Divisors and bases stay away from 0.
            let isDelicate = operation == .divide || operation == .power
            return [
                GraphCase("\(operation.rawValue)-channels") { builder, image in
                    let other = builder.numbers("other", [4], offset: isDelicate ? 2 : 0)
                    let base = try positive(image, if: operation == .power, &builder)
                    return try builder.apply(.binary(operation), to: [base, other])
                },
                GraphCase("\(operation.rawValue)-number") { builder, image in
                    let other = builder.constant("other", Tensor([1], [1.5]))
                    let base = try positive(image, if: operation == .power, &builder)
                    return try builder.apply(.binary(operation), to: [base, other])
                },
                GraphCase("\(operation.rawValue)-computed") { builder, image in
                    let raw = try builder.apply(.globalPool(.average), to: [image])
                    let other = try positive(raw, if: isDelicate, &builder)
                    let base = try positive(image, if: operation == .power, &builder)
                    return try builder.apply(.binary(operation), to: [base, other])
                },
            ]
        }
    }

    /// |x| + 1.
    private static func positive(
        _ value: ValueID, if isWanted: Bool, _ builder: inout GraphBuilder
    ) throws -> ValueID {
        guard isWanted else { return value }
        let size = try builder.apply(.unary(.absolute), to: [value])
        let one = builder.constant("one", Tensor([1], [1]))
        return try builder.apply(.binary(.add), to: [size, one])
    }

    // MARK: Functions

    private static let activations: [Activation] = [
        .relu, .relu6, .hardSwish, .sigmoid, .silu, .tanh, .hardSigmoid, .gelu(approximate: false),
        .gelu(approximate: true), .leakyRelu(slope: 0.125), .clip(lower: -0.5, upper: 0.75),
    ]

    private static func label(_ activation: Activation) -> String {
        if case .gelu(let approximate) = activation { return approximate ? "gelu_tanh" : "gelu" }
        return activation.name
    }

    private static var functions: [GraphCase] {
        activations.map { GraphCase(.activation($0), named: label($0)) }
            + UnaryOperation.allCases.map { operation in
                let needsPositive = [.logarithm, .squareRoot, .reciprocal].contains(operation)
                return GraphCase(operation.rawValue) { builder, image in
                    try builder.apply(
                        .unary(operation), to: [try positive(image, if: needsPositive, &builder)])
                }
            }
    }

    // MARK: Movements

    private static var movements: [GraphCase] {
        [
            GraphCase(.slice(Slicing(starts: [0, 1, 2, 0], sizes: [1, 3, 4, 4], strides: [1, 2, 1, 1]))),
            GraphCase(
                .slice(Slicing(starts: [0, 6, 0, 0], sizes: [1, 4, 8, 4], strides: [1, -2, 1, 1])),
                named: "slice-reversed"),
            GraphCase(.reshape([1, 28, 8])), GraphCase(.transpose([0, 3, 1, 2])),
            GraphCase(.pad(Padding(before: [0, 1, 0, 0], after: [0, 0, 2, 0]))),
            GraphCase(
                .pad(Padding(before: [0, 1, 0, 0], after: [0, 0, 2, 0], value: 0.5)), named: "pad-value"),
            GraphCase(
                .pad(Padding(before: [0, 1, 0, 0], after: [0, 0, 2, 0], mode: .reflect)), named: "pad-reflect"
            ),
            GraphCase(
                .pad(Padding(before: [0, 1, 0, 0], after: [0, 0, 2, 0], mode: .edge)), named: "pad-edge"),
            GraphCase("concatenate") { builder, image in
                let other = try builder.apply(.activation(.relu), to: [image])
                return try builder.apply(.concatenate(axis: 3), to: [image, other])
            },
            GraphCase("concatenate-constant") { builder, image in
                let other = builder.numbers("other", [1, 7, 8, 2])
                return try builder.apply(.concatenate(axis: 3), to: [image, other])
            },
            GraphCase("gather") { builder, image in
                let places = builder.constant("places", Tensor([3], .int32([2, 0, 5])))
                return try builder.apply(.gather(axis: 1), to: [image, places])
            },
        ]
    }

    // MARK: What mixes elements

    private static var mixtures: [GraphCase] {
        let edges = EdgePadding(top: 1, bottom: 1, left: 1, right: 1)
        let reductions: [Reduction.Kind] = [.mean, .sum, .maximum, .minimum, .product]
        let plain: [GraphCase] = [
            GraphCase(.pool(Pooling(.maximum, kernel: 2, stride: 2))),
            GraphCase(
                .pool(Pooling(.maximum, kernel: 3, stride: 2, padding: edges)), named: "maximum_pool-padded"),
            GraphCase(.pool(Pooling(.average, kernel: 2, stride: 2))),
            GraphCase(
                .pool(Pooling(.average, kernel: 3, stride: 2, padding: edges, countsPadding: true)),
                named: "average_pool-counting"),
            GraphCase(.globalPool(.average)), GraphCase(.globalPool(.maximum)), GraphCase(.softmax(axis: 3)),
            GraphCase(.softmax(axis: 1), named: "softmax-rows"),
            GraphCase(.resize(Resizing(to: Extent(14, 16), mode: .nearest)), named: "resize-nearest"),
            GraphCase(.resize(Resizing(to: Extent(3, 11), mode: .linear)), named: "resize-linear"),
            GraphCase(.localResponseNormalization(size: 3, alpha: 0.3, beta: 0.75, bias: 1)),
            GraphCase(.cumulativeSum(CumulativeSum(axis: 2))),
            GraphCase(
                .cumulativeSum(CumulativeSum(axis: 1, isExclusive: true, isReversed: true)),
                named: "cumulative_sum-reversed"),
        ]
        return plain
            + reductions.flatMap { kind in
                [
                    GraphCase(.reduce(Reduction(kind, axes: [1, 2], keepsDimensions: false))),
                    GraphCase(
                        .reduce(Reduction(kind, axes: [3], keepsDimensions: true)),
                        named: "reduce_\(kind.rawValue)-channels"),
                ]
            } + [matrixMultiply, batchNormalization, layerNormalization] + recurrences
    }

    private static let matrixMultiply = GraphCase("matrix_multiply") { builder, image in
        let rows = try builder.apply(.reshape([1, 56, 4]), to: [image])
        let columns = try builder.apply(.transpose([0, 2, 1]), to: [rows])
        return try builder.apply(.matrixMultiply, to: [columns, rows])
    }

    private static let batchNormalization = GraphCase("batch_normalization") { builder, image in
        let parameters = [
            builder.numbers("scale", [4], offset: 2), builder.numbers("offset", [4]),
            builder.numbers("mean", [4]), builder.numbers("variance", [4], offset: 2),
        ]
        return try builder.apply(.batchNormalization(epsilon: 1e-3), to: [image] + parameters)
    }

    private static let layerNormalization = GraphCase("layer_normalization") { builder, image in
        let parameters = [builder.numbers("scale", [4], offset: 2), builder.numbers("offset", [4])]
        return try builder.apply(
            .layerNormalization(LayerNormalization(axes: [3], epsilon: 1e-3)), to: [image] + parameters)
    }

    private static var recurrences: [GraphCase] {
        let cells: [(String, Recurrence)] = [
            ("lstm", Recurrence(.lstm)), ("lstm-reversed", Recurrence(.lstm, isReversed: true)),
            ("gru", Recurrence(.gru(resetsAfterProduct: false))),
            ("gru-after", Recurrence(.gru(resetsAfterProduct: true))), ("rnn", Recurrence(.plain(.tanh))),
        ]
        return cells.map { name, recurrence in
            GraphCase(name) { builder, image in
                let steps = try builder.apply(.reshape([7, 1, 32]), to: [image])
                let hidden = 3, gates = recurrence.gates * hidden
                var inputs = [
                    steps, builder.numbers("weights", [gates, 32]),
                    builder.numbers("recurrent", [gates, hidden]),
                    builder.numbers("bias", [2 * gates]),
                ]
                for state in recurrence.hasCellState ? ["hidden", "cell"] : ["hidden"] {
                    inputs.append(builder.constant(state, Tensor([1, hidden], .repeated(0, .float32))))
                }
                return try builder.apply(.recurrence(recurrence), to: inputs)
            }
        }
    }

    // MARK: Choices

    private static var choices: [GraphCase] {
        let comparisons: [Comparison] = [.equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual]
        return comparisons.map { comparison in
            GraphCase("\(comparison.rawValue)-select") { builder, image in
                let limits = builder.numbers("limits", [4])
                let holds = try builder.apply(.compare(comparison), to: [image, limits])
                let other = builder.numbers("other", [1, 7, 8, 4])
                return try builder.apply(.select, to: [holds, image, other])
            }
        }
            + [ArgumentReduction.Kind.maximum, .minimum].map { kind in
                GraphCase("argument_\(kind.rawValue)") { builder, image in
                    let argument = ArgumentReduction(
                        kind, axis: 1, keepsDimensions: false, result: .int32)
                    let places = try builder.apply(.argument(argument), to: [image])
                    return try builder.apply(.cast(.float32), to: [places])
                }
            }
    }
}
