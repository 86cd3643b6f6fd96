import ModelGraph
import Testing

/// A small graph around one operation, for checking its gradients.
struct GradientCase: Sendable, CustomTestStringConvertible {
    let name: String
    let shape: [Int]
    var isTraining = true
    let build: @Sendable (inout GraphBuilder, ValueID) throws -> ValueID

    var testDescription: String { name }

    /// The graph: input + x, with x a constant of the whole batch so that its gradient is that of the input.
    func graph() throws -> Graph {
        var builder = GraphBuilder(name: name)
        let input = builder.input("input", ValueType(Shape([1] + shape.dropFirst())))
        let x = builder.constant("x", .unknown(Shape(shape)))
        let sum = try builder.apply(.binary(.add), to: [input, x])
        let result = try build(&builder, sum)
        return builder.graph(outputs: [result])
    }
}

extension GradientCase {
    private static func convolution(
        _ name: String, _ shape: [Int], _ convolution: Convolution, outputs: Int, bias: Bool = false
    ) -> GradientCase {
        GradientCase(name: name, shape: shape) { builder, x in
            let weights = builder.constant(
                "w",
                .unknown([
                    outputs, convolution.kernel.height, convolution.kernel.width,
                    shape[3] / convolution.groups,
                ])
            )
            let biases = bias ? [builder.constant("b", .unknown([outputs]))] : []
            return try builder.apply(.convolution(convolution), to: [x, weights] + biases)
        }
    }

    private static let odd = EdgePadding(top: 1, bottom: 0, left: 0, right: 2)
    private static let around = EdgePadding(top: 1, bottom: 1, left: 1, right: 1)

    static let convolutions: [GradientCase] = [
        convolution("3×3", [2, 5, 4, 9], Convolution(kernel: 3, padding: around), outputs: 5, bias: true),
        convolution("3×3, few channels", [2, 5, 4, 2], Convolution(kernel: 3, padding: around), outputs: 18),
        convolution(
            "3×2, strides 2×1, asymmetric padding", [1, 6, 5, 8],
            Convolution(kernel: Extent(3, 2), stride: Extent(2, 1), padding: odd), outputs: 3),
        convolution(
            "dilated", [1, 7, 6, 3], Convolution(kernel: 3, stride: 2, dilation: 2, padding: around),
            outputs: 4),
        convolution(
            "dilated, many channels", [1, 7, 6, 8], Convolution(kernel: 2, dilation: 3), outputs: 17),
        convolution("1×1", [2, 3, 3, 7], Convolution(kernel: 1), outputs: 33, bias: true),
        convolution("1×1, stride 2", [2, 5, 3, 7], Convolution(kernel: 1, stride: 2), outputs: 4),
        convolution(
            "grouped", [1, 4, 4, 6], Convolution(kernel: 3, padding: around, groups: 2), outputs: 8,
            bias: true),
        convolution(
            "depthwise", [2, 5, 4, 19], Convolution(kernel: 3, padding: around, groups: 19), outputs: 19,
            bias: true),
        convolution(
            "depthwise, stride 2", [1, 6, 7, 5], Convolution(kernel: 5, stride: 2, padding: odd, groups: 5),
            outputs: 5),
        convolution(
            "depthwise, two outputs a channel", [1, 4, 4, 3], Convolution(kernel: 3, groups: 3), outputs: 6),
        convolution("stride beyond the kernel", [1, 7, 7, 3], Convolution(kernel: 2, stride: 3), outputs: 4),
        GradientCase(name: "dense", shape: [3, 10]) { builder, x in
            try builder.apply(
                .dense,
                to: [x, builder.constant("w", .unknown([7, 10])), builder.constant("b", .unknown([7]))])
        },
    ]

    private static func normalization(_ name: String, _ activation: Activation?, residual: Bool)
        -> GradientCase
    {
        GradientCase(name: name, shape: [2, 3, 3, 5]) { builder, x in
            let parameters = ["scale", "offset", "mean", "variance"].map {
                builder.constant($0, .unknown([5]))
            }
            var y = try builder.apply(.batchNormalization(epsilon: 1e-3), to: [x] + parameters)
            if residual {
                let side = builder.constant("side", .unknown([2, 3, 3, 5]))
                y = try builder.apply(.binary(.add), to: [y, builder.apply(.activation(.tanh), to: [side])])
            }
            return try activation.map { try builder.apply(.activation($0), to: [y]) } ?? y
        }
    }

    static let normalizations: [GradientCase] = [
        normalization("batch normalisation", nil, residual: false),
        normalization("batch normalisation and ReLU", .relu, residual: false),
        normalization("batch normalisation, sum and ReLU6", .relu6, residual: true),
        normalization("batch normalisation and sum", nil, residual: true),
        normalization("batch normalisation and SiLU", .silu, residual: false),
        {
            var running = normalization("batch normalisation with running statistics", .relu, residual: true)
            running.isTraining = false
            return running
        }(),
        GradientCase(name: "wide batch normalisation", shape: [2, 2, 2, 21]) { builder, x in
            let parameters = ["scale", "offset", "mean", "variance"].map {
                builder.constant($0, .unknown([21]))
            }
            return try builder.apply(.batchNormalization(epsilon: 1e-2), to: [x] + parameters)
        },
    ]

    private static func one(_ name: String, _ shape: [Int], _ operation: Operation) -> GradientCase {
        GradientCase(name: name, shape: shape) { builder, x in try builder.apply(operation, to: [x]) }
    }

    private static func one(_ name: String, _ operation: Operation) -> GradientCase {
        one(name, [2, 4, 3, 3], operation)
    }

    static let elementwise: [GradientCase] =
        [
            Activation.relu, .relu6, .hardSwish, .sigmoid, .silu, .tanh, .hardSigmoid,
            .gelu(approximate: false),
            .gelu(approximate: true), .leakyRelu(slope: 0.1), .clip(lower: -0.5, upper: 1),
        ].map { one("\($0)", .activation($0)) }
        + UnaryOperation.allCases.map { operation in
            GradientCase(name: operation.rawValue, shape: [2, 5]) { builder, x in
                // Logarithms, roots and reciprocals need positive arguments.
                let two = builder.constant("two", Tensor([1], .repeated(3, .float32)))
                return try builder.apply(.unary(operation), to: [builder.apply(.binary(.add), to: [x, two])])
            }
        }

    private static func binary(_ operation: BinaryOperation, _ other: [Int]) -> GradientCase {
        GradientCase(name: "\(operation.rawValue) with \(other)", shape: [2, 2, 3, 4]) { builder, x in
            let three = builder.constant("three", Tensor([1], .repeated(3, .float32)))
            let z = builder.constant("z", .unknown(Shape(other)))
            let isPicky = operation == .divide || operation == .power
            let a = try isPicky ? builder.apply(.binary(.add), to: [x, three]) : x
            let b = try isPicky ? builder.apply(.binary(.add), to: [z, three]) : z
            return try builder.apply(.binary(operation), to: [a, b])
        }
    }

    static let binaries: [GradientCase] = BinaryOperation.allCases.flatMap { operation in
        [[2, 2, 3, 4], [4], [1], [2, 1, 1, 4], [3, 1]].map { binary(operation, $0) }
    }

    static let movements: [GradientCase] = [
        one("maximum pool", [2, 5, 4, 3], .pool(Pooling(.maximum, kernel: 3, stride: 2, padding: around))),
        one("average pool", [2, 5, 4, 3], .pool(Pooling(.average, kernel: 3, stride: 2, padding: around))),
        one(
            "average pool over padding", [2, 5, 4, 3],
            .pool(Pooling(.average, kernel: 2, stride: 1, padding: odd, countsPadding: true))),
        one("global average pool", .globalPool(.average)),
        one("global maximum pool", .globalPool(.maximum)),
        one("reshape", .reshape([0, -1])),
        one("transpose", .transpose([0, 3, 1, 2])),
        one("slice", .slice(Slicing(starts: [0, 1, 2, 0], sizes: [2, 2, 2, 2], strides: [1, 2, -1, 2]))),
        one(
            "pad", .pad(Padding(before: [0, 1, 0, 2], after: [0, 0, 1, 1], mode: .constant, value: 0.5))),
        one("reflect", .pad(Padding(before: [0, 1, 2, 0], after: [0, 2, 1, 0], mode: .reflect))),
        one("edge", .pad(Padding(before: [0, 1, 2, 0], after: [0, 2, 1, 0], mode: .edge))),
        one("softmax", [3, 7], .softmax(axis: 1)),
        one("softmax over rows", .softmax(axis: 1)),
        one("mean", .reduce(Reduction(.mean, axes: [1, 2], keepsDimensions: false))),
        one("sum", .reduce(Reduction(.sum, axes: [3], keepsDimensions: true))),
        one("largest", .reduce(Reduction(.maximum, axes: [1, 3], keepsDimensions: false))),
        one("smallest", .reduce(Reduction(.minimum, axes: [2], keepsDimensions: true))),
        one("dropout", .training(.dropout(rate: 0.4))),
        GradientCase(name: "concatenate", shape: [2, 2, 3, 3]) { builder, x in
            let z = builder.constant("z", .unknown([2, 2, 3, 2]))
            return try builder.apply(.concatenate(axis: 3), to: [x, z, x])
        },
        GradientCase(name: "matrix product", shape: [2, 3, 4]) { builder, x in
            try builder.apply(.matrixMultiply, to: [x, builder.constant("w", .unknown([4, 5]))])
        },
        GradientCase(name: "product of computed matrices", shape: [2, 3, 4]) { builder, x in
            try builder.apply(.matrixMultiply, to: [x, builder.apply(.transpose([0, 2, 1]), to: [x])])
        },
        GradientCase(name: "one value read three times", shape: [2, 6]) { builder, x in
            let square = try builder.apply(.binary(.multiply), to: [x, x])
            return try builder.apply(.binary(.add), to: [square, x])
        },
        GradientCase(name: "weights used twice", shape: [2, 3, 3, 4]) { builder, x in
            let weights = builder.constant("w", .unknown([4, 1, 1, 4]))
            let once = try builder.apply(.convolution(Convolution(kernel: 1)), to: [x, weights])
            return try builder.apply(.convolution(Convolution(kernel: 1)), to: [once, weights])
        },
        GradientCase(name: "computed weights", shape: [2, 3, 3, 4]) { builder, x in
            let raw = builder.constant("w", .unknown([5, 2, 2, 4]))
            let weights = try builder.apply(.activation(.tanh), to: [raw])
            let bias = try builder.apply(.activation(.tanh), to: [builder.constant("b", .unknown([5]))])
            return try builder.apply(.convolution(Convolution(kernel: 2)), to: [x, weights, bias])
        },
        GradientCase(name: "a chain of element-wise steps", shape: [2, 3, 3, 4]) { builder, x in
            let parameters = ["scale", "offset", "mean", "variance"].map {
                builder.constant($0, .unknown([4]))
            }
            let a = try builder.apply(.activation(.tanh), to: [x])
            let b = try builder.apply(.batchNormalization(epsilon: 1e-2), to: [a] + parameters)
            return try builder.apply(.activation(.sigmoid), to: [builder.apply(.activation(.silu), to: [b])])
        },
        GradientCase(name: "residual block", shape: [2, 4, 4, 8]) { builder, x in
            let weights = builder.constant("w", .unknown([8, 3, 3, 8]))
            let parameters = ["scale", "offset", "mean", "variance"].map {
                builder.constant($0, .unknown([8]))
            }
            let y = try builder.apply(
                .convolution(Convolution(kernel: 3, padding: around)), to: [x, weights])
            let z = try builder.apply(.batchNormalization(epsilon: 1e-3), to: [y] + parameters)
            return try builder.apply(
                .activation(.relu), to: [builder.apply(.binary(.add), to: [x, z])])
        },
    ]

    static let resizings: [GradientCase] = [
        GradientCase(name: "resize down", shape: [2, 5, 7, 3]) { builder, x in
            try builder.apply(.resize(Resizing(to: Extent(3, 4), mode: .linear)), to: [x])
        },
        GradientCase(name: "resize up", shape: [1, 3, 2, 4]) { builder, x in
            try builder.apply(.resize(Resizing(to: Extent(5, 5), mode: .linear)), to: [x])
        },
        GradientCase(name: "resize to the nearest", shape: [1, 4, 5, 2]) { builder, x in
            try builder.apply(.resize(Resizing(to: Extent(7, 3), mode: .nearest)), to: [x])
        },
    ]

    /// Operations that are trained as several others.
    static let composed: [GradientCase] =
        [
            transposed(
                "transposed convolution", [2, 3, 4, 3],
                TransposedConvolution(kernel: 3, stride: 2, padding: around, added: 1)),
            transposed(
                "transposed convolution, grouped and dilated", [1, 3, 3, 4],
                TransposedConvolution(kernel: Extent(2, 3), dilation: 2, groups: 2)),
            transposed(
                "transposed convolution that cuts more than it adds", [1, 4, 4, 2],
                TransposedConvolution(kernel: 1, stride: 2, padding: around)),
            GradientCase(name: "layer normalisation", shape: [2, 3, 5]) { builder, x in
                let parameters = ["scale", "offset"].map { builder.constant($0, .unknown([5])) }
                return try builder.apply(
                    .layerNormalization(LayerNormalization(axes: [2], epsilon: 1e-3)),
                    to: [x] + parameters)
            },
            GradientCase(name: "instance normalisation", shape: [2, 3, 4, 2]) { builder, x in
                try builder.apply(
                    .layerNormalization(LayerNormalization(axes: [1, 2], epsilon: 1e-2)), to: [x])
            },
            GradientCase(name: "normalisation over neighbouring channels", shape: [2, 2, 3, 5]) {
                builder, x in
                try builder.apply(
                    .localResponseNormalization(size: 3, alpha: 0.3, beta: 0.75, bias: 1.5), to: [x])
            },
            GradientCase(name: "look-up of computed places", shape: [2, 5, 3]) { builder, x in
                let places = builder.constant("places", Tensor([4], .int64([4, 0, 1, 4])))
                let same = try builder.apply(.cast(.int32), to: [places])
                return try builder.apply(.gather(axis: 1), to: [x, same])
            },
            GradientCase(name: "choice by a comparison", shape: [2, 3, 4]) { builder, x in
                let z = builder.constant("z", .unknown([3, 1]))
                let isLarger = try builder.apply(.compare(.greater), to: [x, z])
                let square = try builder.apply(.binary(.multiply), to: [x, x])
                return try builder.apply(.select, to: [isLarger, square, z])
            },
            GradientCase(name: "choice by constants", shape: [2, 4]) { builder, x in
                let mask = builder.constant("mask", Tensor([4], .bool([true, false, false, true])))
                let z = builder.constant("z", .unknown([2, 4]))
                return try builder.apply(.select, to: [mask, x, z])
            },
            GradientCase(name: "a place as a number", shape: [2, 4, 3]) { builder, x in
                let largest = ArgumentReduction(.maximum, axis: 1, keepsDimensions: true, result: .int64)
                let place = try builder.apply(.argument(largest), to: [x])
                let real = try builder.apply(.cast(.float32), to: [place])
                return try builder.apply(.binary(.multiply), to: [x, real])
            },
            GradientCase(name: "running sums", shape: [2, 4, 3]) { builder, x in
                let once = try builder.apply(
                    .cumulativeSum(CumulativeSum(axis: 1, isExclusive: false, isReversed: true)), to: [x])
                return try builder.apply(
                    .cumulativeSum(CumulativeSum(axis: 2, isExclusive: true, isReversed: false)), to: [once])
            },
            GradientCase(name: "look-up of constant places", shape: [2, 5, 3]) { builder, x in
                let places = builder.constant("places", Tensor([2, 2], .int32([4, 0, -2, 4])))
                return try builder.apply(.gather(axis: 1), to: [x, places])
            },
        ]
        + [
            ("lstm", Recurrence(.lstm)),
            ("lstm, reversed, with cells", Recurrence(.lstm, isReversed: true, returnsCell: true)),
            ("gru", Recurrence(.gru(resetsAfterProduct: true))),
            ("gru that resets before its product", Recurrence(.gru(resetsAfterProduct: false))),
            ("plain recurrence", Recurrence(.plain(.tanh), isReversed: true)),
        ].map { recurrent($0, $1, hasPeepholes: $0 == "lstm") }

    private static func transposed(
        _ name: String, _ shape: [Int], _ convolution: TransposedConvolution
    ) -> GradientCase {
        GradientCase(name: name, shape: shape) { builder, x in
            let outputs = 2 * convolution.groups
            let kernel = convolution.kernel
            let weights = builder.constant(
                "w", .unknown([outputs, kernel.height, kernel.width, shape[3] / convolution.groups]))
            let bias = builder.constant("b", .unknown([outputs]))
            return try builder.apply(.transposedConvolution(convolution), to: [x, weights, bias])
        }
    }

    /// Sequences of three steps, two at once.
    private static func recurrent(
        _ name: String, _ recurrence: Recurrence, hasPeepholes: Bool
    ) -> GradientCase {
        GradientCase(name: name, shape: [2, 3, 4]) { builder, x in
            let hidden = 2, gates = recurrence.gates * hidden
            let steps = try builder.apply(.transpose([1, 0, 2]), to: [x])
            var inputs = [
                steps, builder.constant("w", .unknown([gates, 4])),
                builder.constant("r", .unknown([gates, hidden])),
                builder.constant("b", .unknown([2 * gates])),
                builder.constant("h", .unknown([1, hidden])),
            ]
            if recurrence.hasCellState { inputs.append(builder.constant("c", .unknown([1, hidden]))) }
            if hasPeepholes { inputs.append(builder.constant("p", .unknown([3 * hidden]))) }
            let states = try builder.apply(.recurrence(recurrence), to: inputs)
            return try builder.apply(.transpose([1, 0, 2]), to: [states])
        }
    }

    static let all =
        convolutions + normalizations + elementwise + binaries + movements + resizings + composed
}
