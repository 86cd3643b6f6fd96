extension Graph {
    /// The network with the middle of those kernels that are larger than `extent`, for nodes that `isChosen`.
    ///
    /// Padding shrinks with the kernel, so every result keeps its shape. Kernels without enough padding, those whose rim has no
    /// middle, and weights that several nodes share stay as they are.
    public func croppingKernels(to extent: Int, where isChosen: (Node) -> Bool) -> Graph {
        var graph = self
        let consumers = consumers
        for (index, node) in nodes.enumerated() where isChosen(node) {
            guard case .convolution(let convolution) = node.operation,
                let smaller = convolution.cropped(to: extent),
                let constant = self[node.inputs[1]].constant, consumers[node.inputs[1].index].count == 1
            else { continue }
            let rows = (convolution.kernel.height - smaller.kernel.height) / 2
            let columns = (convolution.kernel.width - smaller.kernel.width) / 2
            let tensor = constant.tensor
                .selecting(Array(rows..<rows + smaller.kernel.height), axis: 1)
                .selecting(Array(columns..<columns + smaller.kernel.width), axis: 2)
            graph.nodes[index].operation = .convolution(smaller)
            graph[node.inputs[1]].type.shape = tensor.shape
            graph[node.inputs[1]].constant = Constant(tensor)
        }
        return graph
    }

    /// Whether `croppingKernels` changes a node.
    public func canCropKernel(of node: Node, to extent: Int) -> Bool {
        guard case .convolution(let convolution) = node.operation else { return false }
        return convolution.cropped(to: extent) != nil && self[node.inputs[1]].constant != nil
    }
}

extension Convolution {
    /// The convolution with kernels of at most `extent`; nil where it has none that are larger and can be cropped.
    fileprivate func cropped(to extent: Int) -> Convolution? {
        var result = self
        let rows = kernel.height > extent ? (kernel.height - extent) / 2 : 0
        let columns = kernel.width > extent ? (kernel.width - extent) / 2 : 0
        let (above, beside) = (rows * dilation.height, columns * dilation.width)
        guard rows + columns > 0, padding.top >= above, padding.bottom >= above, padding.left >= beside,
            padding.right >= beside
        else { return nil }
        result.kernel = Extent(kernel.height - 2 * rows, kernel.width - 2 * columns)
        result.padding = EdgePadding(
            top: padding.top - above, bottom: padding.bottom - above, left: padding.left - beside,
            right: padding.right - beside)
        return result
    }
}
