extension Graph {
    /// Moves transposes past what does not depend on the order of axes wherever fewer elements (or bytes) then move, because
    /// transposes meet their inverses or become one.
    ///
    /// Networks that were written for N, C, H, W and exported to N, H, W, C have pairs of transposes around their
    /// activations, residual sums and concatenations; all of these vanish. No graph moves more elements than before.
    func movingTransposes() -> Graph {
        guard nodes.contains(where: { $0.operation.permutation != nil }) else { return self }
        var graph = mergingTransposes()
        var candidate = 0, triedInVain = 0
        while triedInVain < graph.nodes.count {
            candidate %= graph.nodes.count
            if let better = graph.movingTranspose(candidate) {
                graph = better
                triedInVain = 0
            } else {
                candidate += 1
                triedInVain += 1
            }
        }
        return graph
    }

    /// The graph with the nodes behind a transpose computing in the order of axes before it; nil where that saves nothing.
    private func movingTranspose(_ index: Int) -> Graph? {
        guard let region = TransposedRegion(behind: index, in: self) else { return nil }
        let moved = region.turned(self).mergingTransposes()
        return moved.transposed < transposed ? moved : nil
    }

    /// How many elements transposes move, and how many bytes they take.
    private var transposed: (elements: Int, bytes: Int) {
        var sum = (elements: 0, bytes: 0)
        for node in nodes {
            let type = self[node.inputs[0]].type
            guard let permutation = node.operation.permutation, permutation.moves(type.shape) else {
                continue
            }
            sum.elements += type.shape.elementCount
            sum.bytes += type.bytes
        }
        return sum
    }

    /// Makes a transpose of a transpose one, none where the elements come to lie as before, and equal ones the same.
    private func mergingTransposes() -> Graph {
        var editor = GraphEditor(self)
        let producers = producers
        var results: [Transposition: ValueID] = [:]
        for index in nodes.indices {
            guard let last = nodes[index].operation.permutation else { continue }
            let input = editor.graph.nodes[index].inputs[0]
            var merged = Transposition(source: input, permutation: last)
            while let producer = producers[merged.source.index],
                let before = editor.graph.nodes[producer].operation.permutation
            {
                let source = editor.graph.nodes[producer].inputs[0]
                merged = Transposition(source: source, permutation: before.followed(by: merged.permutation))
            }
            let moves = merged.permutation.moves(self[merged.source].type.shape)
            let isSame = !moves && self[merged.source].type == self[nodes[index].output].type
            if let equal = isSame ? merged.source : results[merged] {
                editor.replaceResult(of: index, by: equal)
            } else {
                results[merged] = nodes[index].output
                // One that moves nothing stays behind one that does: made one, both would move elements.
                guard !moves || last.moves(self[input].type.shape) else { continue }
                editor.graph.nodes[index].inputs[0] = merged.source
                editor.graph.nodes[index].operation = .transpose(merged.permutation.axes)
            }
        }
        return editor.finished().removingUnused { $0.permutation != nil }
    }
}

/// What a transpose reads and does.
private struct Transposition: Hashable {
    let source: ValueID
    let permutation: Permutation
}

extension Operation {
    /// The order in which a transpose puts axes; nil for other operations.
    var permutation: Permutation? {
        if case .transpose(let axes) = self { Permutation(axes) } else { nil }
    }
}
