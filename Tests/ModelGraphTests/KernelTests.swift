import ModelGraph
import Testing

@Suite("Fusing nodes into kernels")
struct KernelTests {
    @Test("A residual block runs as convolutions that add and activate on the way out")
    func fusesResidual() throws {
        let graph = try SampleGraphs.residual().normalized(for: .swiftlet)
        let kernels = graph.kernels(for: .swiftlet)
        let names = kernels.map { $0.nodes.map { graph.nodes[$0].name } }
        #expect(
            names == [
                ["stem", "stem.relu"], ["first", "first.relu"], ["second"], ["shortcut", "sum", "active"],
                ["pooled"],
                ["flat"], ["logits"],
            ])
        #expect(kernels[3].activation == .relu)
        #expect(kernels[3].residual == graph.nodes[kernels[2].anchor].output)
    }

    @Test(
        "Every node belongs to exactly one kernel, and every kernel finds its inputs ready",
        arguments: [true, false])
    func coversGraph(fuses: Bool) throws {
        for sample in [try SampleGraphs.residual(), try SampleGraphs.mobile()] {
            let policy = fuses ? GraphPolicy.swiftlet : .verbatim
            let graph = sample.normalized(for: policy)
            let kernels = graph.kernels(for: policy)
            #expect(kernels.flatMap(\.nodes).sorted() == Array(graph.nodes.indices))
            var ready = Set(graph.inputs)
            for kernel in kernels {
                #expect(kernel.reads.allSatisfy { ready.contains($0) || graph[$0].constant != nil })
                ready.insert(kernel.output)
            }
            #expect(graph.outputs.allSatisfy(ready.contains))
        }
    }

    @Test("A result that two nodes read, or that leaves the graph, is not fused away")
    func keepsShared() throws {
        var network = NetworkBuilder()
        let input = network.builder.input("x", ValueType([1, 4, 4, 2]))
        let sum = try network.convolution(input, to: 2, kernel: 1, name: "conv")
        let active = try network.builder.apply(.activation(.relu), to: [sum], name: "active")
        let graph = network.builder.graph(outputs: [sum, active]).normalized(for: .swiftlet)
        #expect(graph.kernels(for: .swiftlet).map(\.nodes) == [[0], [1]])
    }

    @Test("A kernel activates once")
    func activatesOnce() throws {
        var network = NetworkBuilder()
        let input = network.builder.input("x", ValueType([1, 4, 4, 2]))
        let block = try network.block(input, to: 2, kernel: 1, name: "conv")
        let again = try network.builder.apply(.activation(.tanh), to: [block], name: "again")
        let graph = network.builder.graph(outputs: [again]).normalized(for: .swiftlet)
        #expect(graph.kernels(for: .swiftlet).map(\.nodes) == [[0, 1], [2]])
    }
}
