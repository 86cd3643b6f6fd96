import ModelGraph

extension StagedTopology {
    /// What a piece is in its network.
    enum Role: Hashable, Sendable {
        case stem
        /// The first block of a stage, or one of those after it.
        case block(stage: Int, isFirst: Bool)
        case head
    }

    /// The roles of all pieces, in the order in which they are numbered.
    var roles: [Role] {
        var roles: [Role] = [.stem]
        for (index, stage) in stages.enumerated() {
            roles.append(.block(stage: index, isFirst: true))
            if stage.depth.values.contains(where: { $0 > 1 }) {
                roles.append(.block(stage: index, isFirst: false))
            }
        }
        return roles + [.head]
    }

    /// What the shapes of a piece begin with.
    private struct Entry {
        var extent: Extent
        var channels: Int

        mutating func pass(stride: Extent, channels: Int) {
            extent = extent.strided(by: stride)
            self.channels = channels
        }
    }

    /// What the first block of a stage reads; with the number of stages, what the head reads.
    private func entry(of stage: Int, in genotype: Genotype, _ input: NetworkInput) -> Entry {
        var entry = Entry(
            extent: resolution.value(in: genotype).extent(of: Extent(input.height, input.width)),
            channels: input.channels)
        entry.pass(stride: stem.stride.value(in: genotype).extent, channels: stem.width.value(in: genotype))
        for earlier in stages[..<stage] where earlier.depth.value(in: genotype) > 0 {
            entry.pass(
                stride: earlier.stride.value(in: genotype).extent, channels: earlier.width.value(in: genotype)
            )
        }
        return entry
    }

    private func block(
        _ stage: Int, isFirst: Bool, of genotype: Genotype, _ input: NetworkInput
    ) -> (plan: BlockPlan, entry: Entry) {
        var entry = entry(of: stage, in: genotype, input)
        let plan = BlockPlan(stages[stage], index: isFirst ? 0 : 1, of: genotype)
        if !isFirst {
            entry.pass(stride: stages[stage].stride.value(in: genotype).extent, channels: plan.width)
        }
        return (plan, entry)
    }

    /// The extents of a piece after channels were removed; nil where one is so small that operations vanish, or so large that
    /// sums are too long for int8.
    func extents(
        of role: Role, in genotype: Genotype, _ input: NetworkInput, keeping kept: (Int) -> Int
    ) -> [Int]? {
        let extents: [Int]
        let kernel: Extent?
        switch role {
        case .stem:
            extents = [kept(stem.width.value(in: genotype))]
            kernel = stem.kernel.value(in: genotype).extent
        case .block(let stage, let isFirst):
            let (plan, entry) = block(stage, isFirst: isFirst, of: genotype, input)
            extents = plan.extents(entry.extent, channels: entry.channels, keeping: kept)
            kernel = plan.kernel
        case .head:
            let entry = entry(of: stages.count, in: genotype, input)
            let width = headWidth.value(in: genotype)
            extents =
                [entry.extent.height, entry.extent.width, kept(entry.channels)]
                + (width > 0 ? [kept(width)] : [])
            kernel = nil
        }
        let taps = kernel.map { $0.height * $0.width } ?? 1
        guard extents.allSatisfy({ $0 > 1 && $0 <= MarkedPiece.longestSum / taps }) else { return nil }
        return extents + (kernel.map { [$0.height, $0.width] } ?? [])
    }

    /// Everything of a piece that is no extent.
    func structure(of role: Role, in genotype: Genotype, _ input: NetworkInput) -> [Int] {
        func options(_ dimensions: Int?...) -> [Int] { dimensions.map { $0.map { genotype[$0] } ?? 0 } }
        switch role {
        case .stem:
            return options(
                resolution.dimension, stem.stride.dimension, stem.activation.dimension)
        case .block(let stage, let isFirst):
            let (plan, entry) = block(stage, isFirst: isFirst, of: genotype, input)
            let choices = stages[stage]
            return options(
                choices.block.dimension, isFirst ? choices.stride.dimension : nil,
                choices.activation.dimension, choices.squeezeExcite.dimension)
                + [
                    plan.squeezeExcite > 0 ? plan.expansion : min(plan.expansion, 2),
                    plan.width == entry.channels ? 1 : 0,
                ]
        case .head: return options(stem.activation.dimension) + [headWidth.value(in: genotype) > 0 ? 1 : 0]
        }
    }

    /// Numbers for the extents of a piece, no two of them equal that may differ; and its other extents.
    func marks(
        of role: Role, in genotype: Genotype, _ input: NetworkInput
    ) -> (marks: [Int], literals: [Int]) {
        switch role {
        case .stem:
            let full = Extent(input.height, input.width)
            let read = resolution.value(in: genotype).extent(of: full)
            let written = read.strided(by: stem.stride.value(in: genotype).extent)
            let extents = [full, read, written].flatMap { [$0.height, $0.width] }
            return ([BlockMarks.width] + BlockMarks.kernels, extents + [input.channels])
        case .block(let stage, let isFirst):
            let (plan, entry) = block(stage, isFirst: isFirst, of: genotype, input)
            let marked = plan.marked(isAsWide: plan.width == entry.channels)
            return (
                marked.extents(BlockMarks.extent, channels: BlockMarks.channels, keeping: { $0 })
                    + BlockMarks.kernels, []
            )
        case .head:
            let marks = [BlockMarks.extent.height, BlockMarks.extent.width, BlockMarks.channels]
            let hasLayer = headWidth.value(in: genotype) > 0
            return (marks + (hasLayer ? [BlockMarks.width] : []), [input.outputs])
        }
    }

    /// A small network around a piece whose extents are marks.
    func markedNetwork(
        around role: Role, of genotype: Genotype, _ input: NetworkInput
    ) throws(GraphError) -> Graph {
        let read =
            role == .stem
            ? input
            : NetworkInput(
                height: BlockMarks.extent.height, width: BlockMarks.extent.width, channels: 3,
                outputs: input.outputs)
        var network = NetworkBuilder(name: "piece", input: read, epsilon: 1e-3)
        switch role {
        case .stem:
            try appendStem(
                to: &network, of: genotype, width: BlockMarks.width, kernel: BlockMarks.kernel)
            try network.convolve("head", kernel: 1, channels: 16)
        case .block(let stage, let isFirst):
            let (plan, entry) = block(stage, isFirst: isFirst, of: genotype, input)
            try network.convolve("stem", kernel: 1, channels: BlockMarks.channels)
            try network.append(plan.marked(isAsWide: plan.width == entry.channels))
            try network.convolve("head", kernel: 1, channels: 16)
        case .head:
            try network.convolve("stem", kernel: 1, channels: BlockMarks.channels)
            let hasLayer = headWidth.value(in: genotype) > 0
            try appendHead(to: &network, of: genotype, width: hasLayer ? BlockMarks.width : 0)
        }
        return try network.finish(outputs: input.outputs)
    }
}

/// Extents that no layer has; what follows from them (halves, multiples, shares) differs too.
///
/// Kernels times channels stay below what int8 sums may hold.
private enum BlockMarks {
    static let extent = Extent(4001, 5003)
    static let channels = 199
    static let width = 193
    static let kernel = Extent(17, 19)
    static let kernels = [kernel.height, kernel.width]
}

extension BlockPlan {
    /// The same block with marks for its numbers.
    fileprivate func marked(isAsWide: Bool) -> BlockPlan {
        var plan = self
        plan.width = isAsWide ? BlockMarks.channels : BlockMarks.width
        plan.kernel = BlockMarks.kernel
        return plan
    }

    /// Rows and columns read and written, channels read, inside and written, and those of the gate.
    fileprivate func extents(
        _ extent: Extent, channels: Int, keeping kept: (Int) -> Int
    ) -> [Int] {
        let written = extent.strided(by: stride)
        let hidden = block == .inverted ? channels * expansion : channels
        var extents = [
            extent.height, extent.width, written.height, written.width, kept(channels), kept(hidden),
            kept(width),
        ]
        if squeezeExcite > 0 {
            let gated =
                switch block {
                case .separable: channels
                case .inverted: hidden
                case .conv, .residual: width
                }
            extents.append(kept(max(1, Int(Double(gated) * squeezeExcite))))
        }
        return extents
    }
}

extension Extent {
    /// Positions of windows with this distance whose padding is `same`.
    fileprivate func strided(by stride: Extent) -> Extent {
        Extent((height + stride.height - 1) / stride.height, (width + stride.width - 1) / stride.width)
    }
}
