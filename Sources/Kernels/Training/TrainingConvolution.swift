import CKernels

/// A convolution and its gradients for one geometry; dense layers are 1×1 convolutions over 1×1 images.
///
/// Blocks hold `batch` images; `scratch` needs `scratchCount` floats whose contents do not matter.
public final class TrainingConvolution: Sendable {
    private let kernels: TrainingKernels
    private let geometry: ConvolutionGeometry
    private let gather, backwardGather: GatherTable
    private let pairs: PairTable
    /// Floats of scratch memory that each call needs.
    public let scratchCount: Int

    /// Few input channels make short inner loops: such images are unfolded into rows of taps × channels first.
    private let unfolds: Bool

    /// A convolution of this geometry; tables of offsets are built once, here.
    public init(_ original: ConvolutionGeometry, kernels: TrainingKernels) {
        let geometry = original.isPointwise && !original.isDepthwise ? original.mergingImages : original
        self.kernels = kernels
        self.geometry = geometry
        let tileRows = kernels.tileRows
        unfolds = geometry.groups == 1 && geometry.taps > 1 && geometry.channels < 8
        let positions = geometry.outHeight * geometry.outWidth
        let unfoldedDepth = geometry.taps * geometry.channels
        if unfolds {
            gather = GatherTable(
                count: positions, depth: unfoldedDepth, width: geometry.outChannels, tileRows: tileRows)
            pairs = PairTable(count: positions, depth: unfoldedDepth, width: geometry.outChannels)
        } else {
            gather = geometry.forwardTable(tileRows: tileRows)
            pairs = geometry.pairTable()
        }
        backwardGather = geometry.backwardTable(tileRows: tileRows)
        let depth = geometry.channels / geometry.groups, width = geometry.outChannels / geometry.groups
        let packed = geometry.taps * max(depth * kernels.padded(width), kernels.padded(depth) * width)
        scratchCount =
            TrainingConvolution.zeroCount(geometry) + max(packed, geometry.taps * geometry.channels)
            + (unfolds ? positions * unfoldedDepth : 0) + 64
    }

    private static func zeroCount(_ geometry: ConvolutionGeometry) -> Int {
        max(geometry.channels, geometry.outChannels) + 64
    }

    /// Scratch cut into zeros, packed weights (or sums) and unfolded rows.
    private func cut(_ scratch: FloatBlock) -> (zeros: FloatBlock, packed: FloatBlock, rows: FloatBlock) {
        precondition(scratch.count >= scratchCount, "TrainingConvolution: scratch of \(scratch.count) floats")
        let zeroCount = TrainingConvolution.zeroCount(geometry)
        let rowCount =
            unfolds ? geometry.outHeight * geometry.outWidth * geometry.taps * geometry.channels : 0
        let zeros = scratch.part(0, zeroCount)
        zeros.fill(0)
        return (
            zeros, scratch.part(zeroCount, scratchCount - zeroCount - rowCount),
            scratch.part(scratchCount - rowCount, rowCount)
        )
    }

    private func check(input: FloatBlock, output: FloatBlock, weights: FloatBlock) {
        precondition(
            input.count == geometry.batch * geometry.inputCount
                && output.count == geometry.batch * geometry.outputCount
                && weights.count == geometry.outChannels * geometry.taps
                    * (geometry.channels / geometry.groups),
            "TrainingConvolution: blocks do not fit the geometry")
    }

    private var forwardImages: TrainImages {
        TrainImages(
            count: Int64(geometry.batch), input_stride: Int64(geometry.inputCount),
            output_stride: Int64(geometry.outputCount))
    }

    private var backwardImages: TrainImages {
        TrainImages(
            count: Int64(geometry.batch), input_stride: Int64(geometry.outputCount),
            output_stride: Int64(geometry.inputCount))
    }

    private var oneImage: TrainImages { TrainImages(count: 1, input_stride: 0, output_stride: 0) }
}

extension TrainingConvolution {
    /// y = x ∗ weights + bias.
    public func forward(
        _ x: FloatBlock, weights: FloatBlock, bias: FloatBlock?, into y: FloatBlock, scratch: FloatBlock
    ) {
        check(input: x, output: y, weights: weights)
        let (zeros, packed, rows) = cut(scratch)
        if geometry.isDepthwise {
            packDepthwise(weights, into: packed)
            gather.withTable { table in
                kernels.table.pointee.depthwise(
                    table, forwardImages, x.base, Int32(geometry.channels), packed.base, bias?.base,
                    zeros.base, 0,
                    y.base)
            }
        } else if unfolds {
            unfoldedForward(x, weights: weights, bias: bias, into: y, packed: packed, rows: rows)
        } else {
            groupedForward(x, weights: weights, bias: bias, into: y, packed: packed, zeros: zeros)
        }
    }

    private func groupedForward(
        _ x: FloatBlock, weights: FloatBlock, bias: FloatBlock?, into y: FloatBlock, packed: FloatBlock,
        zeros: FloatBlock
    ) {
        let (taps, depth, width) = (
            geometry.taps, geometry.channels / geometry.groups, geometry.outChannels / geometry.groups
        )
        for group in 0..<geometry.groups {
            kernels.table.pointee.pack(
                weights.base + group * width * taps * depth, Int32(taps), Int32(depth), Int32(width),
                Int64(depth), 1,
                Int64(taps * depth), packed.base)
            gather.withTable { table in
                kernels.table.pointee.gather_product(
                    table, forwardImages, x.base + group * depth, Int32(depth), packed.base, Int32(taps),
                    Int32(width), bias.map { $0.base + group * width }, zeros.base, 0, y.base + group * width)
            }
        }
    }

    private func unfoldedForward(
        _ x: FloatBlock, weights: FloatBlock, bias: FloatBlock?, into y: FloatBlock, packed: FloatBlock,
        rows: FloatBlock
    ) {
        let depth = geometry.taps * geometry.channels
        var window = geometry.window
        kernels.table.pointee.pack(
            weights.base, 1, Int32(depth), Int32(geometry.outChannels), 0, 1, Int64(depth), packed.base)
        gather.withTable { table in
            for image in 0..<geometry.batch {
                kernels.table.pointee.unfold(&window, x.base + image * geometry.inputCount, rows.base)
                kernels.table.pointee.gather_product(
                    table, oneImage, rows.base, Int32(depth), packed.base, 1, Int32(geometry.outChannels),
                    bias?.base,
                    rows.base, 0, y.base + image * geometry.outputCount)
            }
        }
    }

    /// dx (+)= the gradient with respect to x.
    public func backwardInput(
        _ dy: FloatBlock, weights: FloatBlock, into dx: FloatBlock, accumulating: Bool, scratch: FloatBlock
    ) {
        check(input: dx, output: dy, weights: weights)
        let (zeros, packed, _) = cut(scratch)
        if geometry.isDepthwise {
            packDepthwise(weights, into: packed)
            backwardGather.withTable { table in
                kernels.table.pointee.depthwise(
                    table, backwardImages, dy.base, Int32(geometry.channels), packed.base, nil, zeros.base,
                    accumulating ? 1 : 0, dx.base)
            }
            return
        }
        let (taps, depth, width) = (
            geometry.taps, geometry.channels / geometry.groups, geometry.outChannels / geometry.groups
        )
        for group in 0..<geometry.groups {
            kernels.table.pointee.pack(
                weights.base + group * width * taps * depth, Int32(taps), Int32(width), Int32(depth),
                Int64(depth),
                Int64(taps * depth), 1, packed.base)
            backwardGather.withTable { table in
                kernels.table.pointee.gather_product(
                    table, backwardImages, dy.base + group * width, Int32(width), packed.base, Int32(taps),
                    Int32(depth), nil, zeros.base, accumulating ? 1 : 0, dx.base + group * depth)
            }
        }
    }

    /// dw += the gradient with respect to the weights.
    public func backwardWeights(_ x: FloatBlock, _ dy: FloatBlock, into dw: FloatBlock, scratch: FloatBlock) {
        check(input: x, output: dy, weights: dw)
        let (_, sums, rows) = cut(scratch)
        sums.fill(0)
        let (taps, depth, width) = (
            geometry.taps, geometry.channels / geometry.groups, geometry.outChannels / geometry.groups
        )
        if geometry.isDepthwise {
            pairs.withTable { table in
                kernels.table.pointee.depthwise_outer(
                    table, forwardImages, x.base, Int32(geometry.channels), dy.base, sums.base)
            }
            for channel in 0..<geometry.channels {
                for tap in 0..<taps { dw[channel * taps + tap] += sums[tap * geometry.channels + channel] }
            }
        } else if unfolds {
            var window = geometry.window
            pairs.withTable { table in
                for image in 0..<geometry.batch {
                    kernels.table.pointee.unfold(&window, x.base + image * geometry.inputCount, rows.base)
                    kernels.table.pointee.outer_product(
                        table, oneImage, rows.base, Int32(taps * depth),
                        dy.base + image * geometry.outputCount,
                        Int32(width), sums.base)
                }
            }
            kernels.table.pointee.unpack_add(sums.base, 1, Int32(taps * depth), Int32(width), dw.base)
        } else {
            for group in 0..<geometry.groups {
                if group > 0 { sums.fill(0) }
                pairs.withTable { table in
                    kernels.table.pointee.outer_product(
                        table, forwardImages, x.base + group * depth, Int32(depth), dy.base + group * width,
                        Int32(width), sums.base)
                }
                kernels.table.pointee.unpack_add(
                    sums.base, Int32(taps), Int32(depth), Int32(width), dw.base + group * width * taps * depth
                )
            }
        }
    }

    private func packDepthwise(_ weights: FloatBlock, into packed: FloatBlock) {
        let (taps, channels) = (geometry.taps, geometry.channels)
        for channel in 0..<channels {
            for tap in 0..<taps { packed[tap * channels + channel] = weights[channel * taps + tap] }
        }
    }
}
