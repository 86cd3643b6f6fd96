import Engine
import ModelCompression
import ModelGraph
import Testing

@Suite("Channels in order of importance")
struct ChannelOrderTests {
    @Test("The network computes the same", arguments: 0..<4 as Range<UInt64>)
    func sameFunction(seed: UInt64) throws {
        let graph = try RandomNetwork.graph(seed: seed)
        let ordered = try graph.orderedChannels(by: .l2)
        try ordered.verify()
        #expect(ordered != graph)
        #expect(ordered.values.map(\.name).sorted() == graph.values.map(\.name).sorted())
        let (before, after) = (try outputs(of: graph), try outputs(of: ordered))
        for (x, y) in zip(before, after) { #expect(abs(x - y) < 1e-4 * max(1, abs(x))) }
    }

    @Test("Of a group's channels the first is the one with the largest weights")
    func largestFirst() throws {
        var builder = GraphBuilder(name: "three")
        let input = builder.input("x", ValueType([1, 1, 1, 2]))
        let first = builder.constant("first", Tensor([3, 1, 1, 2], [1, 0, 3, 0, -2, 0]))
        let hidden = try builder.apply(.convolution(Convolution(kernel: 1)), to: [input, first])
        let second = builder.constant("second", Tensor([1, 1, 1, 3], [10, 30, 20]))
        let output = try builder.apply(.convolution(Convolution(kernel: 1)), to: [hidden, second])
        let ordered = try builder.graph(outputs: [output]).orderedChannels(by: .l1)
        let constants = ordered.values.compactMap { $0.constant?.tensor.floats }
        #expect(constants.contains([3, 0, -2, 0, 1, 0]) && constants.contains([30, 20, 10]))
    }

    @Test("An order that is not one of all channels is refused")
    func refuses() throws {
        let graph = try RandomNetwork.graph(seed: 0)
        #expect(throws: GraphError.self) { try graph.orderingChannels([0: [1, 0]]) }
        #expect(throws: GraphError.self) { try graph.orderingChannels([99: [0]]) }
    }

    private func outputs(of graph: Graph) throws -> [Float] {
        try evaluate(graph, samples: RandomNetwork.samples().samples)
    }
}
