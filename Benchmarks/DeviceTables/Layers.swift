import ModelGraph

/// Grows a network layer by layer.
struct Layers {
    var builder = GraphBuilder(name: "named")
    var value: ValueID

    init(size: Int) { self.init(shape: [1, size, size, 3]) }

    init(shape: Shape) { value = builder.input("input", ValueType(shape)) }

    var channels: Int { builder.shape(of: value)[3] }

    /// Convolution with bias (batch norm already folded) and activation; nil outputs make it depthwise.
    mutating func convolve(
        _ outputs: Int?, kernel: Int, stride: Int = 1, isPadded: Bool = true, _ activation: Activation?
    ) throws {
        try convolve(
            outputs, height: kernel, width: kernel, stride: stride, isPadded: isPadded, activation)
    }

    mutating func convolve(
        _ outputs: Int?, height: Int, width: Int, stride: Int, isPadded: Bool = true,
        _ activation: Activation?
    ) throws {
        let groups = outputs == nil ? channels : 1
        let weights = builder.constant(
            "w", .unknown([outputs ?? channels, height, width, channels / groups]))
        let bias = builder.constant("b", .unknown([outputs ?? channels]))
        let padding = padding(height, width, stride: stride, isPadded: isPadded)
        let convolution = Convolution(
            kernel: Extent(height, width), stride: Extent(stride, stride), padding: padding, groups: groups)
        value = try builder.apply(.convolution(convolution), to: [value, weights, bias])
        if let activation { value = try builder.apply(.activation(activation), to: [value]) }
    }

    /// As much as keeps the extent over stride, or nothing.
    private func padding(_ height: Int, _ width: Int, stride: Int, isPadded: Bool) -> EdgePadding {
        guard isPadded else { return EdgePadding(top: 0, bottom: 0, left: 0, right: 0) }
        let shape = builder.shape(of: value)
        return EdgePadding.same(
            Extent(shape[1], shape[2]), kernel: Extent(height, width), stride: Extent(stride, stride))
    }

    mutating func maximumPool(_ kernel: Int, stride: Int, isPadded: Bool = true) throws {
        let padding = padding(kernel, kernel, stride: stride, isPadded: isPadded)
        value = try builder.apply(
            .pool(
                Pooling(
                    .maximum, kernel: Extent(kernel, kernel), stride: Extent(stride, stride), padding: padding
                )),
            to: [value])
    }

    mutating func dense(_ outputs: Int, _ activation: Activation? = nil) throws {
        let shape = builder.shape(of: value)
        if shape.rank == 4 { value = try builder.apply(.reshape([0, -1]), to: [value]) }
        let weights = builder.constant("w", .unknown([outputs, shape.elementCount]))
        let bias = builder.constant("b", .unknown([outputs]))
        value = try builder.apply(.dense, to: [value, weights, bias])
        if let activation { value = try builder.apply(.activation(activation), to: [value]) }
    }

    mutating func finished(classes: Int) throws -> Graph {
        if builder.shape(of: value).rank == 4 {
            value = try builder.apply(.globalPool(.average), to: [value])
        }
        try dense(classes)
        return builder.graph(outputs: [value])
    }
}
