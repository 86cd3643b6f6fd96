import ModelGraph
import Testing

@Suite("Re-batching")
struct BatchTests {
    @Test("A batch changes dimension 0 of every activation and nothing else", arguments: [1, 2, 128])
    func rebatches(count: Int) throws {
        for graph in [try SampleGraphs.residual(), try SampleGraphs.mobile()] {
            let batch = try graph.batched(count)
            try batch.verify()
            for (old, new) in zip(graph.values, batch.values) {
                #expect(
                    new.type.shape
                        == (old.constant == nil ? old.type.shape.replacing(0, with: count) : old.type.shape))
            }
            #expect(try batch.batched(1) == graph)
        }
    }

    @Test("A reshape that names the batch follows")
    func literalReshape() throws {
        var builder = GraphBuilder(name: "literal")
        let input = builder.input("x", ValueType([1, 2, 3]))
        let output = try builder.apply(.reshape([1, 6]), to: [input])
        let batch = try builder.graph(outputs: [output]).batched(4)
        #expect(batch[batch.outputs[0]].type.shape == [4, 6])
    }

    @Test("An empty batch is refused")
    func refusesEmpty() throws {
        let graph = try SampleGraphs.residual()
        #expect(throws: GraphError.self) { try graph.batched(0) }
    }
}
