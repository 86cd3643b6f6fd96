import ModelGraph

extension StagedTopology {
    func graph(
        of genotype: Genotype, input: NetworkInput, name: String, showing detail: NetworkDetail
    ) throws(GraphError) -> Graph {
        var network = NetworkBuilder(name: name, input: input, epsilon: 1e-3)
        try appendStem(
            to: &network, of: genotype, width: stem.width.value(in: genotype),
            kernel: stem.kernel.value(in: genotype).extent)
        for stage in stages {
            let depth = stage.depth.value(in: genotype)
            for index in 0..<(detail == .whole ? depth : min(depth, 2)) {
                let plan = BlockPlan(stage, index: index, of: genotype)
                if detail.shows("\(stage.name).\(index)") {
                    try network.append(plan)
                } else {
                    try network.standIn(for: plan)
                }
            }
        }
        try appendHead(to: &network, of: genotype, width: headWidth.value(in: genotype))
        return try network.finish(outputs: input.outputs)
    }

    func appendStem(
        to network: inout NetworkBuilder, of genotype: Genotype, width: Int, kernel: Extent
    ) throws(GraphError) {
        try network.resize("stem.resize", to: resolution.value(in: genotype).extent(of: network.extent))
        try network.layer(
            "stem", kernel: kernel,
            stride: stem.stride.value(in: genotype).extent, channels: width,
            activation: stem.activation.value(in: genotype).activation)
    }

    /// The last 1×1 convolution; none where it has no width.
    func appendHead(
        to network: inout NetworkBuilder, of genotype: Genotype, width: Int
    ) throws(GraphError) {
        guard width > 0 else { return }
        try network.layer(
            "head", kernel: 1, channels: width, activation: stem.activation.value(in: genotype).activation)
    }
}

/// One block of a stage with every choice made.
struct BlockPlan {
    let name: String
    let block: StagedTopology.Block
    var width: Int
    var kernel: Extent
    let stride: Extent
    let expansion: Int
    let activation: Activation
    let squeezeExcite: Double

    init(_ stage: StagedTopology.Stage, index: Int, of genotype: Genotype) {
        block = stage.block.value(in: genotype)
        name = "\(stage.name).\(index).\(block.rawValue)"
        width = stage.width.value(in: genotype)
        kernel = stage.kernel.value(in: genotype).extent
        stride = index == 0 ? stage.stride.value(in: genotype).extent : 1
        expansion = stage.expansion.value(in: genotype)
        activation = stage.activation.value(in: genotype).activation
        squeezeExcite = stage.squeezeExcite.value(in: genotype)
    }
}

extension NetworkBuilder {
    mutating func append(_ plan: BlockPlan) throws(GraphError) {
        switch plan.block {
        case .separable: try appendSeparable(plan)
        case .inverted: try appendInverted(plan)
        case .conv: try appendConvolution(plan)
        case .residual: try appendResidual(plan)
        }
    }

    /// A layer whose result has the shape of the block's.
    fileprivate mutating func standIn(for plan: BlockPlan) throws(GraphError) {
        try convolve(plan.name, kernel: 1, stride: plan.stride, channels: plan.width)
    }

    private mutating func appendSeparable(_ plan: BlockPlan) throws(GraphError) {
        try layer(
            "\(plan.name).depthwise", kernel: plan.kernel, stride: plan.stride, channels: nil,
            activation: plan.activation)
        try exciteIfAsked(plan)
        try layer("\(plan.name).pointwise", kernel: 1, channels: plan.width, activation: plan.activation)
    }

    /// Sandler et al., MobileNetV2: the projection stays linear; a shortcut where shapes allow.
    private mutating func appendInverted(_ plan: BlockPlan) throws(GraphError) {
        let (entry, entryShape) = (current, shape)
        if plan.expansion > 1 {
            try layer(
                "\(plan.name).expand", kernel: 1, channels: entryShape[3] * plan.expansion,
                activation: plan.activation)
        }
        try layer(
            "\(plan.name).depthwise", kernel: plan.kernel, stride: plan.stride, channels: nil,
            activation: plan.activation)
        try exciteIfAsked(plan)
        try layer("\(plan.name).project", kernel: 1, channels: plan.width, activation: nil)
        if shape == entryShape { try combine("\(plan.name).add", with: entry) }
    }

    private mutating func appendConvolution(_ plan: BlockPlan) throws(GraphError) {
        try layer(
            "\(plan.name).conv", kernel: plan.kernel, stride: plan.stride, channels: plan.width,
            activation: plan.activation)
        try exciteIfAsked(plan)
    }

    /// He et al., ResNet's basic block: the shortcut is a 1×1 convolution where the shape changes.
    private mutating func appendResidual(_ plan: BlockPlan) throws(GraphError) {
        let (entry, entryShape) = (current, shape)
        try layer(
            "\(plan.name).first", kernel: plan.kernel, stride: plan.stride, channels: plan.width,
            activation: plan.activation)
        try layer("\(plan.name).second", kernel: plan.kernel, channels: plan.width, activation: nil)
        try exciteIfAsked(plan)
        let body = current
        resume(at: entry)
        if shape(of: body) != entryShape {
            try layer(
                "\(plan.name).shortcut", kernel: 1, stride: plan.stride, channels: plan.width, activation: nil
            )
        }
        let shortcut = current
        resume(at: body)
        try combine("\(plan.name).add", with: shortcut)
        try activate("\(plan.name).activation", plan.activation)
    }

    private mutating func exciteIfAsked(_ plan: BlockPlan) throws(GraphError) {
        if plan.squeezeExcite > 0 { try excite("\(plan.name).gate", ratio: plan.squeezeExcite) }
    }
}
