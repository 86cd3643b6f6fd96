extension Graph {
    /// The network with its last layer made anew for another number of outputs, its weights unknown.
    ///
    /// - Throws: `GraphError` naming the node that stands in the way.
    public func replacingHead(outputs count: Int) throws(GraphError) -> Graph {
        guard outputs.count == 1 else {
            throw .invalid(node: name, detail: "has \(outputs.count) outputs, a new last layer needs one")
        }
        var graph = self
        for index in try headNodes() {
            try graph.widen(index, to: count)
            try graph.reinferShape(of: index)
        }
        let shape = graph[outputs[0]].type.shape
        guard shape.elementCount == count else {
            throw .invalid(
                node: nodes[producers[outputs[0].index] ?? 0].name,
                detail:
                    "answers with \(shape) for \(count) classes; export the network up to its class scores")
        }
        return graph
    }

    /// The last layer and what stands between it and the output, in the order in which they run.
    private func headNodes() throws(GraphError) -> [Int] {
        let producers = producers
        let consumers = consumers
        var chain: [Int] = []
        var value = outputs[0]
        while let index = producers[value.index] {
            let node = nodes[index]
            chain.append(index)
            if node.operation.isLayer || node.operation == .matrixMultiply {
                guard
                    node.inputs.dropFirst().allSatisfy({
                        self[$0].constant != nil && consumers[$0.index].count == 1
                    })
                else {
                    throw .invalid(
                        node: node.name,
                        detail: "shares its weights or computes them, so it cannot be replaced; "
                            + "export the network with a last layer of its own")
                }
                return chain.reversed()
            }
            guard let next = node.dataInput(in: self) else {
                throw .invalid(
                    node: node.name,
                    detail:
                        "stands between the last layer and the output; export the network up to its class scores "
                        + "(logits)")
            }
            value = next
        }
        throw .invalid(
            node: name, detail: "its output follows from no dense layer or convolution with constant weights")
    }

    /// Gives a node of the head as many outputs.
    private mutating func widen(_ index: Int, to count: Int) throws(GraphError) {
        let node = nodes[index]
        if node.operation == .matrixMultiply {
            forget(node.inputs[1], axis: self[node.inputs[1]].type.shape.rank - 1, extent: count)
        } else if node.operation.isLayer {
            for input in node.inputs.dropFirst() { forget(input, axis: 0, extent: count) }
        } else if case .binary = node.operation {
            for input in node.inputs where self[input].constant != nil {
                let shape = self[input].type.shape
                if let last = shape.dimensions.last, last > 1 {
                    forget(input, axis: shape.rank - 1, extent: count)
                }
            }
        } else if case .reshape(var target) = node.operation, let last = target.last, last > 0 {
            target[target.count - 1] = last == self[outputs[0]].type.shape.elementCount ? count : last
            nodes[index].operation = .reshape(target)
        }
    }

    /// Replaces a constant by an unknown one of another extent.
    private mutating func forget(_ value: ValueID, axis: Int, extent: Int) {
        let shape = self[value].type.shape.replacing(axis, with: extent)
        self[value].type.shape = shape
        self[value].constant = Constant(.unknown(shape))
    }
}

extension Node {
    /// What a node of a head passes on: its only computed operand, where it leaves the number of outputs as it is.
    fileprivate func dataInput(in graph: Graph) -> ValueID? {
        let computed = inputs.filter { graph[$0].constant == nil }
        guard computed.count == 1 else { return nil }
        if case .reshape = operation { return computed[0] }
        if case .globalPool = operation { return computed[0] }
        if case .binary(.add) = operation { return computed[0] }
        return nil
    }
}
