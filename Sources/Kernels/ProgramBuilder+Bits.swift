import CKernels

extension KernelSet {
    /// The kernels of binary layers that go with this set.
    var bits: sk_bit_kernels { sk_bits_for(table).pointee }

    /// How this set counts bits: `scalar`, `avx2`, `avx512bw`, `avx512vpopcntdq` or `neon`.
    public var bitKernelsName: String { String(cString: bits.name) }
}

extension ProgramBuilder {
    /// y = clamp((binary x ∗ binary weights) · scales + bias + residual): a binary layer on float32 in memory.
    ///
    /// A number becomes −1 below zero, else +1; padding is 0 and adds nothing. Sums are exact integers.
    ///
    /// - Parameters:
    ///   - shape: of one group.
    ///   - weights: [outputs, kernelHeight, kernelWidth, inputs], rounded to ±1 likewise.
    ///   - scales: one an output.
    ///   - bias: one an output, or empty.
    ///   - residual: laid out as y.
    public mutating func binaryConvolution(
        _ x: Buffer, _ shape: WindowShape, weights: [Float], scales: [Float], bias: [Float],
        residual: Buffer? = nil, clamp: ClosedRange<Float> = -.infinity ... .infinity, into y: Buffer
    ) {
        precondition(
            shape.isValid && shape.groups == 1 && shape.fitsBitCounts, "binary: not a binary layer")
        require(x, holds: shape.inputCount, of: 4, in: "binary")
        require(y, holds: shape.outputCount, of: 4, in: "binary")
        if let residual { require(residual, holds: shape.outputCount, of: 4, in: "binary") }
        precondition(weights.count == shape.weightCount, "binary: \(weights.count) weights")
        precondition(scales.count == shape.outputChannels, "binary: one scale an output")
        let set = kernels.bits, width = Int(set.width)
        let rows = PaddingKinds(
            outputs: shape.outputHeight, stride: shape.strideY, dilation: shape.dilationY,
            kernel: shape.kernelHeight, before: shape.top, input: shape.inputHeight)
        let columns = PaddingKinds(
            outputs: shape.outputWidth, stride: shape.strideX, dilation: shape.dilationX,
            kernel: shape.kernelWidth, before: shape.left, input: shape.inputWidth)
        var parameters = sk_bit_convolution()
        parameters.windows = windows(of: shape, pixel: shape.bytesPerPixel(unit: Int(set.unit)))
        parameters.outputs = Int32(shape.outputChannels)
        let packing = BitPacking(set, parameters.windows)
        parameters.weights = UnsafeRawPointer(pool.store(shape.packedBits(weights, packing)))
        parameters.start = UnsafePointer(pool.store(shape.agreeingSums(weights, rows, columns, width: width)))
        parameters.row_kind = UnsafePointer(pool.store(rows.kindOfOutput))
        parameters.column_kind = UnsafePointer(pool.store(columns.kindOfOutput))
        parameters.column_kinds = Int32(columns.kinds.count)
        parameters.scale = UnsafePointer(pool.store(shape.padded(scales, toMultipleOf: width)))
        parameters.bias = UnsafePointer(pool.store(shape.padded(bias, toMultipleOf: width)))
        parameters.lower = clamp.lowerBound
        parameters.upper = clamp.upperBound
        parameters.has_residual = residual != nil
        var scratch: Buffer?
        if set.looks_up {
            parameters.look_ups = Int32(packing.lookUps)
            parameters.scratch_size = Int64(SK_BIT_PAIRS) * Int64(packing.lookUps) + Int64(SK_BIT_SLACK)
            scratch = buffer(bytes: Int(parameters.scratch_size) * Int(SK_MAX_PARTS))
        }
        // Products of bits in the time of one of bytes, about; fewer where VNNI makes the latter.
        let perByte: Double = table.s8_shift == 0 ? 5 : 2
        emit(
            "convolution_binary", set.convolution, a: bits(of: x, shape), b: residual, y: y,
            scratch: scratch, parameters, work: shape.work / perByte, pace: .integers)
    }

    /// The input rounded to bits, with its border.
    private mutating func bits(of x: Buffer, _ shape: WindowShape) -> Buffer {
        let pixels = shape.images * shape.paddedHeight * shape.paddedWidth
        let bytes = shape.bytesPerPixel(unit: Int(kernels.bits.unit)), packed = buffer(bytes: pixels * bytes)
        let parameters = sk_signs(
            images: Int32(shape.images), height: Int32(shape.inputHeight), width: Int32(shape.inputWidth),
            channels: Int32(shape.inputChannels), top: Int32(shape.top), bottom: Int32(shape.bottom),
            left: Int32(shape.left), right: Int32(shape.right), bytes: Int32(bytes))
        emit("signs", kernels.bits.signs, a: x, y: packed, parameters, work: Double(shape.inputCount) / 4)
        return packed
    }
}

/// Where the kernels of a set look for a bit of the weights.
private struct BitPacking {
    let width, unit, windowBytes, tapBytes: Int
    let looksUp: Bool

    init(_ kernels: sk_bit_kernels, _ windows: sk_windows) {
        width = Int(kernels.width)
        unit = Int(kernels.unit)
        tapBytes = Int(windows.depth)
        windowBytes = Int(windows.taps) * tapBytes
        looksUp = kernels.looks_up
    }

    /// Halves of bytes in a window, and zeros up to a whole number of groups.
    var lookUps: Int {
        let group = Int(SK_BIT_LOOK_UPS)
        return (2 * windowBytes + group - 1) / group * group
    }

    /// Bytes of a block of `width` outputs.
    var blockBytes: Int { (looksUp ? lookUps : windowBytes) * width }

    /// Where the bit of an output's byte lies, counted in windows without gaps.
    func place(output: Int, byte: Int, bit: Int) -> (byte: Int, bit: Int) {
        let (block, lane) = output.quotientAndRemainder(dividingBy: width)
        guard looksUp else {
            let place = (byte / unit * width + lane) * unit + byte % unit
            return (block * blockBytes + place, bit)
        }
        let (tap, k) = byte.quotientAndRemainder(dividingBy: tapBytes)
        let lookUp = (2 * tap + bit / 4) * tapBytes + k
        let half = width / 2, place = lane < half ? 2 * lane : 2 * (lane - half) + 1
        return (block * blockBytes + lookUp * width + place, bit % 4)
    }
}

/// Outputs along one axis, sorted by which taps of their windows meet padding.
struct PaddingKinds {
    /// For each kind, for each tap whether it lies inside the input.
    private(set) var kinds: [[Bool]] = []
    private(set) var kindOfOutput: [Int32] = []

    init(outputs: Int, stride: Int, dilation: Int, kernel: Int, before: Int, input: Int) {
        for output in 0..<outputs {
            let isInside = (0..<kernel).map { tap in
                let position = output * stride + tap * dilation - before
                return position >= 0 && position < input
            }
            if let known = kinds.firstIndex(of: isInside) {
                kindOfOutput.append(Int32(known))
            } else {
                kindOfOutput.append(Int32(kinds.count))
                kinds.append(isInside)
            }
        }
    }
}

extension WindowShape {
    /// Whether twice the length of a sum fits an int32.
    public var fitsBitCounts: Bool {
        Double(kernelHeight) * Double(kernelWidth) * Double(groupInputs) < 0x1p29
    }

    fileprivate func bytesPerPixel(unit: Int) -> Int { (inputChannels + 8 * unit - 1) / (8 * unit) * unit }

    /// One number an output (0 where there is none), as many as whole blocks have.
    fileprivate func padded(_ values: [Float], toMultipleOf width: Int) -> [Float] {
        precondition(values.isEmpty || values.count == outputChannels, "binary: one bias an output")
        let count = (outputChannels + width - 1) / width * width
        return values + [Float](repeating: 0, count: count - values.count)
    }

    /// Weights as bits (set: not below zero), packed for the kernels.
    fileprivate func packedBits(_ weights: [Float], _ packing: BitPacking) -> [UInt8] {
        let taps = kernelHeight * kernelWidth, tapBytes = packing.windowBytes / taps
        let blocks = (outputChannels + packing.width - 1) / packing.width
        var packed = [UInt8](repeating: 0, count: blocks * packing.blockBytes)
        for output in 0..<outputChannels {
            for tap in 0..<taps {
                for k in 0..<inputChannels where !(weights[(output * taps + tap) * inputChannels + k] < 0) {
                    let place = packing.place(output: output, byte: tap * tapBytes + k / 8, bit: k % 8)
                    packed[place.byte] |= 1 << place.bit
                }
            }
        }
        return packed
    }

    /// The sum of a window whose bits all agree with the weights', for each kind of row and column and each output.
    ///
    /// Clear bits of the padding count as −1 there; adding the weights under them makes them 0.
    fileprivate func agreeingSums(
        _ weights: [Float], _ rows: PaddingKinds, _ columns: PaddingKinds, width: Int
    ) -> [Int32] {
        let taps = kernelHeight * kernelWidth, padded = (outputChannels + width - 1) / width * width
        let sums = (0..<outputChannels * taps).map { index in
            weights[index * inputChannels..<(index + 1) * inputChannels].reduce(Int32(0)) {
                $1 < 0 ? $0 - 1 : $0 + 1
            }
        }
        var starts: [Int32] = []
        starts.reserveCapacity(rows.kinds.count * columns.kinds.count * padded)
        for row in rows.kinds {
            for column in columns.kinds {
                let outside = (0..<taps).filter { !(row[$0 / kernelWidth] && column[$0 % kernelWidth]) }
                for output in 0..<padded {
                    guard output < outputChannels else {
                        starts.append(0)
                        continue
                    }
                    starts.append(
                        outside.reduce(Int32(taps * inputChannels)) { $0 + sums[output * taps + $1] })
                }
            }
        }
        return starts
    }
}
