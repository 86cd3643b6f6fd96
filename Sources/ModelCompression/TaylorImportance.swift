public import ModelGraph

extension ChannelImportance {
    /// How much the loss would change, to first order, if a channel were zero (Molchanov et al., Importance Estimation, 2019).
    ///
    /// For each batch the gradient of the loss with respect to a factor on the channel, squared and summed. Where batch
    /// normalisation follows, the factor stands behind it (γ·∂γ + β·∂β), else behind the layer (w·∂w + b·∂b).
    /// - Parameter gradients: for each batch, the gradient of the loss with respect to trained constants of `graph`.
    public static func taylor(_ graph: Graph, gradients: [[ValueID: [Float]]]) -> ChannelImportance {
        var scores = [[Double]?](repeating: nil, count: graph.nodes.count)
        for (index, node) in graph.nodes.enumerated() where node.operation.isLayer {
            let parameters = graph.factorParameters(of: node)
            for batch in gradients {
                let squares = graph.factorSlopes(of: node, parameters, gradients: batch).map { $0 * $0 }
                scores[index] = scores[index].map { zip($0, squares).map(+) } ?? squares
            }
        }
        return .given(scores)
    }
}

extension Graph {
    /// The constants that a factor on a layer's output channels would multiply.
    fileprivate func factorParameters(of layer: Node) -> [ValueID] {
        let readers = nodes.filter { $0.inputs.contains(layer.output) }
        if readers.count == 1, case .batchNormalization = readers[0].operation {
            return Array(readers[0].inputs[1...2])
        }
        return Array(layer.inputs.dropFirst())
    }

    /// The gradient with respect to a factor on each output channel: Σ parameter · its gradient.
    fileprivate func factorSlopes(
        of layer: Node, _ parameters: [ValueID], gradients: [ValueID: [Float]]
    ) -> [Double] {
        let channels = self[layer.output].type.shape.dimensions.last ?? 0
        var slopes = [Double](repeating: 0, count: channels)
        for parameter in parameters {
            guard let values = self[parameter].constant?.tensor.floats, let gradient = gradients[parameter],
                channels > 0, values.count % channels == 0, gradient.count == values.count
            else { continue }
            let length = values.count / channels
            for index in values.indices {
                slopes[index / length] += Double(values[index]) * Double(gradient[index])
            }
        }
        return slopes
    }
}
