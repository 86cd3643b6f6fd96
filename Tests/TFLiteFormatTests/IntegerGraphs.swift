import ModelGraph

/// Small quantised networks, as module Compression makes them: quantise first, dequantise last.
enum IntegerGraphs {
    private static let scale = Quantization(scale: 0.03, zeroPoint: -5)

    static func all() throws(GraphError) -> [(name: String, graph: Graph)] {
        [
            ("layers", try layers()), ("rescaled pool", try wrapped(.globalPool(.average), other)),
            ("hard swish", try wrapped(.activation(.hardSwish), other)),
            ("silu", try wrapped(.activation(.silu), other)),
            ("sigmoid", try wrapped(.activation(.sigmoid), other)),
            ("tanh", try wrapped(.activation(.tanh), other)),
            (
                "hard sigmoid",
                try wrapped(.activation(.hardSigmoid), Quantization(scale: 1 / 256, zeroPoint: -128))
            ),
            ("gelu", try wrapped(.activation(.gelu(approximate: true)), other)),
            ("softmax", try wrapped(.softmax(axis: 3), other)), ("joined", try joined()),
            ("exponential", try wrapped(.unary(.exponential), Quantization(scale: 0.1, zeroPoint: -128))),
            ("sum", try wrapped(.reduce(Reduction(.sum, axes: [1], keepsDimensions: false)), other)),
        ]
    }

    private static let other = Quantization(scale: 0.02, zeroPoint: -40)

    /// The image quantised, one operation, and its result dequantised.
    private static func wrapped(_ operation: Operation, _ quantization: Quantization) throws(GraphError)
        -> Graph
    {
        var builder = GraphBuilder(name: "\(operation.name)")
        let image = builder.input("image", ValueType([1, 6, 6, 4]))
        let integers = try builder.apply(.quantize(.int8, scale), to: [image])
        let result = try builder.apply(operation, to: [integers], quantization: quantization)
        let logits = try builder.apply(.dequantize, to: [result], name: "logits")
        return builder.graph(outputs: [logits])
    }

    private static func layers() throws(GraphError) -> Graph {
        var builder = GraphBuilder(name: "layers")
        var noise = Noise(seed: 5)
        func integers(_ count: Int) -> [Int8] { (0..<count).map { _ in Int8(noise.below(255) - 127) } }
        func layer(
            _ builder: inout GraphBuilder, _ outputs: Int, _ shape: Shape, _ input: Float, _ name: String
        )
            -> [ValueID]
        {
            let scales = (0..<outputs).map { 0.004 + 0.001 * Float($0 % 4) }
            let bias = (0..<outputs).map { Int32($0 * 37 - 100) }
            return [
                builder.constant(
                    "\(name).weights", Tensor(shape, .int8(integers(shape.elementCount))),
                    quantization: Quantization(scales: scales, axis: 0)),
                builder.constant(
                    "\(name).bias", Tensor([outputs], .int32(bias)),
                    quantization: Quantization(scales: scales.map { input * $0 }, axis: 0)),
            ]
        }
        let image = builder.input("image", ValueType([1, 6, 6, 4]))
        let input = try builder.apply(.quantize(.int8, scale), to: [image])
        let stem = try builder.apply(
            .convolution(
                Convolution(kernel: 3, stride: 2, padding: .init(top: 1, bottom: 1, left: 1, right: 1))),
            to: [input] + layer(&builder, 8, [8, 3, 3, 4], 0.03, "stem"),
            quantization: Quantization(scale: 0.025, zeroPoint: -128))
        let active = try builder.apply(.activation(.relu), to: [stem])
        let depthwise = try builder.apply(
            .convolution(
                Convolution(kernel: 3, padding: .init(top: 1, bottom: 1, left: 1, right: 1), groups: 8)),
            to: [active] + layer(&builder, 8, [8, 3, 3, 1], 0.025, "depthwise"), quantization: other)
        let sum = try builder.apply(.binary(.add), to: [depthwise, active], quantization: scale)
        let pooled = try builder.apply(.globalPool(.average), to: [sum], quantization: other)
        let flat = try builder.apply(.reshape([0, -1]), to: [pooled])
        let logits = try builder.apply(
            .dense, to: [flat] + layer(&builder, 5, [5, 8], 0.02, "head"),
            quantization: Quantization(scale: 0.05, zeroPoint: 3))
        let result = try builder.apply(.dequantize, to: [logits], name: "logits")
        return builder.graph(outputs: [result])
    }

    private static func joined() throws(GraphError) -> Graph {
        var builder = GraphBuilder(name: "joined")
        let image = builder.input("image", ValueType([1, 6, 6, 4]))
        let first = try builder.apply(.quantize(.int8, scale), to: [image])
        let second = try builder.apply(.activation(.relu6), to: [first], quantization: other)
        let both = try builder.apply(.concatenate(axis: 3), to: [first, second], quantization: scale)
        let result = try builder.apply(.dequantize, to: [both], name: "logits")
        return builder.graph(outputs: [result])
    }
}
