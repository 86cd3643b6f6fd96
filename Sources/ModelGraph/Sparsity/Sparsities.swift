extension Graph {
    /// Constants that weight pruning may thin out: the float32 weights of convolutions and dense layers, with the name of their layer.
    public var prunableWeights: [(value: ValueID, layer: String)] {
        var isListed = [Bool](repeating: false, count: values.count)
        var weights: [(ValueID, String)] = []
        for node in nodes where node.operation.isLayer {
            let id = node.inputs[1]
            guard self[id].constant?.tensor.dataType == .float32, !isListed[id.index] else { continue }
            isListed[id.index] = true
            weights.append((id, node.name))
        }
        return weights
    }

    /// How many non-zeros each weight tensor keeps at a given overall sparsity.
    ///
    /// Layers without an exception share what remains by Erdős–Rényi-Kernel densities (Evci et al., Rigging the Lottery, 2020):
    /// proportional to (Σ extents) / (Π extents), at most 1. So small and thin layers stay dense, the exact total is kept,
    /// and the counts follow from shapes alone.
    public func sparsities(_ ratios: Assignment<Double>) -> [(value: ValueID, sparsity: Sparsity)] {
        let weights = prunableWeights.map {
            (value: $0.value, shape: self[$0.value].type.shape, ratio: ratios[$0.layer])
        }
        let isShared = weights.map { $0.ratio == ratios.general }
        let shared = weights.indices.filter { isShared[$0] }
        let counts = erdosRenyiCounts(shared.map { weights[$0].shape }, sparsity: ratios.general)
        var nonZeros = weights.map { kept(of: $0.shape.elementCount, sparsity: $0.ratio) }
        for (index, count) in zip(shared, counts) { nonZeros[index] = count }
        return weights.indices.compactMap { index in
            nonZeros[index] < weights[index].shape.elementCount
                ? (weights[index].value, .unstructured(nonZeros: nonZeros[index])) : nil
        }
    }

    /// The n:m pattern for every weight tensor whose last axis it divides; the others stay dense.
    public func patternSparsities(kept: Int, group: Int) -> [(value: ValueID, sparsity: Sparsity)] {
        prunableWeights.map(\.value).filter { id in
            let last = self[id].type.shape.dimensions.last ?? 0
            return last > 0 && last % group == 0
        }.map { ($0, .pattern(kept: kept, group: group)) }
    }
}

/// How many of `count` weights stay at this sparsity.
private func kept(of count: Int, sparsity: Double) -> Int {
    max(0, count - Int((Double(count) * sparsity).rounded(.down)))
}

/// Non-zeros a layer, by Erdős–Rényi-Kernel densities; they add up to exactly what the overall sparsity leaves.
private func erdosRenyiCounts(_ shapes: [Shape], sparsity: Double) -> [Int] {
    let sizes = shapes.map(\.elementCount)
    var budget = kept(of: sizes.reduce(0, +), sparsity: sparsity)
    var counts = sizes
    let extents = shapes.map { Double($0.dimensions.reduce(0, +)) }
    var open = Array(shapes.indices)
    while !open.isEmpty {
        let total = open.reduce(0) { $0 + extents[$1] }
        let full = open.filter { Double(budget) * extents[$0] >= Double(sizes[$0]) * total }
        guard full.isEmpty else {
            budget -= full.reduce(0) { $0 + sizes[$1] }
            open.removeAll { full.contains($0) }
            continue
        }
        // Cumulative rounding gives whole numbers with an exact sum.
        var (share, given) = (0.0, 0)
        for index in open {
            share += extents[index]
            let upTo = Int((Double(budget) * share / total).rounded())
            counts[index] = min(sizes[index], upTo - given)
            given = upTo
        }
        break
    }
    return counts
}
