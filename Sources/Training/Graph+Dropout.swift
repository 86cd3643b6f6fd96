import ModelGraph

extension Graph {
    /// The graph with dropout before each fully connected layer but the first: of the values that it reads, a share is zeroed
    /// while the network is trained (Srivastava and others 2014).
    ///
    /// A 1×1 convolution of a single position is fully connected. Values keep their places; new ones come behind them.
    func droppingOut(_ rate: Float) -> Graph {
        guard rate > 0 else { return self }
        var graph = self
        graph.nodes = []
        // Whether some layer with weights lies before a value.
        var isComputed = [Bool](repeating: false, count: values.count)
        for node in nodes {
            var node = node
            isComputed[node.output.index] =
                hasWeights(node) || node.inputs.contains { isComputed[$0.index] }
            if isFullyConnected(node), isComputed[node.inputs[0].index] {
                node.inputs[0] = graph.appendDropout(rate, of: node.inputs[0], before: node.name)
            }
            graph.nodes.append(node)
        }
        return graph
    }

    private mutating func appendDropout(_ rate: Float, of value: ValueID, before name: String) -> ValueID {
        let result = ValueID(values.count)
        let node = Node(
            name: "\(name)/dropout", operation: .training(.dropout(rate: rate)), inputs: [value],
            output: result)
        values.append(Value(name: node.name, type: self[value].type))
        nodes.append(node)
        return result
    }

    private func hasWeights(_ node: Node) -> Bool {
        switch node.operation {
        case .dense, .convolution: true
        default: false
        }
    }

    private func isFullyConnected(_ node: Node) -> Bool {
        switch node.operation {
        case .dense: true
        case .convolution(let convolution):
            convolution.groups == 1
                && self[node.inputs[0]].type.shape.dimensions.dropFirst().prefix(2) == [1, 1]
        default: false
        }
    }
}
