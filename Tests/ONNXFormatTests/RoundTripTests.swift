import Foundation
import ModelGraph
import ONNXFormat
import Testing

@Suite("Writing and reading again")
struct RoundTripTests {
    @Test("Reading what was written gives the same graph")
    func sameGraph() throws {
        for graph in [try SampleGraphs.residual(), try SampleGraphs.activations()] {
            let imported = try ONNXModel.read(bytes: try ONNXModel.write(graph), file: "first").graph
            let again = try ONNXModel.read(bytes: try ONNXModel.write(imported), file: "second").graph
            #expect(again == imported)
            #expect(imported.nodes.map(\.operation) == graph.nodes.map(\.operation))
        }
    }

    @Test("States come back as states, in the file's metadata, and metadata of others stays")
    func states() throws {
        var builder = GraphBuilder(name: "sum")
        let x = builder.input("x", ValueType([1, 3]))
        let before = builder.input("before", ValueType([1, 3]))
        let sum = try builder.apply(.binary(.add), to: [x, before], name: "sum")
        let half = try builder.apply(.activation(.relu), to: [sum], name: "half")
        var graph = builder.graph(outputs: [half, sum])
        graph.states = [GraphState(input: 1, output: 1, initial: 0.5)]
        let bytes = try ONNXModel.write(graph, metadata: [Metadatum("job", "sums")])
        let model = try ONNXModel.read(bytes: bytes, file: "states")
        #expect(model.graph.states == graph.states)
        #expect(model.metadata == [Metadatum("job", "sums")])
        let text = "before\tsum\t0.5", other = "before\tsun\t0.5"
        let damaged = try #require(String(bytes: bytes, encoding: .isoLatin1)).replacing(text, with: other)
        let error = #expect(throws: ONNXError.self) {
            try ONNXModel.read(bytes: [UInt8](damaged.data(using: .isoLatin1) ?? Data()), file: "states")
        }
        #expect(error?.description.contains("name no input and output of the file") == true)
    }

    @Test("An int8 graph comes back as the same int8 graph", arguments: WeightScales.allCases)
    func sameIntegers(scales: WeightScales) throws {
        let graph = try SampleGraphs.residual().converted(
            to: Assignment(.int8), ranges: { _ in -2...2 }, weightScales: scales)
        let bytes = try ONNXModel.write(graph)
        let imported = try ONNXModel.read(bytes: bytes, file: "first").graph
        #expect(imported.nodes.map(\.operation) == graph.nodes.map(\.operation))
        for node in imported.nodes where node.operation.isLayer {
            let own = imported[node.inputs[1]].type.quantization
            #expect((own?.axis == nil) == (scales == .perTensor))
        }
        let again = try ONNXModel.read(bytes: try ONNXModel.write(imported), file: "second").graph
        #expect(again == imported)
    }

    @Test("Integers that a file moves between two layers stay integers")
    func movedIntegers() throws {
        let graph = try SampleGraphs.turned().quantized { _ in -2...2 }
        let imported = try ONNXModel.read(bytes: try ONNXModel.write(graph), file: "first").graph
        let again = try ONNXModel.read(bytes: try ONNXModel.write(imported), file: "second").graph
        #expect(again == imported)
        #expect(imported.nodes.dropLast().allSatisfy { imported[$0.output].type.dataType == .int8 })
        let input = Tensor([1, 8, 8, 3], (0..<192).map { Float($0 % 17) / 8 - 1 })
        let expected = try graph.run([input])
        #expect(try imported.run([input])[0].difference(from: expected[0], relative: 0, absolute: 0) == nil)
    }

    @Test("The written model computes what the graph computes", arguments: [false, true])
    func sameResults(isInteger: Bool) throws {
        let real = try SampleGraphs.residual()
        let graph = isInteger ? try real.quantized { _ in -2...2 } : real
        let input = Tensor([1, 8, 8, 3], (0..<192).map { Float($0 % 17) / 8 - 1 })
        let expected = try graph.run([input])
        let actual = try ONNXModel.read(bytes: try ONNXModel.write(graph), file: "written").graph.run([input])
        #expect(actual[0].difference(from: expected[0], relative: 0, absolute: 1e-6) == nil)
    }

    @Test("Writing twice gives the same bytes, with the metadata in order")
    func sameBytes() throws {
        let graph = try SampleGraphs.residual()
        let metadata = [Metadatum("classes", "a,b"), Metadatum("accuracy", "0.93")]
        let bytes = try ONNXModel.write(graph, metadata: metadata)
        #expect(try ONNXModel.write(graph, metadata: metadata) == bytes)
        #expect(try ONNXModel.read(bytes: bytes, file: "written").metadata == metadata)
    }

    @Test("float16 weights halve the file and stay within half precision")
    func halfPrecision() throws {
        let graph = try SampleGraphs.residual(classes: 200)
        let full = try ONNXModel.write(graph)
        let half = try ONNXModel.write(graph, options: ONNXWriteOptions(storesWeightsAsFloat16: true))
        #expect(half.count < full.count * 3 / 4)
        let input = Tensor([1, 8, 8, 3], (0..<192).map { Float($0 % 17) / 8 - 1 })
        let expected = try graph.run([input])
        let actual = try ONNXModel.read(bytes: half, file: "half").graph.run([input])
        #expect(actual[0].difference(from: expected[0], relative: 5e-3, absolute: 5e-3) == nil)
    }

    @Test("A signal keeps its own layout: inputs and outputs are those of the file")
    func keepsLayout() throws {
        var builder = GraphBuilder(name: "layout")
        let x = builder.input("x", ValueType([1, 2, 4, 6]))
        let moved = try builder.apply(.transpose([0, 2, 3, 1]), to: [x], name: "nhwc")
        let pooled = try builder.apply(
            .pool(Pooling(.average, kernel: 2, stride: 2)), to: [moved], name: "pooled")
        let back = try builder.apply(.transpose([0, 3, 1, 2]), to: [pooled], name: "y")
        let graph = builder.graph(outputs: [back])
        let imported = try ONNXModel.read(bytes: try ONNXModel.write(graph), file: "written").graph
        #expect(imported.nodes.count == 3)
        #expect(imported[imported.outputs[0]].type.shape == [1, 2, 2, 3])
        #expect(imported[imported.outputs[0]].name == "y")
    }

    @Test("What ONNX cannot express is refused")
    func refusesToWrite() throws {
        var builder = GraphBuilder(name: "untrained")
        let x = builder.input("x", ValueType([1, 4]))
        let weights = builder.constant("w", .unknown([2, 4]))
        let y = try builder.apply(.dense, to: [x, weights], name: "y")
        #expect(throws: ONNXProblem.self) { try ONNXModel.write(builder.graph(outputs: [y])) }
        let dropped = try builder.apply(.training(.dropout(rate: 0.5)), to: [x], name: "dropped")
        #expect(throws: ONNXProblem.self) { try ONNXModel.write(builder.graph(outputs: [dropped])) }
    }
}
