/// In which layers a runtime leaves out the products with weights that are zero.
public enum ZeroSkipping: Hashable, Sendable {
    case nowhere
    /// In 1×1 convolutions (stride 1) on real numbers with at least so many output pixels and input channels, of whose weights
    /// at most such a share is not zero; the others run dense.
    case pointwise(leastPixels: Int, leastInputs: Int, mostDensity: Double)
    case everywhere
}

extension Graph {
    /// Whether the node is a layer with sparse weights whose zeros are skipped.
    public func skipsZeros(of node: Node, by skipping: ZeroSkipping) -> Bool {
        guard node.operation.isLayer, let weights = self[node.inputs[1]].constant, weights.sparsity != .dense
        else { return false }
        switch skipping {
        case .nowhere: return false
        case .everywhere: return true
        case .pointwise(let leastPixels, let leastInputs, let mostDensity):
            guard case .convolution(let convolution) = node.operation, convolution.kernel == 1,
                convolution.stride == 1, convolution.groups == 1, convolution.padding == .zero,
                self[node.inputs[0]].type.dataType.isFloatingPoint
            else { return false }
            let output = self[node.output].type.shape
            return output[1] * output[2] >= leastPixels
                && self[node.inputs[0]].type.shape[3] >= leastInputs
                && Double(weights.nonZeros) <= mostDensity * Double(weights.tensor.shape.elementCount)
        }
    }
}
