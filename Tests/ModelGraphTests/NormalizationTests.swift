import ModelGraph
import Testing

@Suite("Normalising a graph for a runtime")
struct NormalizationTests {
    @Test(
        "Every pass leaves a graph in order, with the same outputs",
        arguments: [GraphPolicy.swiftlet, .verbatim, .stored], [true, false])
    func staysInOrder(policy: GraphPolicy, known: Bool) throws {
        for graph in [try SampleGraphs.residual(known: known), try SampleGraphs.mobile(known: known)] {
            let normal = graph.normalized(for: policy)
            try normal.verify()
            #expect(normal.outputs.map { normal[$0].type } == graph.outputs.map { graph[$0].type })
            #expect(normal.outputs.map { normal[$0].name } == graph.outputs.map { graph[$0].name })
            #expect(normal.inputs.map { normal[$0] } == graph.inputs.map { graph[$0] })
            #expect(normal.normalized(for: policy) == normal)
        }
    }

    @Test("Folding gives the convolution a bias and the normalised weights")
    func foldsBatchNormalization() throws {
        var builder = GraphBuilder(name: "fold")
        let input = builder.input("x", ValueType([1, 1, 1, 1]))
        let weights = builder.constant("w", Tensor([2, 1, 1, 1], [2, 3]))
        let sum = try builder.apply(.convolution(Convolution(kernel: 1)), to: [input, weights], name: "conv")
        let parameters = [[4, 6], [1, 1], [5, 7], [3, 8]].map { builder.constant("p", Tensor([2], $0)) }
        let output = try builder.apply(.batchNormalization(epsilon: 1), to: [sum] + parameters, name: "norm")
        let graph = builder.graph(outputs: [output]).normalized(for: .swiftlet)
        try graph.verify()
        let node = try #require(graph.nodes.first)
        #expect(graph.nodes.count == 1)
        #expect(graph[node.inputs[1]].constant?.tensor.floats == [4, 6])
        #expect(graph[node.inputs[2]].constant?.tensor.floats == [-9, -13])
    }

    @Test("Folding knows the same shapes without weights")
    func foldsShapes() throws {
        let known = try SampleGraphs.mobile().normalized(for: .stored)
        let unknown = try SampleGraphs.mobile(known: false).normalized(for: .stored)
        #expect(known.nodes == unknown.nodes)
        #expect(known.values.map(\.type) == unknown.values.map(\.type))
    }

    @Test("A normalisation whose convolution is read elsewhere stays")
    func keepsSharedConvolution() throws {
        var network = NetworkBuilder()
        let input = network.builder.input("x", ValueType([1, 4, 4, 2]))
        let weights = network.constant("w", [2, 1, 1, 2])
        let sum = try network.builder.apply(.convolution(Convolution(kernel: 1)), to: [input, weights])
        let normal = try network.normalization(sum, name: "norm")
        let output = try network.builder.apply(.binary(.multiply), to: [sum, normal])
        let graph = network.builder.graph(outputs: [output])
        #expect(graph.normalized(for: .swiftlet).nodes.count == 3)
    }

    @Test("Dropout, identity reshapes and padding before a convolution disappear")
    func removesNoOps() throws {
        var network = NetworkBuilder()
        let input = network.builder.input("x", ValueType([1, 4, 4, 2]))
        let dropped = try network.builder.apply(.training(.dropout(rate: 0.5)), to: [input])
        let same = try network.builder.apply(.reshape([0, 4, 4, 2]), to: [dropped])
        let padded = try network.builder.apply(
            .pad(Padding(before: [0, 1, 2, 0], after: [0, 0, 1, 0])), to: [same])
        let weights = network.constant("w", [2, 3, 3, 2])
        let sum = try network.builder.apply(.convolution(Convolution(kernel: 3)), to: [padded, weights])
        let output = try network.builder.apply(.training(.dropout(rate: 0.5)), to: [sum], name: "y")
        let graph = network.builder.graph(outputs: [output]).normalized(for: .swiftlet)
        try graph.verify()
        let padding = EdgePadding(top: 1, bottom: 0, left: 2, right: 1)
        #expect(graph.nodes.map(\.operation) == [.convolution(Convolution(kernel: 3, padding: padding))])
        #expect(graph[graph.outputs[0]].name == "y")
    }

    @Test("Zeros before a maximum stay, because a maximum ignores its own padding")
    func keepsPaddingBeforeMaximum() throws {
        var builder = GraphBuilder(name: "max")
        let input = builder.input("x", ValueType([1, 4, 4, 2]))
        let padded = try builder.apply(
            .pad(Padding(before: [0, 1, 1, 0], after: [0, 1, 1, 0])), to: [input])
        let output = try builder.apply(.pool(Pooling(.maximum, kernel: 2, stride: 2)), to: [padded])
        #expect(builder.graph(outputs: [output]).normalized(for: .swiftlet).nodes.count == 2)
    }

    @Test(
        "Dead branches are kept, unused ones dropped, or zeros followed to the end, as the policy says",
        arguments: [Tensor.Storage.repeated(0, .float32), .float32([0])])
    func deadCode(number: Tensor.Storage) throws {
        var network = NetworkBuilder()
        let input = network.builder.input("x", ValueType([1, 4, 4, 2]))
        let first = try network.block(input, to: 2, kernel: 3, name: "first")
        let zero = network.builder.constant("zero", Tensor([1], number))
        let nothing = try network.builder.apply(.binary(.multiply), to: [first, zero], name: "none")
        _ = try network.block(first, to: 2, kernel: 3, name: "unread")
        let sum = try network.builder.apply(.binary(.add), to: [nothing, input], name: "sum")
        let output = try network.builder.apply(.activation(.relu), to: [sum], name: "y")
        let graph = network.builder.graph(outputs: [output])
        func nodes(_ deadCode: GraphPolicy.DeadCode) throws -> [String] {
            var policy = GraphPolicy.swiftlet
            policy.deadCode = deadCode
            let normal = graph.normalized(for: policy)
            try normal.verify()
            return normal.nodes.map(\.name)
        }
        #expect(try nodes(.kept) == ["first", "first.relu", "none", "unread", "unread.relu", "sum", "y"])
        #expect(try nodes(.unused) == ["first", "first.relu", "none", "sum", "y"])
        #expect(try nodes(.zeros) == ["y"])
    }
}
