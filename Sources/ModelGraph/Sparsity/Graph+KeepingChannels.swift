extension Graph {
    /// The network with only these channels of these groups (`channelGroups`); groups not named keep all.
    ///
    /// Every constant is cut to match; unknown ones stay unknown. The result is a smaller network that computes what this one computes
    /// when the removed channels are zero where they are read.
    /// - Parameter kept: for each group id, the channels that stay, in increasing order, at least one.
    public func keepingChannels(_ kept: [Int: [Int]]) throws(GraphError) -> Graph {
        let coupling = ChannelCoupling(self)
        let isRemoved = try removedRoots(coupling, kept: kept)
        guard !isRemoved.isEmpty else { return self }
        let keptPositions = coupling.labels.map { labels in
            labels.indices.filter { !isRemoved.contains(coupling.root(labels[$0])) }
        }
        var pruner = ChannelPruner(editor: GraphEditor(self), kept: keptPositions, labels: coupling.labels)
        for index in nodes.indices { try pruner.cut(index) }
        return pruner.editor.finished()
    }

    private func removedRoots(_ coupling: ChannelCoupling, kept: [Int: [Int]]) throws(GraphError) -> Set<Int>
    {
        let roots = coupling.roots
        var removed: Set<Int> = []
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
                removed.insert(root)
            }
        }
        return removed
    }
}

/// Cuts constants and shapes of one node after another.
private struct ChannelPruner {
    var editor: GraphEditor
    /// For each value of the graph, the positions along the last axis that stay.
    let kept: [[Int]]
    let labels: [[Int]]

    mutating func cut(_ index: Int) throws(GraphError) {
        let node = editor.graph.nodes[index]
        let (input, output) = (node.inputs[0], node.output)
        switch node.operation {
        case .convolution(var convolution):
            let keptInputs = kept[input.index]
            if convolution.groups > 1 {
                let inputsEach = max(labels[input.index].count / convolution.groups, 1)
                if inputsEach == 1 {
                    convolution.groups = keptInputs.count
                } else {
                    try cut(index, operand: 1, axis: 3, to: keptInputs.filter { $0 < inputsEach })
                }
                editor.graph.nodes[index].operation = .convolution(convolution)
            } else {
                try cut(index, operand: 1, axis: 3, to: keptInputs)
            }
            try cutOutputs(index)
        case .dense:
            try cut(index, operand: 1, axis: 1, to: kept[input.index])
            try cutOutputs(index)
        case .batchNormalization:
            for operand in 1..<node.inputs.count {
                try cut(index, operand: operand, axis: 0, to: kept[input.index])
            }
        case .binary:
            for operand in 0...1 {
                let shape = editor.graph[node.inputs[operand]].type.shape
                guard editor.graph[node.inputs[operand]].constant != nil, let last = shape.dimensions.last,
                    last == labels[output.index].count
                else { continue }
                try cut(index, operand: operand, axis: shape.rank - 1, to: kept[output.index])
            }
        case .slice(var slicing):
            if !slicing.sizes.isEmpty { slicing.sizes[slicing.sizes.count - 1] = kept[output.index].count }
            editor.graph.nodes[index].operation = .slice(slicing)
        case .reshape(var target):
            let last = target.count - 1
            if last >= 0, target[last] > 0 { target[last] = kept[output.index].count }
            editor.graph.nodes[index].operation = .reshape(target)
        case .pool, .globalPool, .activation, .unary, .concatenate, .transpose, .pad, .softmax, .resize,
            .localResponseNormalization, .matrixMultiply, .reduce, .cast, .quantize, .dequantize, .training:
            break
        }
        try editor.graph.reinferShape(of: index)
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
        guard let constant = value.constant, positions.count < value.type.shape[axis] else { return }
        guard value.type.quantization == nil else {
            throw .invalid(node: node.name, detail: "channels are removed before weights are quantised")
        }
        let tensor = constant.tensor.selecting(positions, axis: axis)
        editor.graph.nodes[index].inputs[operand] = editor.addConstant(
            value.name, Constant(tensor, sparsity: constant.sparsity.fitted(to: tensor.shape)))
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
