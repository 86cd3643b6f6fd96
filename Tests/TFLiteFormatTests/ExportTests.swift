import Engine
import ModelGraph
import TFLiteFormat
import Testing

@Suite struct ExportTests {
    @Test("What was written computes what the graph computes", arguments: ExportedGraph.all)
    func keepsMeaning(exported: ExportedGraph) throws {
        let written = try TFLiteModel.parse(try TFLiteModel.write(exported.graph), file: "x.tflite").graph
        let inputs = [Self.image(exported.graph)]
        let before = Worker(try Plan(exported.graph)).outputs(for: inputs)
        let after = Worker(try Plan(written)).outputs(for: inputs)
        let agreement = Agreement(after[0], before[0], exported.graph[exported.graph.outputs[0]].type)
        #expect(agreement.largest <= 1e-5 * agreement.range)
        #expect(TFLiteModel.unsupportedReason(exported.graph) == nil)
    }

    /// Skipped unless SWIFTLET_PEERS_PYTHON names a Python with ai-edge-litert.
    @Test(
        "LiteRT computes what the graph computes", .enabled(if: LiteRT.isHere), arguments: ExportedGraph.all)
    func agreesWithLiteRT(exported: ExportedGraph) throws {
        let inputs = [Self.image(exported.graph)]
        let ours = Worker(try Plan(exported.graph)).outputs(for: inputs)
        let theirs = try LiteRT.outputs(of: try TFLiteModel.write(exported.graph), for: inputs, count: 1)
        let agreement = Agreement(ours[0], theirs[0], exported.graph[exported.graph.outputs[0]].type)
        #expect(agreement.largest <= 1e-4 * agreement.range)
    }

    /// Skipped unless SWIFTLET_PEERS_PYTHON names a Python with ai-edge-litert.
    @Test(
        "LiteRT computes int8 graphs within one step, with floats or integers outside",
        .enabled(if: LiteRT.isHere))
    func agreesWithLiteRTInIntegers() throws {
        for (name, graph) in try IntegerGraphs.all() {
            let bytes = try TFLiteModel.write(graph, options: TFLiteOptions(interface: .int8))
            let integers = try TFLiteModel.parse(bytes, file: "x.tflite").graph
            let type = integers[integers.inputs[0]].type
            #expect(type.dataType == .int8 && integers[integers.outputs[0]].type.dataType == .int8)
            var noise = Noise(seed: 3)
            let inputs = [(0..<type.bytes).map { _ in UInt8(truncatingIfNeeded: noise.next()) }]
            let ours = Worker(try Plan(integers)).outputs(for: inputs)
            let theirs = try LiteRT.outputs(of: bytes, for: inputs, count: 1)
            #expect(Agreement(ours[0], theirs[0], integers[integers.outputs[0]].type).apart == 0, "\(name)")
            let reals = [Self.image(graph)]
            let real = try LiteRT.outputs(of: try TFLiteModel.write(graph), for: reals, count: 1)
            let expected = Worker(try Plan(graph)).outputs(for: reals)
            let step = graph[graph.nodes[graph.nodes.count - 1].inputs[0]].type.quantization?.scale ?? 0
            #expect(Agreement(expected[0], real[0], ValueType([])).largest <= 1.01 * step, "\(name)")
        }
    }

    @Test("Int8 graphs survive export and import")
    func keepsIntegers() throws {
        for (name, graph) in try IntegerGraphs.all() {
            let once = try TFLiteModel.parse(try TFLiteModel.write(graph), file: "x.tflite").graph
            let twice = try TFLiteModel.parse(try TFLiteModel.write(once), file: "x.tflite").graph
            #expect(once == twice, "\(name)")
            let inputs = [Self.image(graph)]
            let (before, after) = (
                Worker(try Plan(graph)).outputs(for: inputs), Worker(try Plan(once)).outputs(for: inputs)
            )
            let step = graph[graph.nodes[graph.nodes.count - 1].inputs[0]].type.quantization?.scale ?? 0
            #expect(Agreement(after[0], before[0], ValueType([])).largest <= 1.01 * step, "\(name)")
        }
    }

    @Test("Half-precision weights take half the bytes and come back as halves")
    func storesHalves() throws {
        var builder = GraphBuilder(name: "dense")
        let input = builder.input("x", ValueType([1, 256]))
        let numbers = (0..<256 * 64).map { Float($0 % 100) / 100 }
        let weights = builder.constant("w", Tensor([64, 256], numbers))
        let result = try builder.apply(.dense, to: [input, weights])
        let graph = builder.graph(outputs: [result])
        let full = try TFLiteModel.write(graph)
        let half = try TFLiteModel.write(graph, options: TFLiteOptions(storesHalfWeights: true))
        #expect(half.count < full.count * 6 / 10)
        let again = try TFLiteModel.parse(half, file: "x.tflite").graph
        #expect(again.values.contains { $0.name == "w" && $0.type.dataType == .float16 })
    }

    @Test("Unknown weights can be asked about but not written")
    func needsWeights() throws {
        var builder = GraphBuilder(name: "hollow")
        let input = builder.input("x", ValueType([1, 8]))
        let weights = builder.constant("w", .unknown([4, 8]))
        let result = try builder.apply(.dense, to: [input, weights])
        let graph = builder.graph(outputs: [result])
        #expect(TFLiteModel.unsupportedReason(graph) == nil)
        let error = #expect(throws: TFLiteError.self) { try TFLiteModel.write(graph) }
        #expect(
            error?.description
                == "'hollow' cannot be written as TFLite: node 'dense_0' (dense): the numbers of 'w' are not known"
        )
    }

    @Test("What no TFLite kernel computes is refused with a reason")
    func refusesBinary() throws {
        var builder = GraphBuilder(name: "erf")
        let input = builder.input("x", ValueType([1, 8]))
        let result = try builder.apply(.unary(.errorFunction), to: [input])
        let graph = builder.graph(outputs: [result])
        #expect(TFLiteModel.unsupportedReason(graph)?.contains("TFLite has no error function") == true)
    }

    @Test("Metadata and description come back as written")
    func keepsMetadata() throws {
        let graph = try #require(ExportedGraph.all.first).graph
        let metadata = [
            TFLiteMetadata(name: "classes", text: "[\"zero\",\"one\"]"),
            TFLiteMetadata(name: "b", value: [1, 2]),
        ]
        let bytes = try TFLiteModel.write(
            graph, options: TFLiteOptions(description: "digits", metadata: metadata))
        let model = try TFLiteModel.parse(bytes, file: "x.tflite")
        #expect(model.metadata == metadata && model.description == "digits")
    }

    @Test("A C array has its alignment, a valid name and every byte")
    func writesCArrays() {
        let array = CArray([0, 255, 16], name: "7-digit model")
        #expect(array.identifier == "model_7_digit_model")
        #expect(
            array.source.contains(
                "alignas(16) const unsigned char model_7_digit_model[] = {\n  0x00, 0xff, 0x10,\n};"))
        #expect(array.source.contains("model_7_digit_model_len = 3;"))
    }

    /// Numbers in [−2, 2), none of them half-way between two quantised ones.
    private static func image(_ graph: Graph) -> [UInt8] {
        var noise = Noise(seed: 11)
        return (0..<graph[graph.inputs[0]].type.shape.elementCount).map { _ in
            (Float(noise.below(4000)) + 0.37) / 1000 - 2
        }.bytes
    }
}
