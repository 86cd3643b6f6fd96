extension Convolution {
    /// [N, H, W, C] and [O, kh, kw, C / groups] give [N, H′, W′, O].
    func outputShape(_ shapes: [Shape]) throws(GraphError) -> Shape {
        let operation = Operation.convolution(self)
        try operation.requireFilters(shapes, kernel: kernel, groups: groups)
        let windows = try operation.windows(
            over: shapes[0], kernel: kernel, stride: stride, dilation: dilation, padding: padding)
        return [shapes[0][0], windows.height, windows.width, shapes[1][0]]
    }
}

extension Pooling {
    /// [N, H, W, C] gives [N, H′, W′, C].
    func outputShape(_ input: Shape) throws(GraphError) -> Shape {
        let operation = Operation.pool(self)
        guard input.rank == 4 else { throw .rank(operation: operation.name, expected: 4, actual: input) }
        let windows = try operation.windows(
            over: input, kernel: kernel, stride: stride, dilation: dilation, padding: padding)
        return [input[0], windows.height, windows.width, input[3]]
    }
}

extension Operation {
    /// Throws unless the shapes are [N, H, W, C], [O, kernel height, kernel width, C / groups] and optionally a bias [O].
    func requireFilters(_ shapes: [Shape], kernel: Extent, groups: Int) throws(GraphError) {
        let (input, weights) = (shapes[0], shapes[1])
        guard input.rank == 4 else { throw .rank(operation: name, expected: 4, actual: input) }
        guard weights.rank == 4, groups > 0, input[3] % groups == 0, weights[0] % groups == 0,
            weights.dimensions[1...] == [kernel.height, kernel.width, input[3] / groups]
        else {
            throw .mismatch(
                operation: name,
                detail:
                    "weights \(weights) do not fit input \(input), kernel \(kernel.height)×\(kernel.width) "
                    + "and \(groups) groups")
        }
        try requireBias(shapes, outputs: weights[0])
    }

    /// How many windows fit over [N, H, W, C] along height and width.
    fileprivate func windows(
        over input: Shape, kernel: Extent, stride: Extent, dilation: Extent, padding: EdgePadding
    ) throws(GraphError) -> Extent {
        Extent(
            try windows(
                input[1], kernel.height, stride.height, dilation.height, padding.top, padding.bottom),
            try windows(
                input[2], kernel.width, stride.width, dilation.width, padding.left, padding.right))
    }

    /// The same along one axis.
    private func windows(
        _ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ before: Int, _ after: Int
    ) throws(GraphError) -> Int {
        let limit = 1 << 31
        guard kernel > 0, stride > 0, dilation > 0, before >= 0, after >= 0, size < limit, kernel < limit,
            dilation < limit, before < limit, after < limit
        else {
            throw .mismatch(operation: name, detail: "kernel, stride, dilation and padding must be in range")
        }
        let extent = (kernel - 1) * dilation + 1
        let padded = size + before + after
        guard padded >= extent else {
            throw .mismatch(
                operation: name, detail: "a window of \(extent) does not fit into \(padded) positions")
        }
        return (padded - extent) / stride + 1
    }
}
