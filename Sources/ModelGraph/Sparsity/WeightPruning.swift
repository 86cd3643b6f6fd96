extension Graph {
    /// The network with these weight tensors thinned out.
    ///
    /// Of each, the weights smallest in magnitude become zero until it is as sparse as asked; of equal ones the later go
    /// first. Unknown weights are only marked.
    public func pruned(to sparsities: [(value: ValueID, sparsity: Sparsity)]) -> Graph {
        var graph = annotated(with: sparsities)
        for (id, sparsity) in sparsities {
            guard let tensor = self[id].constant?.tensor, case .float32(let values) = tensor.storage else {
                continue
            }
            graph[id].constant?.tensor = Tensor(tensor.shape, sparsity.keepingLargest(values))
        }
        return graph
    }

    /// The same with the sparsity that constants are marked with already, for weights that changed since.
    public func prunedAsMarked() -> Graph {
        pruned(to: prunableWeights.compactMap { id, _ in self[id].constant.map { (id, $0.sparsity) } })
    }
}

extension Sparsity {
    fileprivate func keepingLargest(_ values: [Float]) -> [Float] {
        switch self {
        case .dense: values
        case .unstructured(let nonZeros): values.keepingLargest(nonZeros, of: values.indices)
        case .pattern(let kept, let group):
            stride(from: 0, to: values.count, by: group).reduce(values) { result, start in
                result.keepingLargest(kept, of: start..<min(start + group, values.count))
            }
        }
    }
}

extension [Float] {
    /// Sets all but the `count` elements of largest magnitude within `range` to zero; NaN counts as smallest.
    fileprivate func keepingLargest(_ count: Int, of range: Range<Int>) -> [Float] {
        var result = self
        let smallestFirst = range.sorted { a, b in
            let (x, y) = (self[a].isNaN ? 0 : abs(self[a]), self[b].isNaN ? 0 : abs(self[b]))
            return x == y ? a > b : x < y
        }
        for index in smallestFirst.prefix(Swift.max(range.count - count, 0)) { result[index] = 0 }
        return result
    }
}
