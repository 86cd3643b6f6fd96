extension Graph {
    /// Drops nodes whose results reach no output; with `isRemovable`, only such operations.
    func removingUnused(where isRemovable: (Operation) -> Bool = { _ in true }) -> Graph {
        var isNeeded = [Bool](repeating: false, count: values.count)
        for output in outputs { isNeeded[output.index] = true }
        var unused: [Int] = []
        for (index, node) in nodes.enumerated().reversed() {
            if isNeeded[node.output.index] || !isRemovable(node.operation) {
                for input in node.inputs { isNeeded[input.index] = true }
            } else {
                unused.append(index)
            }
        }
        for input in inputs { isNeeded[input.index] = true }
        guard !unused.isEmpty || isNeeded.contains(false) else { return self }
        var editor = GraphEditor(self)
        for index in unused { editor.remove(index) }
        return editor.finished()
    }

    /// Lets sums skip terms that are zero whatever the input is; `removingUnused` then drops what computed them.
    func removingZeros() -> Graph {
        var isZero = values.map(\.isConstantZero)
        guard isZero.contains(true) else { return self }
        var editor = GraphEditor(self)
        for index in nodes.indices {
            let node = editor.graph.nodes[index]
            isZero[node.output.index] = node.operation.isZero(where: node.inputs.map { isZero[$0.index] })
            guard case .binary(.add) = node.operation, !isZero[node.output.index],
                let term = node.inputs.first(where: { !isZero[$0.index] }),
                node.inputs.contains(where: { isZero[$0.index] }),
                editor.graph[term].type.shape == self[node.output].type.shape
            else { continue }
            editor.pass(term, on: index)
        }
        return editor.finished()
    }
}

extension GraphEditor {
    /// Replaces a node that only adds zero by its other operand, or by the change of scale that remains.
    fileprivate mutating func pass(_ term: ValueID, on index: Int) {
        let output = graph.nodes[index].output
        let type = graph[output].type
        if graph[term].type == type, !isOutput(output) {
            remove(index)
            replace(output, by: term)
        } else if let quantization = type.quantization {
            graph.nodes[index].operation = .quantize(type.dataType, quantization)
            graph.nodes[index].inputs = [term]
        }
    }
}

extension Operation {
    /// Whether the result is zero when these inputs are.
    fileprivate func isZero(where inputs: [Bool]) -> Bool {
        switch traits.zeros {
        case .never: false
        case .whenFirstInputIs: inputs[0]
        case .whenAnyInputIs: inputs.contains(true)
        case .whenAllInputsAre: inputs.allSatisfy { $0 }
        case .whenLayerInputsAre: inputs[0] && inputs.dropFirst(2).allSatisfy { $0 }
        }
    }
}
