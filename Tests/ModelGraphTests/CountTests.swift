import ModelGraph
import Testing

@Suite("Counting")
struct CountTests {
    @Test("MACs, parameters and bytes of a residual network are those counted by hand")
    func residual() throws {
        let counts = try SampleGraphs.residual(width: 4).counts
        let macs = 8 * 8 * 4 * 27 + 4 * 4 * 8 * 36 + 4 * 4 * 8 * 72 + 4 * 4 * 8 * 4 + 80
        #expect(counts.macs == macs)
        let parameters = 4 * 27 + 8 * 36 + 8 * 72 + 8 * 4 + 2 * (4 + 8 + 8 + 8) + 80 + 10
        #expect(counts.parameters == parameters)
        #expect(counts.weightBytes == 4 * (parameters + 2 * 28))
    }

    @Test("A depthwise convolution costs one kernel a channel")
    func depthwise() throws {
        let graph = try SampleGraphs.mobile()
        #expect(try graph.macs(of: graph.node(named: "depthwise")) == 6 * 6 * 16 * 9)
    }

    @Test("Sparse storage is charged for its index, and never more than dense storage")
    func sparseBytes() {
        let tensor = Tensor.unknown([8, 64])
        #expect(Constant(tensor).sparseBytes == 2048)
        #expect(Constant(tensor, sparsity: .unstructured(nonZeros: 51)).sparseBytes == 204 + 64)
        #expect(Constant(tensor, sparsity: .unstructured(nonZeros: 510)).sparseBytes == 2048)
        #expect(Constant(tensor, sparsity: .pattern(kept: 2, group: 4)).sparseBytes == 1024 + 64)
    }

    @Test("Sparse weights skip their share of the MACs")
    func sparseMACs() throws {
        var graph = try SampleGraphs.mobile()
        let node = try graph.node(named: "pointwise")
        graph[node.inputs[1]].constant?.sparsity = .unstructured(nonZeros: 24 * 16 / 4)
        #expect(graph.sparseMACs(of: node) == graph.macs(of: node) / 4)
    }

    @Test("Counts too large for an integer saturate")
    func saturates() throws {
        var builder = GraphBuilder(name: "wide")
        let input = builder.input("x", ValueType([1 << 35]))
        let weights = builder.constant("w", .unknown([16, 1 << 35]))
        let output = try builder.apply(.dense, to: [input, weights])
        var graph = builder.graph(outputs: [output])
        graph[input].type.shape = [1 << 35, 1 << 35]
        #expect(graph.counts.macs > 0)
        #expect(graph.counts.weightBytes == 64 << 35)
    }
}
