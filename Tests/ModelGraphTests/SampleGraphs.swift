import Determinism
import ModelGraph

/// Networks that tests share.
enum SampleGraphs {
    /// Convolution, batch normalisation and ReLU, then a residual block whose shortcut is a strided convolution,
    /// global pooling and a dense layer.
    static func residual(width: Int = 16, known: Bool = true) throws -> Graph {
        var network = NetworkBuilder(known: known)
        let image = network.builder.input("image", ValueType([1, 8, 8, 3]))
        let stem = try network.block(image, to: width, kernel: 3, name: "stem")
        let first = try network.block(stem, to: 2 * width, kernel: 3, stride: 2, name: "first")
        let second = try network.convolution(first, to: 2 * width, kernel: 3, name: "second")
        let shortcut = try network.convolution(stem, to: 2 * width, kernel: 1, stride: 2, name: "shortcut")
        let sum = try network.builder.apply(.binary(.add), to: [second, shortcut], name: "sum")
        let active = try network.builder.apply(.activation(.relu), to: [sum], name: "active")
        return try network.classifier(active, classes: 10)
    }

    /// Depthwise separable blocks with hard-swish, squeeze-and-excite and a concatenation.
    static func mobile(known: Bool = true) throws -> Graph {
        var network = NetworkBuilder(known: known)
        let image = network.builder.input("image", ValueType([1, 12, 12, 1]))
        let stem = try network.block(
            image, to: 16, kernel: 3, stride: 2, name: "stem", activation: .hardSwish)
        let depthwise = try network.block(stem, to: 16, kernel: 3, groups: 16, name: "depthwise")
        let gate = try network.gate(depthwise, name: "gate")
        let pointwise = try network.block(gate, to: 24, kernel: 1, name: "pointwise", activation: .relu6)
        let side = try network.block(stem, to: 8, kernel: 1, name: "side", activation: .silu)
        let joined = try network.builder.apply(.concatenate(axis: 3), to: [pointwise, side], name: "joined")
        let pooled = try network.builder.apply(
            .pool(Pooling(.maximum, kernel: 2, stride: 2)), to: [joined], name: "pooled")
        let flat = try network.builder.apply(.reshape([0, -1]), to: [pooled], name: "flat")
        let logits = try network.dense(flat, to: 5, name: "logits")
        return network.builder.graph(outputs: [logits])
    }
}

/// A graph builder that fills weights with seeded random numbers, or leaves them unknown.
struct NetworkBuilder {
    var builder = GraphBuilder(name: "sample")
    let known: Bool
    private var random = RandomStream(seed: 1, .initialization)

    init(known: Bool = true) { self.known = known }

    mutating func constant(_ name: String, _ shape: Shape, near centre: Float = 0) -> ValueID {
        guard known else { return builder.constant(name, .unknown(shape)) }
        let values = (0..<shape.elementCount).map { _ in centre + 0.5 * (random.uniform() - 0.5) }
        return builder.constant(name, Tensor(shape, values))
    }

    /// Convolution (SAME padding, no bias) and batch normalisation.
    mutating func convolution(
        _ input: ValueID, to channels: Int, kernel: Int, stride: Int = 1, groups: Int = 1, name: String
    ) throws -> ValueID {
        let shape = builder.shape(of: input)
        let weights = constant("\(name).weights", [channels, kernel, kernel, shape[3] / groups])
        let padding = EdgePadding.same(
            Extent(shape[1], shape[2]), kernel: Extent(kernel, kernel), stride: Extent(stride, stride))
        let result = try builder.apply(
            .convolution(
                Convolution(
                    kernel: Extent(kernel, kernel), stride: Extent(stride, stride), padding: padding,
                    groups: groups)),
            to: [input, weights], name: name)
        return try normalization(result, name: "\(name).norm")
    }

    mutating func normalization(_ input: ValueID, name: String) throws -> ValueID {
        let channels: Shape = [builder.shape(of: input).dimensions.last ?? 1]
        let parameters = [
            constant("\(name).scale", channels, near: 1), constant("\(name).offset", channels),
            constant("\(name).mean", channels), constant("\(name).variance", channels, near: 1),
        ]
        return try builder.apply(.batchNormalization(epsilon: 1e-3), to: [input] + parameters, name: name)
    }

    mutating func block(
        _ input: ValueID, to channels: Int, kernel: Int, stride: Int = 1, groups: Int = 1, name: String,
        activation: Activation = .relu
    ) throws -> ValueID {
        let features = try convolution(
            input, to: channels, kernel: kernel, stride: stride, groups: groups, name: name)
        return try builder.apply(.activation(activation), to: [features], name: "\(name).\(activation.name)")
    }

    mutating func dense(_ input: ValueID, to outputs: Int, name: String) throws -> ValueID {
        let width = builder.shape(of: input).dimensions.last ?? 1
        let parameters = [
            constant("\(name).weights", [outputs, width]), constant("\(name).bias", [outputs]),
        ]
        return try builder.apply(.dense, to: [input] + parameters, name: name)
    }

    /// Squeeze-and-excite: a factor a channel, computed from the channel means.
    mutating func gate(_ input: ValueID, name: String) throws -> ValueID {
        let channels = builder.shape(of: input)[3]
        let means = try builder.apply(.globalPool(.average), to: [input], name: "\(name).means")
        let squeezed = try builder.apply(
            .convolution(Convolution(kernel: 1)),
            to: [means, constant("\(name).squeeze.weights", [8, 1, 1, channels])], name: "\(name).squeeze")
        let active = try builder.apply(.activation(.relu), to: [squeezed], name: "\(name).relu")
        let excited = try builder.apply(
            .convolution(Convolution(kernel: 1)),
            to: [active, constant("\(name).excite.weights", [channels, 1, 1, 8])], name: "\(name).excite")
        let factors = try builder.apply(.activation(.sigmoid), to: [excited], name: "\(name).sigmoid")
        return try builder.apply(.binary(.multiply), to: [input, factors], name: "\(name).product")
    }

    mutating func classifier(_ features: ValueID, classes: Int) throws -> Graph {
        let pooled = try builder.apply(.globalPool(.average), to: [features], name: "pooled")
        let flat = try builder.apply(.reshape([0, -1]), to: [pooled], name: "flat")
        let logits = try dense(flat, to: classes, name: "logits")
        return builder.graph(outputs: [logits])
    }
}

extension Graph {
    func node(named name: String) throws -> Node {
        guard let node = nodes.first(where: { $0.name == name }) else {
            throw GraphError.invalid(node: name, detail: "no such node")
        }
        return node
    }
}
