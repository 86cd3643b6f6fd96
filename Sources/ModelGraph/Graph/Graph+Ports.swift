extension Graph {
    /// The same network without the softmax (or its logarithm) that its results end in: what is left are logits, in the same order.
    public func endingInLogits() -> Graph {
        var graph = self
        let producers = producers
        graph.outputs = outputs.map { output in
            guard let last = producers[output.index] else { return output }
            let node = nodes[last]
            if case .softmax = node.operation { return node.inputs[0] }
            guard case .unary(.logarithm) = node.operation, let before = producers[node.inputs[0].index],
                case .softmax = nodes[before].operation
            else { return output }
            return nodes[before].inputs[0]
        }
        return graph.removingUnused()
    }

    /// A detector, whose only result is the sigmoid of a layer, with the logits of two classes instead: nothing (0), and what it detects.
    ///
    /// The softmax of both gives the detector's probability. Nil where it does not end so.
    public func detectingAsTwoClasses() -> Graph? {
        let producers = producers
        guard let last = producers[outputs[0].index], nodes[last].operation == .activation(.sigmoid),
            let layer = producers[nodes[last].inputs[0].index], nodes[layer].operation.isLayer
        else { return nil }
        var graph = self
        for operand in nodes[layer].inputs.dropFirst() {
            guard let tensor = self[operand].constant?.tensor, let numbers = tensor.floats else { return nil }
            let doubled = tensor.shape.replacing(0, with: 2)
            guard tensor.shape[0] == 1 else { return nil }
            let values = [Float](repeating: 0, count: numbers.count) + numbers
            graph[operand] = Value(
                name: self[operand].name, type: ValueType(doubled),
                constant: Constant(Tensor(doubled, values)))
        }
        let logits = nodes[layer].output
        let shape = self[logits].type.shape
        graph[logits].type.shape = shape.replacing(shape.rank - 1, with: 2)
        graph.outputs[0] = logits
        graph[logits].name = self[outputs[0]].name
        return graph.removingUnused()
    }

    /// Whether input 0 is first of all turned from [N, C, H, W] to [N, H, W, C].
    public var turnsChannelsLast: Bool {
        guard let input = inputs.first else { return false }
        return nodes.contains { $0.inputs.first == input && $0.operation == .transpose([0, 2, 3, 1]) }
    }

    /// The same network for images that come with their channels last: input 0 is [N, H, W, C] instead of [N, C, H, W].
    public func readingChannelsLast() throws(GraphError) -> Graph {
        guard let input = inputs.first, self[input].type.shape.rank == 4 else {
            throw .invalid(node: name, detail: "its input has no four axes")
        }
        let (count, channels, height, width) = (
            self[input].type.shape[0], self[input].type.shape[1], self[input].type.shape[2],
            self[input].type.shape[3]
        )
        var graph = self
        graph[input].type.shape = [count, height, width, channels]
        // The order of elements is the same where there is one channel, or one pixel.
        let isSameOrder = channels == 1 || height * width == 1
        var moved: ValueID?
        for (index, node) in nodes.enumerated() where node.inputs.contains(input) {
            if node.operation == .transpose([0, 2, 3, 1]) {
                graph.nodes[index].operation = .transpose([0, 1, 2, 3])
            } else if case .reshape = node.operation, isSameOrder {
                continue
            } else {
                let channelsFirst =
                    moved ?? graph.append("\(self[input].name)/channels first", self[input].type)
                moved = channelsFirst
                graph.nodes[index].inputs = node.inputs.map { $0 == input ? channelsFirst : $0 }
            }
        }
        if let moved {
            let turn = Node(
                name: graph[moved].name, operation: .transpose([0, 3, 1, 2]), inputs: [input], output: moved)
            graph.nodes.insert(turn, at: 0)
        }
        return graph.removingNoOps()
    }

    /// The same network for samples of another shape with the same elements: input 0 is reshaped to what the network reads.
    public func reading(_ shape: Shape) throws(GraphError) -> Graph {
        guard let input = inputs.first, self[input].type.shape.elementCount == shape.elementCount else {
            throw .invalid(node: name, detail: "reads another number of elements than \(shape) has")
        }
        var graph = self
        let original = graph.append("\(self[input].name)/reshaped", self[input].type)
        for index in nodes.indices {
            graph.nodes[index].inputs = nodes[index].inputs.map { $0 == input ? original : $0 }
        }
        graph[input].type.shape = shape
        let target = [0] + self[input].type.shape.dimensions.dropFirst()
        graph.nodes.insert(
            Node(
                name: graph[original].name, operation: .reshape(Array(target)), inputs: [input],
                output: original), at: 0)
        return graph
    }

    private mutating func append(_ name: String, _ type: ValueType) -> ValueID {
        values.append(Value(name: name, type: type))
        return ValueID(values.count - 1)
    }
}
