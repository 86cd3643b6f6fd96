/// A 2-D convolution run backwards: each input pixel adds a window of results (1-D signals have height 1).
///
/// The result has (size − 1) · stride + (kernel − 1) · dilation + 1 rows, less those cut off by `padding`, plus `added` ones
/// below and to the right that only the bias reaches.
public struct TransposedConvolution: Hashable, Sendable {
    /// Rows and columns of the weights.
    public var kernel: Extent
    /// Pixels of the result between the windows of neighbouring input pixels.
    public var stride: Extent
    /// Pixels between neighbouring taps of a window; 1 for a dense one.
    public var dilation: Extent
    /// Rows and columns cut off the result's edges.
    public var padding: EdgePadding
    /// Rows and columns added behind the result; smaller than the stride or the dilation.
    public var added: Extent
    /// Groups of input channels, each with outputs of its own; 1 for an ordinary convolution.
    public var groups: Int

    /// A transposed convolution; channel counts follow from its weights [outputs, height, width, inputs /
    /// groups].
    public init(
        kernel: Extent, stride: Extent = 1, dilation: Extent = 1, padding: EdgePadding = .zero,
        added: Extent = 0, groups: Int = 1
    ) {
        self.kernel = kernel
        self.stride = stride
        self.dilation = dilation
        self.padding = padding
        self.added = added
        self.groups = groups
    }
}

extension TransposedConvolution {
    /// [N, H, W, C] and [O, kh, kw, C / groups] give [N, H′, W′, O].
    func outputShape(_ shapes: [Shape]) throws(GraphError) -> Shape {
        let operation = Operation.transposedConvolution(self)
        let (input, weights) = (shapes[0], shapes[1])
        try operation.requireFilters(shapes, kernel: kernel, groups: groups)
        return [
            input[0],
            try extent(
                input[1], kernel.height, stride.height, dilation.height, padding.top + padding.bottom,
                added.height),
            try extent(
                input[2], kernel.width, stride.width, dilation.width, padding.left + padding.right,
                added.width),
            weights[0],
        ]
    }

    private func extent(
        _ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ cut: Int, _ added: Int
    ) throws(GraphError) -> Int {
        let limit = 1 << 28
        let edges = [padding.top, padding.bottom, padding.left, padding.right]
        guard size > 0, kernel > 0, stride > 0, dilation > 0, added >= 0, edges.allSatisfy({ $0 >= 0 }),
            [size, kernel, stride, dilation, cut, added].allSatisfy({ $0 < limit }),
            added < max(stride, dilation)
        else {
            throw .mismatch(
                operation: Operation.transposedConvolution(self).name,
                detail: "kernel, stride, dilation and padding must be in range")
        }
        let full = ((size - 1) * stride).addingSaturated((kernel - 1) * dilation + 1 + added)
        guard full > cut, full < limit else {
            throw .mismatch(
                operation: Operation.transposedConvolution(self).name,
                detail: "\(cut) of \(full) rows or columns are cut off")
        }
        return full - cut
    }

    /// Multiply-accumulates for an input of this many elements: each meets every weight of its channel.
    func macs(inputs: Int, outputs: Int) -> Int {
        inputs.multipliedSaturated(by: kernel.height * kernel.width)
            .multipliedSaturated(by: outputs / max(groups, 1))
    }
}
