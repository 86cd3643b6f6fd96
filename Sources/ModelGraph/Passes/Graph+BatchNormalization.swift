extension Graph {
    /// Folds each batch normalisation into the convolution or dense layer whose only reader it is.
    ///
    /// With γ, β, μ, σ² the normalisation's parameters and s = γ / √(σ² + ε): w′ = w · s and b′ = (b − μ) · s + β for each
    /// output channel. Unknown weights stay unknown, so that the result has the same types with and without weights.
    public func foldingBatchNormalization() -> Graph {
        guard nodes.contains(where: \.operation.isNormalization) else { return self }
        var editor = GraphEditor(self)
        let (producers, consumers) = (producers, consumers)
        for (index, node) in nodes.enumerated() {
            guard case .batchNormalization(let epsilon) = node.operation,
                let producer = producers[node.inputs[0].index],
                consumers[node.inputs[0].index].count == 1, !outputs.contains(node.inputs[0]),
                let folded = editor.graph.folding(node, epsilon: epsilon, into: editor.graph.nodes[producer])
            else { continue }
            let anchor = editor.graph.nodes[producer]
            let weights = editor.addConstant(values[anchor.inputs[1].index].name, folded.weights)
            let bias = editor.addConstant("\(anchor.name).bias", folded.bias)
            editor.graph.nodes[producer].inputs = [anchor.inputs[0], weights, bias]
            editor.graph.nodes[producer].output = node.output
            editor.remove(index)
        }
        return editor.finished()
    }

    /// The layer's new weights and bias; nil where the two nodes cannot be folded.
    private func folding(_ node: Node, epsilon: Float, into anchor: Node) -> (
        weights: Constant, bias: Constant
    )? {
        guard anchor.operation.isLayer else { return nil }
        let parameters = node.inputs.dropFirst().compactMap { self[$0].constant?.tensor }
        let layer = anchor.inputs.dropFirst().compactMap { self[$0].constant }
        guard parameters.count == 4, layer.count == anchor.inputs.count - 1,
            (parameters + layer.map(\.tensor)).allSatisfy({ $0.dataType == .float32 })
        else { return nil }
        var weights = layer[0]
        let bias: Tensor
        (weights.tensor, bias) = Graph.normalized(
            weights: weights.tensor, bias: layer.count > 1 ? layer[1].tensor : nil, by: parameters,
            epsilon: epsilon)
        return (weights, Constant(bias))
    }

    /// Weights (rows along axis 0) and bias of a layer followed by a normalisation; unknown where an operand is.
    ///
    /// - Parameter parameters: scale, offset, mean and variance.
    static func normalized(
        weights: Tensor, bias: Tensor?, by parameters: [Tensor], epsilon: Float
    ) -> (weights: Tensor, bias: Tensor) {
        let channels = weights.shape[0]
        guard let values = weights.floats,
            let biases = bias.map(\.floats) ?? [Float](repeating: 0, count: channels),
            let normalization = ChannelAffine(parameters, epsilon: epsilon)
        else { return (.unknown(weights.shape), .unknown([channels])) }
        return (
            Tensor(weights.shape, normalization.scaling(rows: values)),
            Tensor([channels], normalization.applied(to: biases))
        )
    }
}

extension Operation {
    fileprivate var isNormalization: Bool { if case .batchNormalization = self { true } else { false } }
}

/// y = scale · x + offset for each channel.
private struct ChannelAffine {
    let scale, offset: [Float]

    /// From scale, offset, mean and variance; nil where one of them is unknown.
    init?(_ parameters: [Tensor], epsilon: Float) {
        let known = parameters.compactMap(\.floats)
        guard known.count == 4 else { return nil }
        let scale = zip(known[0], known[3]).map { $0 / ($1 + epsilon).squareRoot() }
        self.scale = scale
        offset = scale.indices.map { known[1][$0] - known[2][$0] * scale[$0] }
    }

    func scaling(rows values: [Float]) -> [Float] {
        guard !scale.isEmpty else { return values }
        let length = values.count / scale.count
        return values.indices.map { length == 0 ? values[$0] : values[$0] * scale[$0 / length] }
    }

    func applied(to bias: [Float]) -> [Float] { bias.indices.map { bias[$0] * scale[$0] + offset[$0] } }
}
