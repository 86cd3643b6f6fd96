import ModelGraph
import Testing

@Suite("Groups of channels")
struct ChannelGroupTests {
    @Test("A residual addition couples both convolutions; the classifier's outputs belong to no group")
    func residual() throws {
        let graph = try SampleGraphs.residual(width: 16)
        let groups = graph.channelGroups
        #expect(
            groups.map { $0.producers.map { graph.nodes[$0].name } } == [
                ["stem"], ["first"], ["second", "shortcut"],
            ])
        #expect(groups.map(\.channels) == [16, 32, 32])
    }

    @Test(
        "Depthwise convolution and gate follow what they read; concatenation and flattening keep groups apart"
    )
    func mobile() throws {
        let graph = try SampleGraphs.mobile()
        let groups = graph.channelGroups
        let names = groups.map { $0.producers.map { graph.nodes[$0].name } }
        #expect(names == [["stem", "gate.excite"], ["gate.squeeze"], ["pointwise"], ["side"]])
    }

    @Test("Channels that an addition couples after a concatenation are split by origin")
    func concatenationThenAddition() throws {
        var network = NetworkBuilder()
        let input = network.builder.input("x", ValueType([1, 4, 4, 2]))
        let a = try network.convolution(input, to: 8, kernel: 1, name: "a")
        let b = try network.convolution(input, to: 4, kernel: 1, name: "b")
        let joined = try network.builder.apply(.concatenate(axis: 3), to: [a, b])
        let c = try network.convolution(input, to: 12, kernel: 1, name: "c")
        let sum = try network.builder.apply(.binary(.add), to: [joined, c])
        let graph = try network.classifier(sum, classes: 2)
        let groups = graph.channelGroups
        #expect(groups.map(\.channels) == [8, 4])
        let smaller = try graph.keepingChannels([0: [1, 2], 1: [3]])
        try smaller.verify()
        let weights = try smaller.node(named: "c").inputs[1]
        let original = try graph.node(named: "c").inputs[1]
        let rows = graph[original].constant?.tensor.selecting([1, 2, 11], axis: 0)
        #expect(smaller[weights].constant?.tensor == rows)
    }

    @Test("Grouped convolutions lose the same channel of every group")
    func grouped() throws {
        var network = NetworkBuilder()
        let input = network.builder.input("x", ValueType([1, 4, 4, 2]))
        let first = try network.block(input, to: 8, kernel: 1, name: "first")
        let grouped = try network.block(first, to: 12, kernel: 3, groups: 2, name: "grouped")
        let graph = try network.classifier(grouped, classes: 2)
        #expect(graph.channelGroups.map(\.channels) == [4, 6])
        let smaller = try graph.keepingChannels([0: [0, 3], 1: [1, 2, 5]])
        try smaller.verify()
        #expect(smaller[try smaller.node(named: "grouped").inputs[1]].type.shape == [6, 3, 3, 2])
    }

    @Test("Operations that mix or reorder channels protect them")
    func mixing() throws {
        var network = NetworkBuilder()
        let input = network.builder.input("x", ValueType([1, 4, 4, 2]))
        let first = try network.block(input, to: 8, kernel: 1, name: "first")
        let normal = try network.builder.apply(.softmax(axis: 3), to: [first])
        let second = try network.block(normal, to: 8, kernel: 1, name: "second")
        let turned = try network.builder.apply(.transpose([0, 3, 1, 2]), to: [second])
        let flat = try network.builder.apply(.reshape([0, -1]), to: [turned])
        let logits = try network.dense(flat, to: 3, name: "logits")
        let graph = network.builder.graph(outputs: [logits])
        #expect(graph.channelGroups.isEmpty)
    }

    @Test("Keeping channels cuts every constant that meets them", arguments: [true, false])
    func keepsChannels(known: Bool) throws {
        let graph = try SampleGraphs.mobile(known: known)
        let smaller = try graph.keepingChannels([0: [0, 2, 5, 9], 2: [1, 7, 23], 3: [4]])
        try smaller.verify()
        #expect(try smaller.node(named: "depthwise").operation == depthwise(groups: 4))
        #expect(smaller[try smaller.node(named: "joined").output].type.shape == [1, 6, 6, 4])
        #expect(smaller[try smaller.node(named: "logits").inputs[1]].type.shape == [5, 36])
        let old = graph[try graph.node(named: "logits").inputs[1]].constant?.tensor
        let columns = (0..<9).flatMap { place in [1, 7, 23, 28].map { place * 32 + $0 } }
        let new = smaller[try smaller.node(named: "logits").inputs[1]].constant?.tensor
        #expect(new == old?.selecting(columns, axis: 1))
    }

    private func depthwise(groups: Int) -> Operation {
        let padding = EdgePadding(top: 1, bottom: 1, left: 1, right: 1)
        return .convolution(Convolution(kernel: 3, padding: padding, groups: groups))
    }

    @Test(
        "Unknown groups, no channels, and channels out of order or range are refused",
        arguments: [[9: [0]], [0: []], [0: [3, 1]], [0: [16]], [0: [-1]], [0: [1, 1]]])
    func refuses(kept: [Int: [Int]]) throws {
        let graph = try SampleGraphs.mobile()
        #expect(throws: GraphError.self) { try graph.keepingChannels(kept) }
    }

    @Test(
        "How many channels stay follows from their number alone",
        arguments: [
            (64, 0.5, 32), (32, 0.25, 24), (24, 0.5, 16), (16, 0.9, 8), (20, 0.5, 8), (8, 0.5, 4),
            (6, 0.5, 4),
            (3, 0.5, 3), (12, 0.25, 9), (16, 0.0, 16),
        ])
    func keptChannels(count: Int, ratio: Double, expected: Int) {
        #expect(Compression.keptChannels(of: count, ratio: ratio) == expected)
    }
}

@Suite("Layers that share weights")
struct SharedLayerTests {
    @Test("They are named, and none of their channels can be removed")
    func named() throws {
        var builder = GraphBuilder(name: "shared")
        let x = builder.input("x", ValueType([1, 4]))
        let weights = builder.constant("w", .unknown([4, 4]))
        let first = try builder.apply(.dense, to: [x, weights], name: "first")
        let second = try builder.apply(.dense, to: [first, weights], name: "second")
        let own = builder.constant("own", .unknown([3, 4]))
        let third = try builder.apply(.dense, to: [second, own], name: "third")
        let graph = builder.graph(outputs: [third])
        #expect(graph.layersThatShareWeights == ["first", "second"])
        #expect(graph.channelGroups.isEmpty)
    }
}
