extension Graph {
    /// The network to be trained for binary layers: they read binary (±1) weights and activations.
    ///
    /// Gradients pass straight through the rounding to ±1 (Courbariaux et al., 2016). Batch normalisation stays, since it carries
    /// the scales. A ReLU before a binary layer is skipped: behind it every activation would be +1.
    public func binarizing(_ precision: Assignment<Precision>) -> Graph {
        let forms = PrecisionPlan(self) { precision[$0.name] }.forms
        var rewriter = RoundingInserter(source: self)
        for (node, form) in zip(nodes, forms) {
            var inputs = node.inputs
            if form == .binary {
                inputs[0] = rewriter.binarized(binarySource(of: node.inputs[0]))
                inputs[1] = rewriter.binarized(node.inputs[1])
            }
            rewriter.append(node, inputs: inputs)
        }
        return rewriter.finished()
    }

    /// `original` with the constants of this network, which `binarizing` made from it, binary layers' weights as ±1.
    public func strippingBinarization(into original: Graph) -> Graph {
        var result = strippingFakeQuantization(into: original)
        for node in nodes {
            guard case .training(.binarize) = node.operation,
                let tensor = self[node.inputs[0]].constant?.tensor,
                case .float32(let values) = tensor.storage
            else { continue }
            let binary = values.map { $0 >= 0 ? Float(1) : -1 }
            result[node.inputs[0]].constant?.tensor = Tensor(tensor.shape, binary)
        }
        return result
    }
}
