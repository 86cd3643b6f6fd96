import ModelGraph

/// Grows a network of named layers, each found again under the same name in every network of a space.
struct NetworkBuilder {
    private var builder: GraphBuilder
    /// What the next layer reads.
    private(set) var current: ValueID
    let epsilon: Float

    init(name: String, input: NetworkInput, epsilon: Float) {
        builder = GraphBuilder(name: name)
        current = builder.input("input", ValueType([1, input.height, input.width, input.channels]))
        self.epsilon = epsilon
    }

    /// Height, width and channels of what the next layer reads.
    var shape: Shape { builder.shape(of: current) }
    func shape(of value: ValueID) -> Shape { builder.shape(of: value) }
    var extent: Extent { Extent(shape[1], shape[2]) }
    var channels: Int { shape[3] }

    enum Edges { case same, symmetric }

    /// Convolution without bias; `channels` nil makes it depthwise.
    mutating func convolve(
        _ name: String, kernel: Extent, stride: Extent = 1, channels outputs: Int?, groups: Int = 1,
        edges: Edges = .same
    ) throws(GraphError) {
        let groups = outputs == nil ? channels : groups
        let padding: EdgePadding =
            switch edges {
            case .same: .same(extent, kernel: kernel, stride: stride)
            case .symmetric:
                EdgePadding(
                    top: (kernel.height - 1) / 2, bottom: (kernel.height - 1) / 2,
                    left: (kernel.width - 1) / 2,
                    right: (kernel.width - 1) / 2)
            }
        let weights = builder.constant(
            name + ".weight",
            .unknown([outputs ?? channels, kernel.height, kernel.width, channels / max(groups, 1)]))
        current = try builder.apply(
            .convolution(Convolution(kernel: kernel, stride: stride, padding: padding, groups: groups)),
            to: [current, weights], name: name)
    }

    /// 1×1 convolution with a bias, as gates use it.
    mutating func project(_ name: String, channels outputs: Int) throws(GraphError) {
        let weights = builder.constant("\(name).weight", .unknown([outputs, 1, 1, channels]))
        let bias = builder.constant("\(name).bias", .unknown([outputs]))
        current = try builder.apply(
            .convolution(Convolution(kernel: 1)), to: [current, weights, bias], name: name)
    }

    /// Ramps of each channel alone: a 1×1 convolution with a group for each channel and a bias, cut to 0…6.
    mutating func spread(_ name: String, units: Int) throws(GraphError) {
        let count = channels * units
        let weights = builder.constant("\(name)\(units).weight", .unknown([count, 1, 1, 1]))
        let bias = builder.constant("\(name)\(units).bias", .unknown([count]))
        current = try builder.apply(
            .convolution(Convolution(kernel: 1, groups: channels)), to: [current, weights, bias], name: name)
        try activate("\(name).activation", .relu6)
    }

    mutating func normalize(_ name: String) throws(GraphError) {
        let unknown = Tensor.unknown([channels])
        let parameters = [".scale", ".offset", ".mean", ".variance"].map {
            builder.constant(name + $0, unknown)
        }
        current = try builder.apply(
            .batchNormalization(epsilon: epsilon), to: [current] + parameters, name: name)
    }

    mutating func activate(_ name: String, _ activation: Activation) throws(GraphError) {
        current = try builder.apply(.activation(activation), to: [current], name: name)
    }

    /// Convolution, batch normalisation and, where given, an activation.
    mutating func layer(
        _ name: String, kernel: Extent, stride: Extent = 1, channels: Int?, groups: Int = 1,
        activation: Activation?, edges: Edges = .same
    ) throws(GraphError) {
        try convolve(name, kernel: kernel, stride: stride, channels: channels, groups: groups, edges: edges)
        try normalize(name + ".norm")
        if let activation { try activate(name + ".activation", activation) }
    }

    /// All values of a sample as the channels of one pixel; nothing where they are that already.
    mutating func flatten(_ name: String) throws(GraphError) {
        let count = shape[1] * shape[2] * shape[3]
        guard count != channels else { return }
        current = try builder.apply(.reshape([0, 1, 1, count]), to: [current], name: name)
    }

    /// Linear interpolation; nothing where the size is right already.
    mutating func resize(_ name: String, to size: Extent) throws(GraphError) {
        guard size != extent else { return }
        current = try builder.apply(.resize(Resizing(to: size, mode: .linear)), to: [current], name: name)
    }

    mutating func pool(_ name: String, _ pooling: Pooling) throws(GraphError) {
        current = try builder.apply(.pool(pooling), to: [current], name: name)
    }

    /// Adds (or multiplies by) an earlier value.
    mutating func combine(
        _ name: String, with other: ValueID, _ operation: BinaryOperation = .add
    ) throws(GraphError) {
        current = try builder.apply(.binary(operation), to: [current, other], name: name)
    }

    /// Multiplies by a constant zero, as the `none` edge of a cell does.
    mutating func erase(_ name: String) throws(GraphError) {
        let zero = builder.constant("\(name).zero", Tensor([1], .repeated(0, .float32)))
        current = try builder.apply(.binary(.multiply), to: [current, zero], name: name)
    }

    /// Squeeze and excitation (Hu 2018): channels scaled by a gate computed from their averages.
    mutating func excite(_ name: String, ratio: Double) throws(GraphError) {
        let gated = current
        let width = channels
        current = try builder.apply(.globalPool(.average), to: [gated], name: "\(name).pool")
        try project("\(name).squeeze", channels: max(1, Int(Double(width) * ratio)))
        try activate("\(name).squeeze.activation", .relu)
        try project("\(name).excite", channels: width)
        try activate("\(name).gate", .hardSigmoid)
        let gate = current
        current = gated
        try combine("\(name).scale", with: gate, .multiply)
    }

    /// Interleaves the channels of `groups` groups (Zhang et al., ShuffleNet).
    mutating func shuffle(_ name: String, groups: Int) throws(GraphError) {
        let (height, width, channels) = (shape[1], shape[2], shape[3])
        current = try builder.apply(
            .reshape([0, height, width, groups, channels / groups]), to: [current], name: "\(name).split")
        current = try builder.apply(.transpose([0, 1, 2, 4, 3]), to: [current], name: "\(name).swap")
        current = try builder.apply(
            .reshape([0, height, width, channels]), to: [current], name: "\(name).join")
    }

    /// Continues from an earlier value.
    mutating func resume(at value: ValueID) { current = value }

    /// Global average, then a dense layer to the logits.
    mutating func finish(outputs: Int) throws(GraphError) -> Graph {
        let width = channels
        current = try builder.apply(.globalPool(.average), to: [current], name: "pool")
        current = try builder.apply(.reshape([0, width]), to: [current], name: "flatten")
        let weights = builder.constant("classifier.weight", .unknown([outputs, width]))
        let bias = builder.constant("classifier.bias", .unknown([outputs]))
        let logits = try builder.apply(.dense, to: [current, weights, bias], name: "logits")
        return builder.graph(outputs: [logits])
    }
}
