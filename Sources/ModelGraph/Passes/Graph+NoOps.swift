extension Graph {
    /// Removes nodes that pass their input on unchanged: dropout, identity reshapes, transposes, slices, casts and the like.
    ///
    /// One whose result leaves the graph stays unless the value before it can take the result's place and name.
    func removingNoOps() -> Graph {
        guard nodes.contains(where: isNoOp) || hasUnusedValues else { return self }
        var editor = GraphEditor(self)
        for index in nodes.indices {
            let node = editor.graph.nodes[index]
            if isNoOp(node) { editor.replaceResult(of: index, by: node.inputs[0]) }
        }
        return editor.finished()
    }

    private func isNoOp(_ node: Node) -> Bool {
        let (input, output) = (self[node.inputs[0]].type, self[node.output].type)
        guard input == output else { return false }
        return node.inputs.count == 1 && node.operation.traits.passesOn
    }

    /// Makes explicit padding with zeros part of the convolution or average pool that alone reads it.
    func foldingPadding() -> Graph {
        guard nodes.contains(where: \.operation.isPadding) else { return self }
        var editor = GraphEditor(self)
        let (producers, consumers) = (producers, consumers)
        for (index, node) in nodes.enumerated() {
            guard let source = node.inputs.first, let producer = producers[source.index],
                case .pad(let padding) = nodes[producer].operation, let edges = padding.zeroEdges,
                consumers[source.index].count == 1, !outputs.contains(source),
                let operation = node.operation.absorbing(edges)
            else { continue }
            editor.graph.nodes[index].operation = operation
            editor.graph.nodes[index].inputs[0] = editor.graph.nodes[producer].inputs[0]
            editor.remove(producer)
        }
        return editor.finished()
    }
}

extension Padding {
    /// The rows and columns of zeros added to an NHWC image; nil if this pads otherwise.
    fileprivate var zeroEdges: EdgePadding? {
        guard mode == .constant, value == 0, (before + after).allSatisfy({ $0 < 1 << 16 }), before.count == 4,
            before[0] == 0, before[3] == 0, after[0] == 0,
            after[3] == 0
        else { return nil }
        return EdgePadding(top: before[1], bottom: after[1], left: before[2], right: after[2])
    }
}

extension Operation {
    fileprivate var isPadding: Bool { if case .pad = self { true } else { false } }

    /// The same operation with zeros around its input; nil where zeros outside are not what it means by padding.
    fileprivate func absorbing(_ edges: EdgePadding) -> Operation? {
        if case .convolution(var convolution) = self {
            convolution.padding = convolution.padding.adding(edges)
            return .convolution(convolution)
        }
        // A maximum ignores its own padding but not explicit zeros.
        guard case .pool(var pooling) = self, pooling.kind == .average,
            pooling.padding == .zero || pooling.countsPadding
        else { return nil }
        pooling.padding = pooling.padding.adding(edges)
        pooling.countsPadding = true
        return .pool(pooling)
    }
}

extension EdgePadding {
    fileprivate func adding(_ other: EdgePadding) -> EdgePadding {
        EdgePadding(
            top: top + other.top, bottom: bottom + other.bottom, left: left + other.left,
            right: right + other.right)
    }
}
