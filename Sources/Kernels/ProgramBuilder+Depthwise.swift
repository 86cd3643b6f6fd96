import CKernels

extension ProgramBuilder {
    /// Whether the depthwise kernels take the layer; others run as grouped convolutions.
    func runsDepthwise(_ shape: WindowShape) -> Bool {
        shape.isDepthwise && shape.kernelHeight <= SK_MAX_KERNEL
            && shape.kernelHeight * shape.kernelWidth <= SK_MAX_TAPS
    }

    mutating func depthwise(
        _ x: Buffer, _ shape: WindowShape, weights: [Float], bias: [Float], clamp: ClosedRange<Float>,
        into y: Buffer
    ) {
        let width = Int(table.depthwise_f32_width)
        var parameters = sk_depthwise(shape)
        parameters.weights = UnsafeRawPointer(pool.store(shape.depthwisePacked(weights, width: width)))
        parameters.bias = UnsafeRawPointer(pool.store(shape.padded(bias, to: width)))
        parameters.lower = clamp.lowerBound
        parameters.upper = clamp.upperBound
        let needsRing = !shape.isNarrow
        if !needsRing { parameters.ring_rows = 0 }
        let scratch = needsRing ? ring(of: shape, rows: shape.ringRows, elementBytes: 4, width: width) : nil
        emit(
            "depthwise", table.depthwise_f32, a: x, y: y, scratch: scratch, parameters, work: shape.work,
            pace: .depthwiseFloats, rows: RowGeometry(.depthwise, shape, inputBytes: 4, outputBytes: 4))
    }

    mutating func depthwise(
        _ x: Buffer, zeroPoint: Int32, _ shape: WindowShape, weights: [Int8], bias: [Int32],
        epilogue: IntegerEpilogue, into y: Buffer
    ) {
        let width = Int(table.depthwise_s8_width)
        var parameters = sk_depthwise(shape), ringRows = shape.ringRows
        if table.depthwise_s8_rows == 4 {
            let quads = RowQuads(shape)
            ringRows = quads.ringRows
            parameters.apply(quads)
            let corrected = corrected(bias, shape, weights, by: zeroPoint &+ table.s8_shift)
            parameters.weights = UnsafeRawPointer(pool.store(quads.packed(weights)))
            parameters.bias = UnsafeRawPointer(pool.store(quads.ordered(corrected)))
            parameters.scale = UnsafePointer(pool.store(quads.ordered(epilogue.factors)))
        } else {
            let packed = shape.depthwisePairs(weights.map(Int16.init), width: width)
            parameters.weights = UnsafeRawPointer(pool.store(packed))
            parameters.bias = UnsafeRawPointer(pool.store(shape.depthwiseInterleaved(bias, width: width)))
            parameters.scale = UnsafePointer(
                pool.store(shape.depthwiseInterleaved(epilogue.factors, width: width)))
        }
        parameters.lower = epilogue.lower
        parameters.upper = epilogue.upper
        parameters.zero_point = epilogue.zeroPoint
        parameters.has_small_scales = epilogue.hasSmallFactors
        parameters.x_zero = zeroPoint
        let scratch = ring(of: shape, rows: ringRows, elementBytes: 2, width: width)
        emit(
            "depthwise_int8", table.depthwise_s8, a: x, y: y, scratch: scratch, parameters,
            work: shape.work, pace: .depthwiseIntegers,
            rows: RowGeometry(.depthwise, shape, inputBytes: 1, outputBytes: 1))
    }

    /// Scratch for the padded input rows under one window, a piece for each thread; the reference needs none.
    private mutating func ring(of shape: WindowShape, rows: Int, elementBytes: Int, width: Int) -> Buffer? {
        guard width > 0 else { return nil }
        // Blocks of channels may read beyond the last channel of the last pixel.
        let bytes = rows * shape.ringStride * elementBytes * Int(SK_MAX_PARTS) + 2 * width * elementBytes
        return buffer(bytes: bytes)
    }
}

extension WindowShape {
    fileprivate var taps: Int { kernelHeight * kernelWidth }
    /// Whether float32 vector kernels read the image itself, without a ring of padded rows.
    fileprivate var isNarrow: Bool {
        let end = (outputWidth - 1) * strideX + 3 - left
        return kernelWidth == 3 && dilationX == 1 && strideX <= 2 && left <= 1 && end <= inputWidth + 1
    }
    fileprivate var ringRows: Int { (kernelHeight - 1) * dilationY + 1 }
    var ringStride: Int { paddedWidth * inputChannels }

    /// [channels, taps] as [taps, channels], or in blocks of `width` channels: [block, taps, width].
    fileprivate func depthwisePacked<Element: AdditiveArithmetic>(_ weights: [Element], width: Int)
        -> [Element]
    {
        let width = width == 0 ? outputChannels : width, blocks = (outputChannels + width - 1) / max(width, 1)
        var packed = [Element](repeating: .zero, count: blocks * taps * width)
        for channel in 0..<outputChannels {
            let (block, lane) = channel.quotientAndRemainder(dividingBy: width)
            for tap in 0..<taps {
                packed[(block * taps + tap) * width + lane] = weights[channel * taps + tap]
            }
        }
        return packed
    }

    /// [channels, taps] as [block][pair of taps][half][width/2 channels][tap of the pair].
    ///
    /// The first half holds channels 0–3 of every eight, the second 4–7: the order in which vector instructions interleave.
    /// Pairs are those of `sk_paired_place`.
    fileprivate func depthwisePairs(_ weights: [Int16], width: Int) -> [Int16] {
        guard width > 0 else { return depthwisePacked(weights, width: 0) }
        let pairs = (taps + 1) / 2, blocks = (outputChannels + width - 1) / width, places = pairedPlaces
        var packed = [Int16](repeating: 0, count: blocks * pairs * width * 2)
        for channel in 0..<outputChannels {
            let (block, lane) = channel.quotientAndRemainder(dividingBy: width)
            for (tap, place) in places.enumerated() {
                let base = (block * pairs + place / 2) * width * 2
                packed[base + interleaved(lane, width: width) * 2 + place % 2] = weights[channel * taps + tap]
            }
        }
        return packed
    }

    /// For each tap, row by row, its place in the order of pairs.
    private var pairedPlaces: [Int] {
        (0..<taps).map { tap in
            let (y, x) = tap.quotientAndRemainder(dividingBy: kernelWidth)
            return Int(sk_paired_place(Int32(y), Int32(x), Int32(kernelHeight), Int32(kernelWidth)))
        }
    }

    /// One number a channel in the order of the interleaved sums.
    fileprivate func depthwiseInterleaved<Element: AdditiveArithmetic>(_ values: [Element], width: Int)
        -> [Element]
    {
        let plain = padded(values, to: width)
        guard width > 0 else { return plain }
        var moved = plain
        for channel in plain.indices {
            let (block, lane) = channel.quotientAndRemainder(dividingBy: width)
            moved[block * width + interleaved(lane, width: width)] = plain[channel]
        }
        return moved
    }

    private func interleaved(_ lane: Int, width: Int) -> Int {
        let (eight, place) = lane.quotientAndRemainder(dividingBy: 8)
        return place / 4 * width / 2 + eight * 4 + place % 4
    }

    /// One number a channel, zeros up to whole blocks.
    fileprivate func padded<Element: AdditiveArithmetic>(_ values: [Element], to width: Int) -> [Element] {
        let width = max(width, 1), count = (outputChannels + width - 1) / width * width
        let own = values.isEmpty ? [Element](repeating: .zero, count: outputChannels) : values
        return own + [Element](repeating: .zero, count: count - own.count)
    }
}

extension sk_depthwise {
    fileprivate init(_ shape: WindowShape) {
        self.init()
        images = Int32(shape.images)
        in_height = Int32(shape.inputHeight)
        in_width = Int32(shape.inputWidth)
        out_height = Int32(shape.outputHeight)
        out_width = Int32(shape.outputWidth)
        channels = Int32(shape.outputChannels)
        kernel_height = Int32(shape.kernelHeight)
        kernel_width = Int32(shape.kernelWidth)
        stride_y = Int32(shape.strideY)
        stride_x = Int32(shape.strideX)
        dilation_y = Int32(shape.dilationY)
        dilation_x = Int32(shape.dilationX)
        top = Int32(shape.top)
        left = Int32(shape.left)
        ring_rows = Int32(clamping: shape.ringRows)
        ring_stride = Int64(shape.ringStride)
        ring_size = Int64(shape.ringRows * shape.ringStride)
    }
}
