import ModelGraph
import Testing

@Suite("The effect of a compression on shapes and types")
struct CompressionEffectTests {
    static let pipelines = [
        "none", "structured(0.5)", "structured(0.5)>int8", "magnitude(0.8)", "magnitude(0.8)>int8", "2:4",
        "float16",
        "bfloat16", "int8", "binary", "dynamic(0.9)>float16", "int8(stem=float32;logits=float16)",
        "distill(largest)>structured(0.25)>finetune(2)>int8-qat", "int8(per-tensor)",
    ]

    @Test("Every pipeline leaves a graph in order, with the same inputs and outputs", arguments: pipelines)
    func staysInOrder(pipeline: String) throws {
        for graph in [try SampleGraphs.residual(), try SampleGraphs.mobile()] {
            let small = try graph.compressed(by: Compression(parsing: pipeline))
            try small.verify()
            #expect(small.outputs.map { small[$0].name } == graph.outputs.map { graph[$0].name })
            #expect(small.outputs.map { small[$0].type } == graph.outputs.map { graph[$0].type })
            #expect(small.inputs.map { small[$0] } == graph.inputs.map { graph[$0] })
        }
    }

    @Test("Half the channels leave about a quarter of the multiplications")
    func structured() throws {
        let graph = try SampleGraphs.residual(width: 16)
        let small = try graph.compressed(by: Compression(parsing: "structured(0.5)"))
        #expect(small[try small.node(named: "first").output].type.shape == [1, 4, 4, 16])
        #expect(small.counts.macs * 3 < graph.counts.macs)
    }

    @Test("Magnitude pruning leaves exactly the promised number of weights")
    func magnitude() throws {
        for graph in [try SampleGraphs.residual(), try SampleGraphs.mobile()] {
            let small = try graph.compressed(by: Compression(parsing: "magnitude(0.8)"))
            let weights = graph.prunableWeights.map { graph[$0.value].type.shape.elementCount }.reduce(0, +)
            let left = small.prunableWeights.compactMap { small[$0.value].constant?.nonZeros }.reduce(0, +)
            #expect(left == weights - weights * 8 / 10)
        }
    }

    @Test("An int8 network weighs about a quarter")
    func int8Bytes() throws {
        let graph = try SampleGraphs.residual().normalized(for: .stored)
        let small = try graph.compressed(by: Compression(parsing: "int8"))
        let biases = small.values.filter { $0.type.dataType == .int32 && $0.constant != nil }
        let weights = small.values.filter { $0.type.dataType == .int8 && $0.constant != nil }
        #expect(
            weights.map(\.type.bytes).reduce(0, +) * 4 + biases.map(\.type.bytes).reduce(0, +)
                == graph.counts.weightBytes)
        #expect(small.counts.macs == graph.counts.macs)
    }

    @Test("Binary networks keep their first and last layer in int8")
    func binary() throws {
        let small = try SampleGraphs.residual().compressed(by: Compression(parsing: "binary"))
        func weights(_ name: String) throws -> DataType {
            small[try small.node(named: name).inputs[1]].type.dataType
        }
        #expect(try weights("stem") == .int8)
        #expect(try weights("second") == .binary)
        #expect(try weights("logits") == .int8)
    }
}
