import ModelGraph
import SearchSpaces
import Testing
import YAMLReader

@Suite("Spaces grown from a trained network")
struct BackboneSpaceTests {
    /// A stem, two inverted bottlenecks of which the second is residual, a residual 5×5 block, and a classifier.
    static func network(outputs: Int = 7) throws -> Graph {
        var builder = GraphBuilder(name: "mobile")
        var number: Float = 0
        func weights(_ name: String, _ shape: Shape) -> ValueID {
            number += 1
            let values = (0..<shape.elementCount).map { number + Float($0) / 1000 }
            return builder.constant(name, Tensor(shape, values))
        }
        func convolve(
            _ name: String, _ input: ValueID, to channels: Int, kernel: Int, stride: Int = 1,
            isDepthwise: Bool = false
        ) throws -> ValueID {
            let depth = builder.shape(of: input)[3]
            let edge = kernel / 2
            return try builder.apply(
                .convolution(
                    Convolution(
                        kernel: Extent(kernel, kernel), stride: Extent(stride, stride),
                        padding: EdgePadding(top: edge, bottom: edge, left: edge, right: edge),
                        groups: isDepthwise ? depth : 1)),
                to: [input, weights("\(name).weight", [channels, kernel, kernel, isDepthwise ? 1 : depth])],
                name: name)
        }
        let input = builder.input("image", ValueType([1, 8, 8, 2]))
        var value = try convolve("stem", input, to: 16, kernel: 3)
        for (name, stride, kernel) in [("first", 2, 3), ("second", 1, 5), ("third", 1, 3)] {
            let entry = value
            value = try convolve("\(name).expand", value, to: 32, kernel: 1)
            value = try convolve(
                "\(name).depthwise", value, to: 32, kernel: kernel, stride: stride, isDepthwise: true)
            value = try convolve("\(name).project", value, to: 16, kernel: 1)
            if stride == 1 {
                value = try builder.apply(.binary(.add), to: [entry, value], name: "\(name).add")
            }
        }
        value = try builder.apply(.globalPool(.average), to: [value], name: "pool")
        value = try builder.apply(.reshape([0, 16]), to: [value], name: "flatten")
        value = try builder.apply(
            .dense, to: [value, weights("fc.weight", [outputs, 16]), weights("fc.bias", [outputs])],
            name: "fc")
        return builder.graph(outputs: [value])
    }

    static let input = NetworkInput(height: 8, width: 8, channels: 2, outputs: 5)

    static func space(
        _ choices: String = "{width: [0.5, 1], depth: [0.5, 1], kernel: [3, 5]}"
    ) throws -> SearchSpace {
        try SearchSpace(
            backbone: network(), name: "mobile", choices: YAMLNode(parsing: choices, file: "job.yaml"),
            compression: GivenCompression(precision: ["float32"], pruning: ["none"]))
    }

    @Test(
        "Each stage chooses what it has, and every point's string reads back as a network that fits together")
    func points() throws {
        let space = try Self.space()
        #expect(
            space.dimensions.map(\.name) == ["stage1.width", "stage2.width", "stage2.depth", "stage2.kernel"])
        #expect(space.count == 16)
        for point in space.points {
            let text = space.architecture(of: point)
            #expect(try space.genotype(architecture: text) == point, "\(text)")
            let graph = try space.graph(of: point, input: Self.input)
            try graph.verify()
            #expect(graph[graph.outputs[0]].type.shape.elementCount == 5)
        }
        #expect(space.architecture(of: space.largest) == "stage1_w1|stage2_w1_d1_k5|head")
    }

    @Test("The largest point is the network itself with an unknown last layer")
    func largest() throws {
        let space = try Self.space()
        let graph = try space.graph(of: space.largest, input: Self.input)
        let original = try Self.network()
        for value in original.values where value.constant != nil {
            let tensor = graph.values.first { $0.name == value.name }?.constant?.tensor
            let isHead = value.name.hasPrefix("fc")
            #expect(tensor?.isKnown == !isHead)
            if !isHead { #expect(tensor == value.constant?.tensor) }
        }
    }

    @Test("A smaller point has the first channels, the middle of kernels, and fewer blocks")
    func smallest() throws {
        let space = try Self.space()
        let graph = try space.graph(of: space.smallest, input: Self.input)
        func constant(_ graph: Graph, _ name: String) -> Tensor? {
            graph.values.first { $0.name == name }?.constant?.tensor
        }
        let original = try Self.network()
        #expect(
            constant(graph, "stem.weight")
                == constant(original, "stem.weight")?.selecting(Array(0..<8), axis: 0))
        #expect(
            constant(graph, "second.depthwise.weight")
                == constant(original, "second.depthwise.weight")?.selecting(Array(0..<16), axis: 0)
                .selecting([1, 2, 3], axis: 1).selecting([1, 2, 3], axis: 2))
        #expect(constant(graph, "third.expand.weight") == nil, "the last of two residual blocks goes first")
        #expect(constant(graph, "fc.weight")?.shape == [5, 8])
    }

    @Test("What a network cannot give is said with the node and the cure")
    func refuses() throws {
        var builder = GraphBuilder(name: "tail")
        let input = builder.input("x", ValueType([1, 1, 1, 4]))
        let layer = try builder.apply(
            .convolution(Convolution(kernel: 1)),
            to: [input, builder.constant("w", .unknown([3, 1, 1, 4]))],
            name: "scores")
        let output = try builder.apply(.unary(.exponential), to: [layer], name: "exp")
        let error = #expect(throws: (any Error).self) {
            try SearchSpace(
                backbone: builder.graph(outputs: [output]), name: "tail",
                choices: YAMLNode(parsing: "{}", file: "job.yaml"), compression: GivenCompression())
        }
        #expect(
            "\(error.map { "\($0)" } ?? "")".contains(
                "exp': stands between the last layer and the output; export"))
        let share = #expect(throws: YAMLError.self) { try Self.space("{width: [0.5, 1.5]}") }
        #expect(share?.description.contains("expected a share above 0 and up to 1, got 1.5") == true)
    }
}
