import ModelGraph

extension Graph {
    /// What import leaves behind is tidied: integers meet where the file surrounds an operation with quantisers, biases join
    /// their products, unused values go, and constants get names of their own.
    consuming func simplifiedAfterImport() throws(ONNXProblem) -> Graph {
        var graph = self
        graph.joinBiases()
        graph.recogniseActivations()
        graph = graph.joiningActivations()
        graph.moveIntegers()
        graph.computeInIntegers()
        graph.foldScaledConstants()
        graph = graph.withoutUnused()
        graph.nameMovedIntegers()
        graph.nameConstantsApart()
        do { try graph.verify() } catch { throw .model("cannot be represented: \(error)") }
        return graph
    }

    /// x · W followed by + b, where nothing else reads the product, is one operation.
    private mutating func joinBiases() {
        let producers = producers
        var readers = readerCounts
        for index in nodes.indices {
            guard case .binary(.add) = nodes[index].operation else { continue }
            for (place, other) in [(0, 1), (1, 0)] {
                let (sum, bias) = (nodes[index].inputs[place], nodes[index].inputs[other])
                guard let producer = producers[sum.index], readers[sum.index] == 1,
                    nodes[producer].inputs.count == 2,
                    nodes[producer].operation.isLayer, let constant = self[bias].constant,
                    let outputs = self[sum].type.shape.dimensions.last, constant.tensor.shape == [outputs],
                    self[nodes[index].output].type == self[sum].type
                else { continue }
                nodes[index] = Node(
                    name: nodes[producer].name, operation: nodes[producer].operation,
                    inputs: nodes[producer].inputs + [bias], output: nodes[index].output)
                readers[sum.index] = 0
                break
            }
        }
    }

    /// How many nodes and outputs read each value.
    var readerCounts: [Int] {
        var counts = [Int](repeating: 0, count: values.count)
        for node in nodes { for input in node.inputs { counts[input.index] += 1 } }
        for output in outputs { counts[output.index] += 1 }
        return counts
    }

    /// Constant integers that only real arithmetic reads become the real numbers they stand for.
    private mutating func foldScaledConstants() {
        let readers = readerCounts
        for node in nodes where node.operation == .dequantize && readers[node.output.index] > 0 {
            let source = self[node.inputs[0]]
            guard let quantization = source.type.quantization,
                let real = source.constant?.tensor.dequantized(quantization)
            else { continue }
            self[node.output] = Value(
                name: source.name, type: ValueType(real.shape), constant: Constant(real))
        }
        let values = values
        nodes.removeAll { values[$0.output.index].constant != nil }
    }

    /// Nodes that no output depends on and values that nothing reads are left out; values stand in the order of their first use.
    private func withoutUnused() -> Graph {
        var isUsed = [Bool](repeating: false, count: values.count)
        for value in outputs { isUsed[value.index] = true }
        var kept: [Node] = []
        for node in nodes.reversed() where isUsed[node.output.index] {
            kept.append(node)
            for input in node.inputs { isUsed[input.index] = true }
        }
        var renumbered = [ValueID?](repeating: nil, count: values.count)
        var remaining: [Value] = []
        func new(_ id: ValueID) -> ValueID {
            if let known = renumbered[id.index] { return known }
            let fresh = ValueID(remaining.count)
            remaining.append(values[id.index])
            renumbered[id.index] = fresh
            return fresh
        }
        let inputs = inputs.map(new)
        let nodes = kept.reversed().map { node in
            Node(
                name: node.name, operation: node.operation, inputs: node.inputs.map(new),
                output: new(node.output))
        }
        let outputs = outputs.map(new)
        return Graph(name: name, values: remaining, nodes: nodes, inputs: inputs, outputs: outputs)
    }

    /// Gives every constant a name that no other value has; shared weights may have come apart under one name.
    mutating func nameConstantsApart() {
        var names = Names()
        names.take(values.filter { $0.constant == nil }.map(\.name))
        for index in values.indices where values[index].constant != nil {
            values[index].name = names.fresh(values[index].name)
        }
    }
}
