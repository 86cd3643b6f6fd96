import ModelGraph
import Testing

/// Graphs as Swiftlet builds and compresses them, with what is awkward to say in TFLite.
struct ExportedGraph: CustomTestStringConvertible, Sendable {
    let name: String
    let graph: Graph
    var testDescription: String { name }

    static let all: [ExportedGraph] = images.map { image in
        do {
            return ExportedGraph(name: image.name, graph: try image.build())
        } catch {
            Issue.record("\(image.name): \(error)")
            return ExportedGraph(
                name: image.name, graph: Graph(name: "empty", values: [], nodes: [], inputs: [], outputs: []))
        }
    }

    /// One operation (or a few) on an image [1, 7, 8, 4].
    private struct Image: Sendable {
        let name: String
        let body: @Sendable (inout GraphBuilder, ValueID) throws(GraphError) -> ValueID

        init(
            _ name: String,
            _ body: @escaping @Sendable (inout GraphBuilder, ValueID) throws(GraphError) -> ValueID
        ) {
            self.name = name
            self.body = body
        }

        func build() throws(GraphError) -> Graph {
            var builder = GraphBuilder(name: name)
            let image = builder.input("image", ValueType([1, 7, 8, 4]))
            let result = try body(&builder, image)
            return builder.graph(outputs: [result])
        }
    }

    private static let images: [Image] =
        [
            layer("padded as PyTorch pads", Convolution(kernel: 3, stride: 2, padding: all(1))),
            layer(
                "padded on one side",
                Convolution(kernel: 3, padding: .init(top: 2, bottom: 0, left: 0, right: 1))),
            layer("grouped", Convolution(kernel: 3, padding: all(1), groups: 2)),
            layer("depthwise", Convolution(kernel: 3, stride: 2, padding: all(1), groups: 4)),
            pooled("average that counts padding", .average, countsPadding: true),
            pooled("maximum padded as PyTorch pads", .maximum),
            Image("global pool and activations") { builder, image throws(GraphError) in
                try builder.apply(.globalPool(.average), to: [image])
            },
            Image("squeeze and excite") { builder, image throws(GraphError) in
                let pooled = try builder.apply(.globalPool(.average), to: [image])
                let gate = try builder.apply(.activation(.hardSigmoid), to: [pooled])
                return try builder.apply(.binary(.multiply), to: [image, gate])
            },
            Image("normalised first") { builder, image throws(GraphError) in
                let parameters = [
                    [1, 2, 0.5, 1.5], [0.1, 0, -0.3, 1], [0.2, -0.1, 0, 0.4], [1, 0.5, 2, 0.1],
                ]
                .enumerated().map {
                    builder.constant("p\($0.offset)", Tensor([4], $0.element.map { Float($0) }))
                }
                return try builder.apply(.batchNormalization(epsilon: 1e-3), to: [image] + parameters)
            },
            Image("a reversed slice") { builder, image throws(GraphError) in
                try builder.apply(
                    .slice(Slicing(starts: [0, 6, 1, 0], sizes: [1, 4, 3, 4], strides: [1, -2, 2, 1])),
                    to: [image])
            },
            Image("softmax across rows") { builder, image throws(GraphError) in
                try builder.apply(.softmax(axis: 1), to: [image])
            },
            Image("branch of zeros") { builder, image throws(GraphError) in
                let zero = builder.constant("zero", Tensor([1], .repeated(0, .float32)))
                let none = try builder.apply(.binary(.multiply), to: [image, zero])
                return try builder.apply(.binary(.add), to: [image, none])
            },
        ]
        + functions.map { function in
            Image("\(function)") { builder, image throws(GraphError) in
                try builder.apply(function, to: [image])
            }
        }

    private static let functions: [Operation] = [
        .activation(.silu), .activation(.hardSigmoid(alpha: 0.2, beta: 0.5)), .activation(.hardSwish),
        .activation(.clip(lower: -0.5, upper: 0.75)), .activation(.clip(lower: -0.5, upper: .infinity)),
        .activation(.gelu(approximate: false)), .activation(.leakyRelu(slope: 0.1)), .unary(.softplus),
        .unary(.softsign), .unary(.reciprocal),
        .pad(Padding(before: [0, 1, 0, 0], after: [0, 0, 1, 0], mode: .edge)),
        .pad(Padding(before: [0, 1, 0, 0], after: [0, 2, 1, 0], value: 0.5)),
        .resize(
            Resizing(to: Extent(14, 16), mode: .nearest, coordinates: .halfPixel, rounding: .preferFloor)),
        .resize(Resizing(to: Extent(3, 11), mode: .linear, coordinates: .halfPixel)),
        .localResponseNormalization(size: 3, alpha: 0.3, beta: 0.75, bias: 1), .reshape([0, -1]),
        .reduce(Reduction(.sum, axes: [1, 3], keepsDimensions: true)),
    ]

    private static func all(_ amount: Int) -> EdgePadding {
        EdgePadding(top: amount, bottom: amount, left: amount, right: amount)
    }

    private static func layer(_ name: String, _ convolution: Convolution) -> Image {
        Image(name) { builder, image throws(GraphError) in
            let shape: Shape = [
                8, convolution.kernel.height, convolution.kernel.width, 4 / convolution.groups,
            ]
            var noise = Noise(seed: 7)
            let numbers = (0..<shape.elementCount).map { _ in Float(noise.below(2000)) / 1000 - 1 }
            let weights = builder.constant("weights", Tensor(shape, numbers))
            let bias = builder.constant("bias", Tensor([8], [Float](numbers.prefix(8))))
            let sum = try builder.apply(.convolution(convolution), to: [image, weights, bias])
            return try builder.apply(.activation(.relu6), to: [sum])
        }
    }

    private static func pooled(_ name: String, _ kind: PoolingKind, countsPadding: Bool = false) -> Image {
        Image(name) { builder, image throws(GraphError) in
            try builder.apply(
                .pool(Pooling(kind, kernel: 3, stride: 2, padding: all(1), countsPadding: countsPadding)),
                to: [image])
        }
    }
}
