import Determinism
import ModelCompression
import ModelGraph

/// Small networks with random structure and weights: residual, depthwise, gated, concatenated and dead branches.
enum RandomNetwork {
    static let input: Shape = [1, 8, 8, 3]

    static func samples(count: Int = 12) -> CalibrationSamples {
        var random = RandomStream(seed: 5, .calibration)
        let numbers = (0..<count * input.elementCount).map { _ in random.uniform() * 2 - 1 }
        return CalibrationSamples(numbers, count: count)
    }

    static func graph(seed: UInt64) throws -> Graph {
        var maker = NetworkMaker(random: RandomStream(seed: seed, .initialization))
        let image = maker.builder.input("image", ValueType(input))
        var features = try maker.block(image, to: 16, kernel: 3, groups: 1, name: "stem", activation: .relu)
        for index in 0..<3 {
            let name = "stage\(index)"
            switch (seed &+ UInt64(index)) % 4 {
            case 0: features = try maker.residual(features, name: name)
            case 1: features = try maker.separable(features, name: name)
            case 2: features = try maker.joined(features, name: name)
            default: features = try maker.dead(features, name: name)
            }
        }
        let pooled = try maker.builder.apply(.globalPool(.average), to: [features], name: "pooled")
        let flat = try maker.builder.apply(.reshape([0, -1]), to: [pooled], name: "flat")
        let channels = maker.builder.shape(of: flat)[1]
        let weights = maker.weights("logits.weights", [10, channels], fanIn: channels)
        let bias = maker.weights("logits.bias", [10], fanIn: 100)
        let logits = try maker.builder.apply(.dense, to: [flat, weights, bias], name: "logits")
        return maker.builder.graph(outputs: [logits])
    }
}

private struct NetworkMaker {
    var builder = GraphBuilder(name: "random")
    var random: RandomStream

    mutating func weights(_ name: String, _ shape: Shape, fanIn: Int, near centre: Float = 0) -> ValueID {
        let limit = (6 / Float(fanIn)).squareRoot()
        return builder.constant(
            name,
            Tensor(shape, (0..<shape.elementCount).map { _ in centre + limit * (2 * random.uniform() - 1) }))
    }

    mutating func convolution(
        _ input: ValueID, to channels: Int, kernel: Int, groups: Int, name: String
    ) throws -> ValueID {
        let depth = builder.shape(of: input)[3] / groups
        let kernelWeights = weights(
            "\(name).weights", [channels, kernel, kernel, depth], fanIn: kernel * kernel * depth)
        let edge = kernel / 2
        let sum = try builder.apply(
            .convolution(
                Convolution(
                    kernel: Extent(kernel, kernel),
                    padding: EdgePadding(top: edge, bottom: edge, left: edge, right: edge), groups: groups)),
            to: [input, kernelWeights], name: name)
        let parameters = [
            weights("\(name).scale", [channels], fanIn: 60, near: 1),
            weights("\(name).offset", [channels], fanIn: 60),
            weights("\(name).mean", [channels], fanIn: 60),
            weights("\(name).variance", [channels], fanIn: 60, near: 1),
        ]
        return try builder.apply(
            .batchNormalization(epsilon: 1e-3), to: [sum] + parameters, name: "\(name).norm")
    }

    mutating func block(
        _ input: ValueID, to channels: Int, kernel: Int, groups: Int, name: String, activation: Activation
    ) throws -> ValueID {
        let sum = try convolution(input, to: channels, kernel: kernel, groups: groups, name: name)
        return try builder.apply(.activation(activation), to: [sum], name: "\(name).\(activation.name)")
    }

    mutating func residual(_ input: ValueID, name: String) throws -> ValueID {
        let first = try block(input, to: 24, kernel: 3, groups: 1, name: "\(name).first", activation: .relu)
        let second = try convolution(
            first, to: builder.shape(of: input)[3], kernel: 1, groups: 1, name: "\(name).second")
        let sum = try builder.apply(.binary(.add), to: [second, input], name: "\(name).sum")
        return try builder.apply(.activation(.relu), to: [sum], name: "\(name).relu")
    }

    mutating func separable(_ input: ValueID, name: String) throws -> ValueID {
        let depth = builder.shape(of: input)[3]
        let spatial = try block(
            input, to: depth, kernel: 3, groups: depth, name: "\(name).depthwise", activation: .relu6)
        return try block(
            spatial, to: 32, kernel: 1, groups: 1, name: "\(name).pointwise", activation: .hardSwish)
    }

    mutating func joined(_ input: ValueID, name: String) throws -> ValueID {
        let left = try block(input, to: 16, kernel: 3, groups: 1, name: "\(name).left", activation: .relu)
        let right = try block(input, to: 8, kernel: 1, groups: 1, name: "\(name).right", activation: .silu)
        let both = try builder.apply(.concatenate(axis: 3), to: [left, right], name: "\(name).both")
        return try builder.apply(
            .pool(Pooling(.maximum, kernel: 2, stride: 1)), to: [both], name: "\(name).pooled")
    }

    mutating func dead(_ input: ValueID, name: String) throws -> ValueID {
        let side = try block(
            input, to: builder.shape(of: input)[3], kernel: 3, groups: 1, name: "\(name).side",
            activation: .relu)
        let zero = builder.constant("\(name).zero", Tensor([1], .repeated(0, .float32)))
        let nothing = try builder.apply(.binary(.multiply), to: [side, zero], name: "\(name).none")
        return try builder.apply(.binary(.add), to: [input, nothing], name: "\(name).sum")
    }
}
