import ModelGraph

extension Graph {
    /// Reshapes and transposes of real numbers that were integers a moment ago move the integers instead.
    ///
    /// `dequantize` then stands right before what computes, where `computeInIntegers` looks for it.
    mutating func moveIntegers() {
        var readers = readerCounts
        var producers = [Int?](repeating: nil, count: values.count)
        var names = Names()
        names.take(values.map(\.name))
        var moved: [Node] = []
        moved.reserveCapacity(nodes.count)
        for var node in nodes {
            if let step = node.operation.movedName, let before = producers[node.inputs[0].index],
                let source = movableIntegers(behind: moved[before])
            {
                let real = moved[before].output
                let integers = ValueID(values.count)
                let type = self[source].type
                values.append(
                    Value(
                        name: names.fresh("\(self[source].name)/\(step)"),
                        type: ValueType(
                            self[node.output].type.shape, type.dataType, quantization: type.quantization)))
                producers.append(moved.count)
                moved.append(
                    Node(
                        name: self[integers].name, operation: node.operation, inputs: [source],
                        output: integers))
                readers.append(1)
                readers[real.index] -= 1
                // A value that is not read any more leaves its name to the one that takes its place.
                if readers[real.index] == 0 {
                    node.name = moved[before].name
                    if !outputs.contains(node.output) {
                        let name = self[real].name
                        self[real].name = self[node.output].name
                        self[node.output].name = name
                    }
                }
                node.operation = .dequantize
                node.inputs = [integers]
            }
            producers[node.output.index] = moved.count
            moved.append(node)
        }
        nodes = moved.filter { readers[$0.output.index] > 0 || $0.operation != .dequantize }
    }

    /// Names moved integers after what they move, since a file has no name for them.
    mutating func nameMovedIntegers() {
        let moves = nodes.indices.filter { index in
            nodes[index].operation.movedName != nil && self[nodes[index].output].type.dataType == .int8
                && !outputs.contains(nodes[index].output)
        }
        let moved = Set(moves.map { nodes[$0].output.index })
        var names = Names()
        names.take(values.indices.filter { !moved.contains($0) }.map { values[$0].name })
        for index in moves {
            let source = self[nodes[index].inputs[0]].name
            let name = names.fresh("\(source)/\(nodes[index].operation.movedName ?? "")")
            self[nodes[index].output].name = name
            nodes[index].name = name
        }
    }

    /// The computed int8 values with one scale that a `dequantize` reads; nil for any other node.
    private func movableIntegers(behind node: Node) -> ValueID? {
        guard node.operation == .dequantize, self[node.inputs[0]].constant == nil else { return nil }
        let type = self[node.inputs[0]].type
        guard type.dataType == .int8, let quantization = type.quantization, quantization.axis == nil else {
            return nil
        }
        return node.inputs[0]
    }
}

extension Operation {
    /// What a value is called that this operation moves without computing; nil for operations that compute.
    fileprivate var movedName: String? {
        if case .reshape = self { return "reshaped" }
        if case .transpose(let permutation) = self { return permutation.map(String.init).joined() }
        return nil
    }
}
