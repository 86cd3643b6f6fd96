import ModelGraph
import SearchSpaces
import Testing

@Suite("Spaces of a given network")
struct GivenSpaceTests {
    /// Three convolutions in two stages and a classifier; `channelsFirst` as exporters of PyTorch write images.
    static func network(channels: Int = 2, channelsFirst: Bool = true) throws -> Graph {
        var builder = GraphBuilder(name: "net")
        let shape: Shape = channelsFirst ? [1, channels, 8, 6] : [1, 8, 6, channels]
        var value = builder.input("image", ValueType(shape))
        if channelsFirst {
            value = try builder.apply(
                channels == 1 ? .reshape([0, 8, 6, 1]) : .transpose([0, 2, 3, 1]), to: [value], name: "turn")
        }
        for (name, stride, inputs) in [("a", 1, channels), ("b", 2, 16), ("c", 1, 16)] {
            let weights = builder.constant("\(name).weight", .unknown([16, 3, 3, inputs]))
            let padding = EdgePadding(top: 1, bottom: 1, left: 1, right: 1)
            value = try builder.apply(
                .convolution(Convolution(kernel: 3, stride: Extent(stride, stride), padding: padding)),
                to: [value, weights], name: name)
            value = try builder.apply(.activation(.relu), to: [value], name: "\(name).relu")
        }
        value = try builder.apply(.globalPool(.average), to: [value], name: "pool")
        value = try builder.apply(.reshape([0, 16]), to: [value], name: "flatten")
        let weights = builder.constant("d.weight", .unknown([3, 16]))
        value = try builder.apply(.dense, to: [value, weights], name: "d")
        value = try builder.apply(.softmax(axis: 1), to: [value], name: "softmax")
        return builder.graph(outputs: [value])
    }

    static func space(_ change: (inout GivenCompression) -> Void = { _ in }) throws -> SearchSpace {
        var compression = GivenCompression(recipe: ["plain", "distilled"])
        change(&compression)
        return try SearchSpace(given: network(), name: "net", compression: compression)
    }

    static let input = NetworkInput(height: 8, width: 6, channels: 2, outputs: 3)

    @Test("Stages choose their precision, and every point's strings read back")
    func strings() throws {
        let space = try Self.space()
        #expect(space.stages == ["stage1", "stage2", "head"])
        // 2³ precisions; a recipe matters only where pruning trains.
        #expect(space.count == 8 * 3)
        var texts: [String] = []
        for point in space.points {
            let text = space.compression(of: point)
            #expect(try space.genotype(architecture: "given", compression: text) == point, "\(text)")
            texts.append(text)
        }
        #expect(Set(texts).count == 24)
        #expect(texts.contains("none"))
        #expect(texts.contains("distill(original)>structured(0.5)>int8(head=float32;stage1=float32)"))
        let single = try Self.space { $0.precisionPerStage = false }
        #expect(single.count == 6)
    }

    @Test("Layers kept in float32 are part of a point and of its id")
    func keptLayers() throws {
        for space in [try Self.space(), try Self.space { $0.precisionPerStage = false }] {
            let text = "structured(0.5)>int8(stage2/c=float32)"
            let point = try space.genotype(architecture: "given", compression: text)
            #expect(point.keptLayers == ["stage2/c"])
            #expect(space.compression(of: point) == text)
            let plain = try space.genotype(architecture: "given", compression: "structured(0.5)>int8")
            #expect(space.id(of: point) != space.id(of: plain))
            #expect(space.uncompressed(point) == space.uncompressed(space.largest))
        }
    }

    @Test("Images are read with their channels last, and logits come out", arguments: [1, 2], [true, false])
    func layout(channels: Int, channelsFirst: Bool) throws {
        let network = try Self.network(channels: channels, channelsFirst: channelsFirst)
        let space = try SearchSpace(given: network, name: "net", compression: GivenCompression())
        var input = Self.input
        input.channels = channels
        let graph = try space.graph(of: space.largest, input: input)
        try graph.verify()
        #expect(graph[graph.inputs[0]].type.shape == [1, 8, 6, channels])
        #expect(graph.nodes.map(\.name).first == "stage1/a")
        #expect(graph.nodes.map(\.name).last == "head/d")
        for point in space.points {
            let compression = try Compression(parsing: space.compression(of: point))
            try graph.compressed(by: compression).verify()
        }
    }

    /// An int8 detector that reads two rows of four numbers at a step and remembers the two before them.
    static func detector() throws -> Graph {
        let eighth = Quantization(scale: 0.125)
        var builder = GraphBuilder(name: "wake")
        let step = builder.input("step", ValueType([1, 2, 4], .int8, quantization: eighth))
        let rows = builder.input("rows", ValueType([1, 2, 4], .int8, quantization: eighth))
        let all = try builder.apply(
            .concatenate(axis: 1), to: [rows, step], name: "all", quantization: eighth, dataType: .int8)
        let next = try builder.apply(
            .slice(Slicing(starts: [0, 2, 0], sizes: [1, 2, 4])), to: [all], name: "rows'",
            quantization: eighth, dataType: .int8)
        let flat = try builder.apply(
            .reshape([1, 16]), to: [all], name: "flat", quantization: eighth, dataType: .int8)
        let weights = builder.constant(
            "w", Tensor([1, 16], .int8((0..<16).map { Int8($0 - 7) })),
            quantization: Quantization(scales: [0.02], axis: 0))
        let bias = builder.constant(
            "b", Tensor([1], .int32([3])), quantization: Quantization(scales: [0.0025], axis: 0))
        let logit = try builder.apply(
            .dense, to: [flat, weights, bias], name: "logit", quantization: eighth, dataType: .int8)
        let probability = try builder.apply(
            .activation(.sigmoid), to: [logit], name: "probability",
            quantization: Quantization(scale: 1 / 256, zeroPoint: -128), dataType: .int8)
        var graph = builder.graph(outputs: [next, probability])
        graph.states = [GraphState(input: 1, output: 0)]
        try graph.verify()
        return graph
    }

    @Test(
        "An int8 streaming detector becomes a float32 network of two classes that reads one step of a sample")
    func streamingDetector() throws {
        let space = try SearchSpace(given: Self.detector(), name: "wake", compression: GivenCompression())
        let input = NetworkInput(height: 12, width: 4, channels: 1, outputs: 2)
        let graph = try space.graph(of: space.largest, input: input)
        try graph.verify()
        #expect(graph[graph.inputs[0]].type == ValueType([1, 2, 4, 1]))
        #expect(graph[graph.outputs[0]].type == ValueType([1, 2]))
        #expect(graph.states == [GraphState(input: 1, output: 1)])
        #expect(graph.steps(inSampleOf: 48) == 6)
        let unrolled = try graph.unrolled(over: [12, 4, 1])
        #expect(unrolled[unrolled.inputs[0]].type.shape == [1, 12, 4, 1])
        let uneven = NetworkInput(height: 13, width: 4, channels: 1, outputs: 2)
        let error = #expect(throws: SearchSpaceError.self) {
            try space.graph(of: space.largest, input: uneven)
        }
        #expect(error?.description.contains("steps of 2 rows, which do not divide the 13 rows") == true)
        for point in space.points {
            try graph.compressed(by: Compression(parsing: space.compression(of: point))).verify()
        }
    }

    @Test("What does not fit is said in one sentence")
    func misfits() throws {
        func sentence(_ body: () throws -> Void) -> String {
            do { try body() } catch { return "\(error)" }
            return ""
        }
        let space = try Self.space()
        let tall = NetworkInput(height: 9, width: 6, channels: 2, outputs: 3)
        #expect(
            sentence { _ = try space.graph(of: space.largest, input: tall) }
                == "net reads samples of shape [2, 8, 6], the data has 9 × 6 × 2 (height × width × channels)")
        let more = NetworkInput(height: 8, width: 6, channels: 2, outputs: 10)
        #expect(
            sentence { _ = try space.graph(of: space.largest, input: more) }
                == "net answers with 3 numbers, the data has 10 classes")
        let signs = try Self.network().compressed(by: Compression(parsing: "binary"))
        #expect(
            sentence { _ = try SearchSpace(given: signs, name: "net", compression: GivenCompression()) }
                .contains("give the float32 model it was made from"))
        #expect(
            sentence { _ = try Self.space { $0.precision = ["int8", "int8-qat"] } }
                .contains("another option of the same number type"))
        #expect(sentence { _ = try Self.space { $0.pruning = ["none"] } }.contains("that trains"))
        #expect(
            sentence { _ = try space.genotype(architecture: "other") }.contains("its only architecture is"))
    }
}
