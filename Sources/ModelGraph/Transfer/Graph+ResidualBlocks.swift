/// A part of a network beside which its input goes on unchanged: without it, the network still fits together.
public struct ResidualBlock: Hashable, Sendable {
    /// The addition that ends the block, as an index of `Graph.nodes`.
    public let sum: Int
    /// What goes on unchanged.
    public let shortcut: ValueID
}

extension Graph {
    /// The blocks whose shortcut is the identity, from input to output.
    ///
    /// An addition ends one where one operand is computed from the other one.
    public var residualBlocks: [ResidualBlock] {
        let producers = producers
        return nodes.indices.compactMap { index in
            guard case .binary(.add) = nodes[index].operation, nodes[index].inputs.count == 2,
                nodes[index].inputs.allSatisfy({ self[$0].constant == nil })
            else { return nil }
            let (a, b) = (nodes[index].inputs[0], nodes[index].inputs[1])
            guard self[a].type == self[b].type, self[a].type.shape == self[nodes[index].output].type.shape
            else { return nil }
            if leads(a, to: b, producers) { return ResidualBlock(sum: index, shortcut: a) }
            if leads(b, to: a, producers) { return ResidualBlock(sum: index, shortcut: b) }
            return nil
        }
    }

    /// Whether one value is computed from another.
    private func leads(_ source: ValueID, to result: ValueID, _ producers: [Int?]) -> Bool {
        var waiting = [result]
        var seen: Set<ValueID> = []
        while let value = waiting.popLast() {
            guard value != source else { return true }
            guard seen.insert(value).inserted, let producer = producers[value.index] else { continue }
            waiting += nodes[producer].inputs
        }
        return false
    }

    /// The network without some of its residual blocks.
    public func removing(_ blocks: [ResidualBlock]) -> Graph {
        var editor = GraphEditor(self)
        // From the output on, so that the shortcut of one block may be the sum of another one that goes too.
        for block in blocks.sorted(by: { $0.sum > $1.sum }) {
            editor.replaceResult(of: block.sum, by: block.shortcut)
        }
        return editor.finished().removingUnused()
    }
}
