import Determinism
import ModelGraph

/// Small networks with random weights to write and read.
enum SampleGraphs {
    /// Convolutions, a residual, a depthwise layer and a classifier, NHWC.
    static func residual(classes: Int = 5) throws -> Graph {
        var weights = Weights()
        var builder = GraphBuilder(name: "residual")
        let image = builder.input("image", ValueType([1, 8, 8, 3]))
        let same = EdgePadding(top: 1, bottom: 1, left: 1, right: 1)
        let stem = try weights.convolution(image, 8, &builder, "stem", Convolution(kernel: 3, padding: same))
        let active = try builder.apply(.activation(.relu), to: [stem], name: "stem_relu")
        let deep = try weights.convolution(
            active, 8, &builder, "depthwise", Convolution(kernel: 3, padding: same, groups: 8))
        let gated = try builder.apply(.activation(.relu6), to: [deep], name: "depthwise_relu")
        let sum = try builder.apply(.binary(.add), to: [gated, active], name: "sum")
        let pooled = try builder.apply(
            .pool(Pooling(.maximum, kernel: 2, stride: 2)), to: [sum], name: "pool")
        let mean = try builder.apply(.globalPool(.average), to: [pooled], name: "mean")
        let flat = try builder.apply(.reshape([0, 8]), to: [mean], name: "flat")
        let logits = try weights.dense(flat, classes, &builder, "logits")
        return builder.graph(outputs: [logits])
    }

    /// A classifier that reads the columns of an image before its rows.
    static func turned() throws -> Graph {
        var weights = Weights()
        var builder = GraphBuilder(name: "turned")
        let image = builder.input("image", ValueType([1, 8, 8, 3]))
        let layer = try weights.convolution(
            image, 4, &builder, "layer", Convolution(kernel: 2, stride: 2))
        let columns = try builder.apply(.transpose([0, 2, 1, 3]), to: [layer], name: "columns")
        let flat = try builder.apply(.reshape([0, 64]), to: [columns], name: "flat")
        let logits = try weights.dense(flat, 5, &builder, "logits")
        return builder.graph(outputs: [logits])
    }

    /// One of each activation that is neither a clamp nor made of two nodes.
    static func activations() throws -> Graph {
        var weights = Weights()
        var builder = GraphBuilder(name: "activations")
        var x = builder.input("signal", ValueType([1, 4, 4, 4]))
        let all: [Activation] = [
            .hardSwish, .sigmoid, .silu, .tanh, .hardSigmoid, .gelu(approximate: false),
            .gelu(approximate: true),
            .leakyRelu(slope: 0.125), .clip(lower: -0.5, upper: 2),
        ]
        for (index, activation) in all.enumerated() {
            x = try weights.convolution(x, 4, &builder, "layer\(index)", Convolution(kernel: 1))
            x = try builder.apply(.activation(activation), to: [x], name: "activation\(index)")
        }
        let half = try builder.apply(
            .slice(Slicing(starts: [0, 0, 0, 1], sizes: [1, 4, 4, 2])), to: [x], name: "half")
        let joined = try builder.apply(.concatenate(axis: 3), to: [half, x], name: "joined")
        let padded = try builder.apply(
            .pad(Padding(before: [0, 1, 0, 0], after: [0, 0, 1, 0])), to: [joined], name: "padded")
        let shares = try builder.apply(.softmax(axis: 3), to: [padded], name: "shares")
        return builder.graph(outputs: [shares])
    }

    /// Random weights from a seeded stream.
    private struct Weights {
        var random = RandomStream(seed: 1, .initialization)

        mutating func tensor(_ shape: Shape) -> Tensor {
            Tensor(shape, (0..<shape.elementCount).map { _ in random.uniform() - 0.5 })
        }

        mutating func convolution(
            _ x: ValueID, _ channels: Int, _ builder: inout GraphBuilder, _ name: String,
            _ convolution: Convolution
        ) throws -> ValueID {
            let inputs = builder.shape(of: x)[3] / convolution.groups
            let shape: Shape = [channels, convolution.kernel.height, convolution.kernel.width, inputs]
            let weights = builder.constant("\(name)_weights", tensor(shape))
            let bias = builder.constant("\(name)_bias", tensor([channels]))
            return try builder.apply(.convolution(convolution), to: [x, weights, bias], name: name)
        }

        mutating func dense(
            _ x: ValueID, _ outputs: Int, _ builder: inout GraphBuilder, _ name: String
        ) throws -> ValueID {
            let weights = builder.constant("\(name)_weights", tensor([outputs, builder.shape(of: x)[1]]))
            let bias = builder.constant("\(name)_bias", tensor([outputs]))
            return try builder.apply(.dense, to: [x, weights, bias], name: name)
        }
    }
}
