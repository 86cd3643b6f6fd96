extension Graph {
    /// The same function with the channels of some groups (`channelGroups`) in another order.
    ///
    /// Sums over channels are added in the new order, so results differ in their last bits.
    /// - Parameter orders: for each group id, all its channels; the first of them becomes channel 0.
    /// - Throws: `GraphError` where an order is none of the group's channels, or a value holds only some of a group's channels.
    public func orderingChannels(_ orders: [Int: [Int]]) throws(GraphError) -> Graph {
        let coupling = ChannelCoupling(self)
        let successors = try successors(in: coupling, orders)
        guard !successors.isEmpty else { return self }
        var positions: [[Int]] = []
        for (index, labels) in coupling.labels.enumerated() {
            guard let order = labels.map(coupling.root).positions(after: successors) else {
                throw .invalid(node: values[index].name, detail: "holds only some channels of a group")
            }
            positions.append(order)
        }
        var pruner = ChannelPruner(editor: GraphEditor(self), kept: positions, labels: coupling.labels)
        for index in nodes.indices { try pruner.cut(index) }
        return pruner.editor.finished()
    }

    /// For each class of coupled channels that moves, the one that takes its place.
    private func successors(
        in coupling: ChannelCoupling, _ orders: [Int: [Int]]
    ) throws(GraphError) -> [Int: Int] {
        let roots = coupling.roots
        var successors: [Int: Int] = [:]
        for id in orders.keys.sorted() {
            guard let order = orders[id], roots.indices.contains(id),
                order.sorted() == Array(roots[id].indices)
            else { throw .invalid(node: name, detail: "group \(id) has other channels than its order") }
            for (place, channel) in order.enumerated() where place != channel {
                successors[roots[id][place]] = roots[id][channel]
            }
        }
        return successors
    }
}

extension [Int] {
    /// Where each label's successor stands among these labels: of several equal ones, the n-th stands for the n-th.
    ///
    /// Nil where a successor is missing.
    fileprivate func positions(after successors: [Int: Int]) -> [Int]? {
        guard contains(where: { successors[$0] != nil }) else { return Array(indices) }
        var places: [Int: [Int]] = [:]
        for (position, label) in enumerated() { places[label, default: []].append(position) }
        var seen: [Int: Int] = [:]
        var result: [Int] = []
        for label in self {
            let occurrence = seen[label, default: 0]
            seen[label] = occurrence + 1
            guard let known = places[successors[label] ?? label], occurrence < known.count else { return nil }
            result.append(known[occurrence])
        }
        return result
    }
}
