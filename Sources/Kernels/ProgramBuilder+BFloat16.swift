import CKernels

extension KernelSet {
    /// Whether this set has instructions for products of bfloat16 numbers (and the reference imitates them); elsewhere
    /// such weights are widened, and float32 kernels do the work.
    var multipliesBFloat16: Bool { sk_bf16_for(table) != nil }

    /// The set's name and what else results depend on: `avx512vnni+bf16` where bfloat16 numbers are multiplied as such.
    public var arithmetic: String { self != .scalar && multipliesBFloat16 ? "\(name)+bf16" : name }
}

extension ProgramBuilder {
    /// y = clamp(x ∗ weights + bias + residual) with x and weights rounded to bfloat16, sums in float32.
    ///
    /// Rounding is to nearest, ties to even. Precondition: `kernels.multipliesBFloat16`.
    ///
    /// - Parameters:
    ///   - x: float32.
    ///   - shape: of one group.
    ///   - weights: [outputs, kernelHeight, kernelWidth, inputs].
    ///   - bias: one an output, or empty.
    ///   - residual: float32, laid out as y.
    mutating func bfloat16Convolution(
        _ x: Buffer, _ shape: WindowShape, weights: [Float], bias: [Float], residual: Buffer? = nil,
        clamp: ClosedRange<Float> = -.infinity ... .infinity, into y: Buffer
    ) {
        guard let set = sk_bf16_for(kernels.table)?.pointee else {
            preconditionFailure("bfloat16: this kernel set has no such products")
        }
        precondition(
            shape.isValid && shape.groups == 1 && shape.fitsPairs, "bfloat16: windows leave the input")
        require(x, holds: shape.inputCount, of: 4, in: "bfloat16")
        require(y, holds: shape.outputCount, of: 4, in: "bfloat16")
        if let residual { require(residual, holds: shape.outputCount, of: 4, in: "bfloat16") }
        precondition(weights.count == shape.weightCount, "bfloat16: \(weights.count) weights")
        precondition(bias.isEmpty || bias.count == shape.outputChannels, "bfloat16: one bias an output")
        let width = Int(set.width), padded = (shape.outputChannels + width - 1) / width * width
        let packed = shape.packedPairs(weights, width: width)
        var parameters = convolution(shape, pixel: shape.evenChannels)
        parameters.weights = UnsafeRawPointer(pool.store(packed.map { $0.bfloat16Bits }))
        parameters.bias = UnsafeRawPointer(
            pool.store(bias + [Float](repeating: 0, count: padded - bias.count)))
        parameters.lower = clamp.lowerBound
        parameters.upper = clamp.upperBound
        parameters.has_residual = residual != nil
        emit(
            "convolution_bfloat16", set.convolution, a: rounded(x, shape, by: set), b: residual, y: y,
            parameters, work: shape.work, pace: .floats)
    }

    /// The input rounded to bfloat16, with its border.
    private mutating func rounded(_ x: Buffer, _ shape: WindowShape, by set: sk_bf16_kernels) -> Buffer {
        let pixels = shape.images * shape.paddedHeight * shape.paddedWidth
        let rounded = buffer(bytes: pixels * shape.evenChannels * 2)
        let parameters = sk_bf16_border(
            images: Int32(shape.images), height: Int32(shape.inputHeight), width: Int32(shape.inputWidth),
            channels: Int32(shape.inputChannels), top: Int32(shape.top), bottom: Int32(shape.bottom),
            left: Int32(shape.left), right: Int32(shape.right), pixel_step: Int32(shape.evenChannels))
        emit("round_bfloat16", set.border, a: x, y: rounded, parameters, work: Double(shape.inputCount))
        return rounded
    }
}

extension WindowShape {
    /// Whether the input, with its border and an even number of channels, can be addressed by 32 bits.
    var fitsPairs: Bool {
        Double(images * paddedHeight) * Double(paddedWidth) * Double(evenChannels) < 0x1p31
    }

    /// Input channels with a zero after an odd number of them, so that products come in pairs.
    fileprivate var evenChannels: Int { (inputChannels + 1) / 2 * 2 }

    /// [block of `width` outputs][kernel row, kernel column, channel / 2][width][2].
    fileprivate func packedPairs(_ weights: [Float], width: Int) -> [Float] {
        let taps = kernelHeight * kernelWidth, channels = evenChannels
        let blocks = (outputChannels + width - 1) / width
        var packed = [Float](repeating: 0, count: blocks * taps * channels * width)
        for output in 0..<outputChannels {
            let (block, lane) = output.quotientAndRemainder(dividingBy: width)
            for tap in 0..<taps {
                let base = (block * taps + tap) * channels * width + lane * 2
                for k in 0..<inputChannels {
                    packed[base + k / 2 * width * 2 + k % 2] =
                        weights[(output * taps + tap) * inputChannels + k]
                }
            }
        }
        return packed
    }
}

extension Float {
    /// The upper sixteen bits of a number whose others are zero, as those of a bfloat16 weight are.
    fileprivate var bfloat16Bits: UInt16 { UInt16(truncatingIfNeeded: bitPattern >> 16) }
}
