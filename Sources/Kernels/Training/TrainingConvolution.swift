import CKernels

/// A convolution and its gradients for one geometry; dense layers are 1×1 convolutions over 1×1 images.
///
/// Blocks hold `batch` images; `scratch` needs `scratchCount` floats whose contents do not matter.
public final class TrainingConvolution: Sendable {
    /// How a layer is computed.
    private enum Way {
        case depthwise
        /// Few input channels make short inner loops: such images get their border first, and windows are runs of it.
        case windows
        /// 3×3 taps of stride 1 with four ninths of the products, in float32.
        case winograd
        /// Tap by tap, group by group.
        case taps
    }

    let kernels: TrainingKernels
    let geometry: ConvolutionGeometry
    private let way: Way
    private let gather, backwardGather: GatherTable
    private let pairs: PairTable
    private let packedCount, workspaceCount, borderedCount: Int

    /// A convolution of this geometry; tables of offsets are built once, here.
    public init(_ original: ConvolutionGeometry, kernels: TrainingKernels) {
        let geometry = original.isPointwise && !original.isDepthwise ? original.mergingImages : original
        self.kernels = kernels
        self.geometry = geometry
        let way = TrainingConvolution.way(geometry, kernels)
        self.way = way
        let tileRows = kernels.tileRows
        let none = GatherTable(rows: [], taps: 0, tileRows: tileRows)
        gather =
            switch way {
            case .windows, .winograd: none
            case .depthwise, .taps: geometry.forwardTable(tileRows: tileRows)
            }
        backwardGather = way == .winograd ? none : geometry.backwardTable(tileRows: tileRows)
        pairs =
            switch way {
            case .windows, .winograd: PairTable(taps: [])
            case .depthwise, .taps: geometry.pairTable()
            }
        let depth = geometry.channels / geometry.groups, width = geometry.outChannels / geometry.groups
        let kept = way == .winograd ? TrainingConvolution.positions : geometry.taps
        packedCount =
            max(
                kept * max(depth * kernels.padded(width), kernels.padded(depth) * width),
                geometry.taps * geometry.channels) + 64
        borderedCount = way == .windows ? geometry.borderedCount : 0
        workspaceCount = max(
            max(geometry.inputCount, geometry.outputCount) / 2 + 32, 32 * (depth + width + 32),
            way == .winograd
                ? TrainingConvolution.positions * kernels.patches
                    * (kernels.padded(depth) + kernels.padded(width))
                : 0)
    }

    private static func way(_ geometry: ConvolutionGeometry, _ kernels: TrainingKernels) -> Way {
        if geometry.isDepthwise { return .depthwise }
        let isFew = geometry.groups == 1 && geometry.taps > 1 && geometry.channels < 8
        if isFew && geometry.dilationWidth == 1 { return .windows }
        return geometry.suitsWinograd && !kernels.roundsProducts ? .winograd : .taps
    }

    /// Products of a patch in the Winograd domain.
    private static let positions = 16
    /// Floats past the end of a buffer that kernels may touch.
    private static let slack = 16

    private var zeroCount: Int { max(geometry.channels, geometry.outChannels) + 64 }

    /// Floats of scratch memory that each call needs.
    public var scratchCount: Int {
        zeroCount + packedCount + workspaceCount + borderedCount + TrainingConvolution.slack
    }

    /// What a call keeps in scratch: zeros, packed weights (or sums), room for the kernels, an image with its border.
    struct Cut {
        let zeros, packed, workspace, bordered: FloatBlock
    }

    private func cut(_ scratch: FloatBlock) -> Cut {
        precondition(scratch.count >= scratchCount, "TrainingConvolution: scratch of \(scratch.count) floats")
        let zeros = scratch.part(0, zeroCount)
        zeros.fill(0)
        let workspace = zeroCount + packedCount
        return Cut(
            zeros: zeros, packed: scratch.part(zeroCount, packedCount),
            workspace: scratch.part(workspace, workspaceCount),
            bordered: scratch.part(workspace + workspaceCount, borderedCount))
    }

    private func check(input: FloatBlock, output: FloatBlock, weights: FloatBlock) {
        precondition(
            input.count == geometry.batch * geometry.inputCount
                && output.count == geometry.batch * geometry.outputCount
                && weights.count == geometry.outChannels * geometry.taps
                    * (geometry.channels / geometry.groups),
            "TrainingConvolution: blocks do not fit the geometry")
    }

    /// The images of a forward pass; those of a group begin `offset` floats later.
    func forwardImages(offset: Int = 0) -> TrainImages {
        TrainImages(
            count: Int64(geometry.batch), input_stride: Int64(geometry.inputCount),
            output_stride: Int64(geometry.outputCount), input_count: Int64(geometry.inputCount - offset))
    }

    func backwardImages(offset: Int = 0) -> TrainImages {
        TrainImages(
            count: Int64(geometry.batch), input_stride: Int64(geometry.outputCount),
            output_stride: Int64(geometry.inputCount), input_count: Int64(geometry.outputCount - offset))
    }
}

extension TrainingConvolution {
    /// y = x ∗ weights + bias.
    public func forward(
        _ x: FloatBlock, weights: FloatBlock, bias: FloatBlock?, into y: FloatBlock, scratch: FloatBlock
    ) {
        check(input: x, output: y, weights: weights)
        let room = cut(scratch)
        switch way {
        case .depthwise: depthwiseForward(x, weights: weights, bias: bias, into: y, in: room)
        case .windows: windowsForward(x, weights: weights, bias: bias, into: y, in: room)
        case .winograd: winogradForward(x, weights: weights, bias: bias, into: y, in: room)
        case .taps: groupedForward(x, weights: weights, bias: bias, into: y, in: room)
        }
    }

    private func depthwiseForward(
        _ x: FloatBlock, weights: FloatBlock, bias: FloatBlock?, into y: FloatBlock, in room: Cut
    ) {
        packDepthwise(weights, into: room.packed)
        gather.withTable { table in
            kernels.table.pointee.depthwise(
                table, forwardImages(), x.base, Int32(geometry.channels), room.packed.base, bias?.base,
                room.zeros.base, 0, y.base)
        }
    }

    private func groupedForward(
        _ x: FloatBlock, weights: FloatBlock, bias: FloatBlock?, into y: FloatBlock, in room: Cut
    ) {
        let (taps, depth, width) = (
            geometry.taps, geometry.channels / geometry.groups, geometry.outChannels / geometry.groups
        )
        for group in 0..<geometry.groups {
            kernels.table.pointee.pack(
                weights.base + group * width * taps * depth, Int32(taps), Int32(depth), Int32(width),
                Int64(depth), 1, Int64(taps * depth), room.packed.base)
            gather.withTable { table in
                kernels.table.pointee.gather_product(
                    table, forwardImages(offset: group * depth), x.base + group * depth, Int32(depth),
                    room.packed.base, Int32(taps), Int32(width), bias.map { $0.base + group * width },
                    room.zeros.base, 0, y.base + group * width, room.workspace.base)
            }
        }
    }

    private func windowsForward(
        _ x: FloatBlock, weights: FloatBlock, bias: FloatBlock?, into y: FloatBlock, in room: Cut
    ) {
        var window = geometry.window
        let (taps, channels) = (Int32(geometry.taps), Int32(geometry.channels))
        kernels.table.pointee.pack(
            weights.base, taps, channels, Int32(geometry.outChannels), Int64(channels), 1,
            Int64(taps * channels), room.packed.base)
        for image in 0..<geometry.batch {
            kernels.table.pointee.border(&window, x.base + image * geometry.inputCount, room.bordered.base)
            kernels.table.pointee.window_product(
                &window, room.bordered.base, room.packed.base, Int32(geometry.outChannels), bias?.base,
                y.base + image * geometry.outputCount)
        }
    }

    /// dx (+)= the gradient with respect to x.
    public func backwardInput(
        _ dy: FloatBlock, weights: FloatBlock, into dx: FloatBlock, accumulating: Bool, scratch: FloatBlock
    ) {
        check(input: dx, output: dy, weights: weights)
        let room = cut(scratch)
        switch way {
        case .depthwise:
            packDepthwise(weights, into: room.packed)
            backwardGather.withTable { table in
                kernels.table.pointee.depthwise(
                    table, backwardImages(), dy.base, Int32(geometry.channels), room.packed.base, nil,
                    room.zeros.base, accumulating ? 1 : 0, dx.base)
            }
        case .winograd:
            winogradBackward(dy, weights: weights, into: dx, accumulating: accumulating, in: room)
        case .windows, .taps:
            groupedBackward(dy, weights: weights, into: dx, accumulating: accumulating, in: room)
        }
    }

    private func groupedBackward(
        _ dy: FloatBlock, weights: FloatBlock, into dx: FloatBlock, accumulating: Bool, in room: Cut
    ) {
        let (taps, depth, width) = (
            geometry.taps, geometry.channels / geometry.groups, geometry.outChannels / geometry.groups
        )
        for group in 0..<geometry.groups {
            kernels.table.pointee.pack(
                weights.base + group * width * taps * depth, Int32(taps), Int32(width), Int32(depth),
                Int64(depth), Int64(taps * depth), 1, room.packed.base)
            backwardGather.withTable { table in
                kernels.table.pointee.gather_product(
                    table, backwardImages(offset: group * width), dy.base + group * width, Int32(width),
                    room.packed.base, Int32(taps), Int32(depth), nil, room.zeros.base, accumulating ? 1 : 0,
                    dx.base + group * depth, room.workspace.base)
            }
        }
    }

    /// dw += the gradient with respect to the weights.
    public func backwardWeights(_ x: FloatBlock, _ dy: FloatBlock, into dw: FloatBlock, scratch: FloatBlock) {
        check(input: x, output: dy, weights: dw)
        let room = cut(scratch)
        room.packed.fill(0)
        switch way {
        case .depthwise: depthwiseWeights(x, dy, into: dw, in: room)
        case .windows: windowsWeights(x, dy, into: dw, in: room)
        case .winograd: winogradWeights(x, dy, into: dw, in: room)
        case .taps: groupedWeights(x, dy, into: dw, in: room)
        }
    }

    private func depthwiseWeights(_ x: FloatBlock, _ dy: FloatBlock, into dw: FloatBlock, in room: Cut) {
        let (taps, channels, sums) = (geometry.taps, geometry.channels, room.packed)
        pairs.withTable { table in
            kernels.table.pointee.depthwise_outer(
                table, forwardImages(), x.base, Int32(channels), dy.base, sums.base)
        }
        for channel in 0..<channels {
            for tap in 0..<taps { dw[channel * taps + tap] += sums[tap * channels + channel] }
        }
    }

    private func windowsWeights(_ x: FloatBlock, _ dy: FloatBlock, into dw: FloatBlock, in room: Cut) {
        var window = geometry.window
        let width = Int32(geometry.outChannels)
        for image in 0..<geometry.batch {
            kernels.table.pointee.border(&window, x.base + image * geometry.inputCount, room.bordered.base)
            kernels.table.pointee.window_outer(
                &window, room.bordered.base, dy.base + image * geometry.outputCount, width, room.packed.base)
        }
        kernels.table.pointee.unpack_add(
            room.packed.base, Int32(geometry.taps), Int32(geometry.channels), width, dw.base)
    }

    private func groupedWeights(_ x: FloatBlock, _ dy: FloatBlock, into dw: FloatBlock, in room: Cut) {
        let (taps, depth, width) = (
            geometry.taps, geometry.channels / geometry.groups, geometry.outChannels / geometry.groups
        )
        for group in 0..<geometry.groups {
            if group > 0 { room.packed.fill(0) }
            pairs.withTable { table in
                kernels.table.pointee.outer_product(
                    table, forwardImages(), x.base + group * depth, Int32(depth), dy.base + group * width,
                    Int32(width), room.packed.base, room.workspace.base)
            }
            kernels.table.pointee.unpack_add(
                room.packed.base, Int32(taps), Int32(depth), Int32(width),
                dw.base + group * width * taps * depth)
        }
    }

    private func packDepthwise(_ weights: FloatBlock, into packed: FloatBlock) {
        let (taps, channels) = (geometry.taps, geometry.channels)
        for channel in 0..<channels {
            for tap in 0..<taps { packed[tap * channels + channel] = weights[channel * taps + tap] }
        }
    }
}
