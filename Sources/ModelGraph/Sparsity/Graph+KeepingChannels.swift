extension Graph {
    /// The network with only these channels of these groups (`channelGroups`); groups not named keep all.
    ///
    /// Every constant is cut to match; unknown ones stay unknown. The result is a smaller network that computes what this one computes
    /// when the removed channels are zero where they are read.
    /// - Parameter kept: for each group id, the channels that stay, in increasing order, at least one.
    public func keepingChannels(_ kept: [Int: [Int]]) throws(GraphError) -> Graph {
        let coupling = ChannelCoupling(self)
        return try without(removedRoots(coupling, kept: kept), coupling)
    }

    /// The network without the last channels of each group, of which so many stay; the group's name is that of its first
    /// producer.
    func keepingFirstChannels(
        _ kept: (_ name: String, _ channels: Int) -> Int
    ) throws(GraphError) -> Graph {
        let coupling = ChannelCoupling(self)
        let removed = coupling.namedRoots.flatMap { $0.roots.dropFirst(kept($0.name, $0.roots.count)) }
        return try without(removed, coupling)
    }

    /// The network without these classes of coupled channels.
    private func without(_ removed: [Int], _ coupling: ChannelCoupling) throws(GraphError) -> Graph {
        guard !removed.isEmpty else { return self }
        let isRemoved = coupling.marking(removed)
        let keptPositions = coupling.labels.map { labels in
            labels.indices.filter { !isRemoved[coupling.root(labels[$0])] }
        }
        var pruner = ChannelPruner(editor: GraphEditor(self), kept: keptPositions, labels: coupling.labels)
        pruner.cutStates()
        for index in nodes.indices { try pruner.cut(index) }
        return pruner.editor.finished()
    }

    private func removedRoots(_ coupling: ChannelCoupling, kept: [Int: [Int]]) throws(GraphError) -> [Int] {
        let roots = coupling.roots
        var removed: [Int] = []
        for id in kept.keys.sorted() {
            guard roots.indices.contains(id), let channels = kept[id] else {
                throw .invalid(node: name, detail: "there is no channel group \(id)")
            }
            let isIncreasing = zip(channels, channels.dropFirst()).allSatisfy { $0 < $1 }
            guard let first = channels.first, let last = channels.last, isIncreasing, first >= 0,
                last < roots[id].count
            else {
                throw .invalid(
                    node: name,
                    detail:
                        "group \(id) keeps increasing channels of its \(roots[id].count), at least one; got \(channels)"
                )
            }
            let keptChannels = Set(channels)
            for (channel, root) in roots[id].enumerated() where !keptChannels.contains(channel) {
                removed.append(root)
            }
        }
        return removed
    }
}

/// Cuts constants and shapes of one node after another, or puts their channels in another order.
struct ChannelPruner {
    var editor: GraphEditor
    /// For each value of the graph, the positions along the last axis that stay, in their new order.
    let kept: [[Int]]
    let labels: [[Int]]

    /// Cuts the shapes of states, which lose the channels that the runs before lose.
    mutating func cutStates() {
        for state in editor.graph.states {
            let input = editor.graph.inputs[state.input]
            let shape = editor.graph[input].type.shape
            guard shape.rank > 0, kept[input.index].count < shape[shape.rank - 1] else { continue }
            editor.graph[input].type.shape = shape.replacing(shape.rank - 1, with: kept[input.index].count)
        }
    }

    mutating func cut(_ index: Int) throws(GraphError) {
        let node = editor.graph.nodes[index]
        let (input, output) = (kept[node.inputs[0].index], kept[node.output.index])
        if case .convolution(let convolution) = node.operation {
            try cutInputs(index, of: convolution)
            try cutOutputs(index)
        } else if node.operation.isLayer {
            try cut(index, operand: 1, axis: node.operation.inputAxis, to: input)
            try cutOutputs(index)
        } else if case .batchNormalization = node.operation {
            for operand in 1..<node.inputs.count { try cut(index, operand: operand, axis: 0, to: input) }
        } else if case .binary = node.operation {
            try cutOperands(index)
        } else if case .slice(var slicing) = node.operation, !slicing.sizes.isEmpty {
            let last = slicing.sizes.count - 1
            // Channels before the slice may be gone too.
            slicing.starts[last] = input.count { $0 < slicing.starts[last] }
            slicing.sizes[last] = output.count
            editor.graph.nodes[index].operation = .slice(slicing)
        } else if case .reshape(var target) = node.operation, let last = target.last, last > 0 {
            target[target.count - 1] = output.count
            editor.graph.nodes[index].operation = .reshape(target)
        }
        try editor.graph.reinferShape(of: index)
    }

    /// Cuts the input axis of a convolution's weights, or its groups where each has one input channel.
    private mutating func cutInputs(_ index: Int, of convolution: Convolution) throws(GraphError) {
        let input = editor.graph.nodes[index].inputs[0]
        guard convolution.groups > 1 else {
            return try cut(index, operand: 1, axis: 3, to: kept[input.index])
        }
        let inputsEach = max(labels[input.index].count / convolution.groups, 1)
        guard inputsEach == 1 else {
            return try cut(index, operand: 1, axis: 3, to: kept[input.index].filter { $0 < inputsEach })
        }
        var fewer = convolution
        fewer.groups = kept[input.index].count
        editor.graph.nodes[index].operation = .convolution(fewer)
    }

    /// Cuts the constants among two operands that have a number for each channel.
    private mutating func cutOperands(_ index: Int) throws(GraphError) {
        let node = editor.graph.nodes[index]
        for operand in 0...1 {
            let shape = editor.graph[node.inputs[operand]].type.shape
            guard editor.graph[node.inputs[operand]].constant != nil, let last = shape.dimensions.last,
                last == labels[node.output.index].count
            else { continue }
            try cut(index, operand: operand, axis: shape.rank - 1, to: kept[node.output.index])
        }
    }

    /// Cuts the output axis of a layer's weights and bias.
    private mutating func cutOutputs(_ index: Int) throws(GraphError) {
        let node = editor.graph.nodes[index]
        for operand in 1..<node.inputs.count {
            try cut(index, operand: operand, axis: 0, to: kept[node.output.index])
        }
    }

    /// Replaces a constant operand by its slices at `positions`.
    private mutating func cut(
        _ index: Int, operand: Int, axis: Int, to positions: [Int]
    ) throws(GraphError) {
        let node = editor.graph.nodes[index]
        let value = editor.graph[node.inputs[operand]]
        guard let constant = value.constant, positions != Array(0..<value.type.shape[axis]) else { return }
        guard value.type.quantization == nil else {
            throw .invalid(node: node.name, detail: "channels are removed before weights are quantised")
        }
        let tensor = constant.tensor.selecting(positions, axis: axis)
        editor.graph.nodes[index].inputs[operand] = editor.addConstant(
            value.name, Constant(tensor, sparsity: constant.sparsity.fitted(to: tensor.shape)))
    }
}

extension Operation {
    /// The axis of a layer's weights that its input channels run along.
    fileprivate var inputAxis: Int {
        if case .dense = self { 1 } else { 3 }
    }
}

extension Sparsity {
    /// What remains true of a tensor after some of its slices are gone.
    fileprivate func fitted(to shape: Shape) -> Sparsity {
        switch self {
        case .dense: .dense
        case .unstructured(let nonZeros): .unstructured(nonZeros: min(nonZeros, shape.elementCount))
        case .pattern: .dense
        }
    }
}
