import ModelGraph
import ONNXFormat
import Testing

@Suite("Models with transposes around every convolution")
struct LayoutTests {
    /// A residual network as exporters from N, H, W, C write it: what convolutions read and write is N, C, H, W.
    private func model() -> WireModel {
        var nodes: [WireModel.Node] = [], weights: [WireModel.Initializer] = []
        func layer(_ input: String, _ name: String) -> String {
            let numbers = (0..<16).map { Float(($0 * 7 + name.utf8.count) % 11) / 8 - 0.5 }
            weights.append(WireModel.Initializer("\(name).w", [4, 4, 1, 1], numbers))
            nodes += [
                .init("Transpose", [input], ["\(name).planes"], permutation: [0, 3, 1, 2]),
                .init("Conv", ["\(name).planes", "\(name).w"], ["\(name).sum"]),
                .init("Transpose", ["\(name).sum"], ["\(name).pixels"], permutation: [0, 2, 3, 1]),
            ]
            return "\(name).pixels"
        }
        let stem = layer("x", "stem")
        nodes.append(.init("Relu", [stem], ["active"]))
        nodes.append(.init("Sigmoid", [layer("active", "gate")], ["share"]))
        nodes.append(.init("Mul", ["share", "active"], ["gated"]))
        nodes.append(.init("Add", [layer("gated", "last"), "active"], ["y"]))
        return WireModel(
            nodes: nodes, inputs: [.init("x", [1, 5, 6, 4])], outputs: ["y"], initializers: weights)
    }

    @Test("are read without any")
    func imported() throws {
        let graph = try ONNXModel.read(bytes: model().bytes, file: "pairs").graph
        #expect(
            graph.nodes.map(\.operation.name) == [
                "convolution", "relu", "convolution", "sigmoid", "multiply", "convolution", "add",
            ])
    }

    @Test("run without any, also where every node is written out, and give the same numbers")
    func planned() throws {
        let graph = try ONNXModel.read(bytes: model().bytes, file: "pairs").graph
        let written = try graph.withTransposesAroundConvolutions()
        #expect(written.nodes.count { $0.operation.name == "transpose" } == 8)
        let moved = written.normalized(for: .swiftlet)
        #expect(moved.nodes.map(\.operation) == graph.nodes.map(\.operation))
        let input = Tensor([1, 5, 6, 4], (0..<120).map { Float($0 % 17) / 8 - 1 })
        #expect(try written.run([input]) == graph.run([input]))
    }
}

extension Graph {
    /// The same network with everything but its convolutions in N, C, H, W.
    fileprivate func withTransposesAroundConvolutions() throws -> Graph {
        var builder = GraphBuilder(name: name)
        var planes: [ValueID: ValueID] = [:]
        func turned(_ value: ValueID, _ order: [Int]) throws -> ValueID {
            try builder.apply(.transpose(order), to: [value])
        }
        for input in inputs {
            planes[input] = try turned(builder.input(self[input].name, self[input].type), [0, 3, 1, 2])
        }
        for node in nodes {
            let operands = try node.inputs.map { id in
                try self[id].constant.map { builder.constant(self[id].name, $0.tensor) }
                    ?? #require(planes[id])
            }
            guard case .convolution = node.operation else {
                planes[node.output] = try builder.apply(node.operation, to: operands, name: node.name)
                continue
            }
            let pixels = try turned(operands[0], [0, 2, 3, 1])
            let sum = try builder.apply(node.operation, to: [pixels] + operands.dropFirst(), name: node.name)
            planes[node.output] = try turned(sum, [0, 3, 1, 2])
        }
        let results = try outputs.map { try turned(#require(planes[$0]), [0, 2, 3, 1]) }
        return builder.graph(outputs: results)
    }
}
