extension Graph {
    /// The same network for `count` samples at once: dimension 0 of every input becomes `count`.
    ///
    /// Targets of reshapes and slices that name the old batch size follow. Throws where an operation mixes samples.
    public func batched(_ count: Int) throws(GraphError) -> Graph {
        guard count > 0 else {
            throw .invalid(node: name, detail: "a batch needs at least one sample, got \(count)")
        }
        var graph = self
        for input in inputs {
            let shape = self[input].type.shape
            guard shape.rank > 0 else { throw .rank(operation: "batched", expected: 1, actual: shape) }
            graph[input].type.shape = shape.replacing(0, with: count)
        }
        for (index, node) in nodes.enumerated() {
            let source = self[node.inputs[0]].type.shape
            graph.nodes[index].operation = node.operation.batched(
                from: source.rank > 0 ? source[0] : 1, to: count,
                isBatched: graph[node.inputs[0]].type.shape != source)
            try graph.reinferShape(of: index)
        }
        return graph
    }

    /// Sets the shape of a node's result to what its inputs' shapes imply; element type and quantisation stay.
    mutating func reinferShape(of index: Int) throws(GraphError) {
        let node = nodes[index]
        do {
            self[node.output].type.shape = try node.operation.outputType(node.inputs.map { self[$0].type })
                .shape
        } catch {
            throw .invalid(node: node.name, detail: error.description)
        }
    }
}

extension Operation {
    /// The operation with `old` samples in its own shapes replaced by `new`, if its input was re-batched.
    fileprivate func batched(from old: Int, to new: Int, isBatched: Bool) -> Operation {
        guard isBatched else { return self }
        if case .reshape(var target) = self {
            if target.first == old { target[0] = new }
            return .reshape(target)
        }
        if case .slice(var slicing) = self {
            if slicing.sizes.first == old { slicing.sizes[0] = new }
            return .slice(slicing)
        }
        return self
    }
}
