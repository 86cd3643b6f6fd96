public import ModelGraph

extension Graph {
    /// The network with the weights of its parent where both have them.
    ///
    /// The rest is chosen so that the network begins near what its parent computes (Chen and others 2016, Net2Net; Wei and
    /// others 2016, Network Morphism): what a known channel reads from new ones, and the rim of a larger kernel, is zero; new
    /// channels and new layers keep their initial values; a new residual branch begins with a last scale of zero, so that its
    /// block passes its input on.
    ///
    /// - Parameter parent: a trained network, its channels in the order in which narrower networks take them.
    /// - Precondition: the network is initialised (`initialized(seed:)`).
    public func inheriting(from parent: Graph) -> Graph {
        let values = Dictionary(
            parent.values.compactMap { value in
                value.constant?.tensor.floats.map { (value.name, (value.type.shape, $0)) }
            }, uniquingKeysWith: { first, _ in first })
        let slices = Dictionary(
            SliceMap(from: parent, to: self).slices.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first })
        var result = self
        for index in self.values.indices {
            guard let constant = self.values[index].constant, constant.isShareable,
                let own = constant.tensor.floats, let slice = slices[self.values[index].name],
                let (_, inherited) = values[slice.name]
            else { continue }
            result.values[index].constant = Constant(
                Tensor(slice.own, slice.merged(own, inherited)), sparsity: constant.sparsity)
        }
        return result.closingBranches { slices[$0] == nil }
    }

    /// The network with every residual branch closed whose last normalisation is new, where the shortcut beside it is not.
    private func closingBranches(isNew: (String) -> Bool) -> Graph {
        let producers = producers
        func newScale(of value: ValueID) -> ValueID? {
            guard let index = producers[value.index], case .batchNormalization = nodes[index].operation
            else { return nil }
            let scale = nodes[index].inputs[1]
            return isNew(self[scale].name) ? scale : nil
        }
        var result = self
        for node in nodes {
            guard case .binary(.add) = node.operation else { continue }
            let scales = node.inputs.map(newScale)
            guard scales.count == 2, let scale = scales[0] ?? scales[1], scales[0] == nil || scales[1] == nil
            else { continue }
            let shape = self[scale].type.shape
            result[scale].constant = Constant(
                Tensor(shape, [Float](repeating: 0, count: shape.elementCount)))
        }
        return result
    }
}

extension SliceMap.Slice {
    /// The network's tensor: the parent's elements where they fit, zeros beside them, initial values in new rows.
    fileprivate func merged(_ own: [Float], _ parent: [Float]) -> [Float] {
        if self.own == self.parent { return parent }
        var result = own
        if self.own.rank > 1 { clearKnownRows(&result) }
        guard let from = TensorView(of: shared, in: self.parent, at: 0),
            let into = TensorView(of: shared, in: self.own, at: 0)
        else { return own }
        let values = from.gather(from: parent)
        for run in into.runs {
            for i in 0..<run.length { result[run.shared + i] = values[run.own + i] }
        }
        return result
    }

    /// Sets the rows of output channels to zero that the parent has too.
    private func clearKnownRows(_ values: inout [Float]) {
        let rowLength = own[0] == 0 ? 0 : own.elementCount / own[0]
        for i in 0..<shared[0] * rowLength { values[i] = 0 }
    }
}
