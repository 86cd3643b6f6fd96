import CKernels

/// What a convolution does with its int8 sums besides rescaling them.
public struct IntegerEpilogue: Sendable {
    /// One factor an output channel: scale of input · scale of weights / scale of result.
    public var factors: [Float]
    /// Zero point of the result.
    public var zeroPoint: Int32
    /// Bounds of the result in units of its scale, zero point not added: from −128 − z to 127 − z, or tighter.
    public var lower, upper: Float
    /// A value to add; nil for none.
    public var residual: Residual?

    /// A second int8 value added to the rounded result, as a separate addition would.
    public struct Residual: Sendable {
        /// Scale of the convolution's result / scale of the sum, and that of the other operand / scale of the sum.
        public var ownFactor, factor: Float
        public var zeroPoint, sumZeroPoint: Int32
        public var lower, upper: Float
        /// A residual; factors and bounds are in units of the sum's scale.
        public init(
            ownFactor: Float, factor: Float, zeroPoint: Int32, sumZeroPoint: Int32, lower: Float, upper: Float
        ) {
            self.ownFactor = ownFactor
            self.factor = factor
            self.zeroPoint = zeroPoint
            self.sumZeroPoint = sumZeroPoint
            self.lower = lower
            self.upper = upper
        }
    }

    /// Whether no int32 sum times its factor leaves int32, nor the sum with a residual.
    var hasSmallFactors: Bool {
        let isResidualSmall = residual.map { max(abs($0.ownFactor), abs($0.factor)) <= 0x1p20 } ?? true
        return isResidualSmall && factors.allSatisfy { abs($0) <= 0.5 }
    }

    /// Factors for each output channel and the bounds of the result, in units of its scale.
    public init(factors: [Float], zeroPoint: Int32, lower: Float, upper: Float, residual: Residual? = nil) {
        self.factors = factors
        self.zeroPoint = zeroPoint
        self.lower = lower
        self.upper = upper
        self.residual = residual
    }
}

extension ProgramBuilder {
    /// y = clamp(x ∗ weights + bias + residual), float32.
    ///
    /// - Parameters:
    ///   - weights: [outputs, kernelHeight, kernelWidth, inputs / groups].
    ///   - bias: one an output, or empty.
    ///   - residual: laid out as y.
    public mutating func convolution(
        _ x: Buffer, _ shape: WindowShape, weights: [Float], bias: [Float], residual: Buffer? = nil,
        clamp: ClosedRange<Float> = -.infinity ... .infinity, into y: Buffer
    ) {
        precondition(shape.isValid, "convolution: windows leave the input")
        require(x, holds: shape.inputCount, of: 4, in: "convolution")
        require(y, holds: shape.outputCount, of: 4, in: "convolution")
        if let residual { require(residual, holds: shape.outputCount, of: 4, in: "convolution") }
        precondition(weights.count == shape.weightCount, "convolution: \(weights.count) weights")
        if runsDepthwise(shape), residual == nil {
            return depthwise(x, shape, weights: weights, bias: bias, clamp: clamp, into: y)
        }
        if runsWinograd(shape) {
            return winograd(x, shape, weights: weights, bias: bias, residual: residual, clamp: clamp, into: y)
        }
        let source = shape.isPadded ? border(x, shape) : x
        let width = Int(table.f32_width)
        let packed = pool.store(
            shape.packed(weights, width: width, group: 1, halfGroup: 1, pairsQuarters: table.f32_pairs) { $0 }
        )
        var parameters = convolution(shape, pixel: shape.inputChannels)
        parameters.weights = UnsafeRawPointer(packed)
        parameters.bias = UnsafeRawPointer(pool.store(shape.blocked(bias, width: width)))
        parameters.lower = clamp.lowerBound
        parameters.upper = clamp.upperBound
        parameters.has_residual = residual != nil
        emit(
            "convolution", table.convolution_f32, a: source, b: residual, y: y, parameters, work: shape.work,
            pace: .floats, rows: RowGeometry(.convolution, shape, inputBytes: 4, outputBytes: 4),
            reach: table.convolution_f32_reach)
    }

    /// y = saturate(round((x − zero) ∗ weights + bias) · factors) + zero point), int8; see `IntegerEpilogue`.
    public mutating func convolution(
        _ x: Buffer, zeroPoint: Int32, _ shape: WindowShape, weights: [Int8], bias: [Int32],
        residual: Buffer? = nil,
        epilogue: IntegerEpilogue, into y: Buffer
    ) {
        precondition(shape.isValid, "convolution: windows leave the input")
        require(x, holds: shape.inputCount, of: 1, in: "convolution")
        require(y, holds: shape.outputCount, of: 1, in: "convolution")
        if let residual { require(residual, holds: shape.outputCount, of: 1, in: "convolution") }
        precondition(weights.count == shape.weightCount, "convolution: \(weights.count) weights")
        precondition(epilogue.factors.count == shape.outputChannels, "convolution: one factor an output")
        precondition(
            (residual != nil) == (epilogue.residual != nil), "convolution: residual without its scales")
        if runsDepthwise(shape), residual == nil {
            return depthwise(
                x, zeroPoint: zeroPoint, shape, weights: weights, bias: bias, epilogue: epilogue, into: y)
        }
        if runsWinograd(shape, isInteger: true) {
            return winograd(
                x, zeroPoint: zeroPoint, shape, weights: weights, bias: bias, residual: residual,
                epilogue: epilogue, into: y)
        }
        let source = integerInput(x, zeroPoint: zeroPoint, shape)
        let width = Int(table.s8_width)
        var parameters = convolution(shape, pixel: shape.inputChannels)
        var scratch: Buffer?
        if raisesTileByTile(shape) {
            parameters.scratch_size = Int64(SK_RAISED_PIXELS) * Int64(shape.inputChannels) + 64
            scratch = buffer(bytes: Int(parameters.scratch_size) * Int(SK_MAX_PARTS))
        }
        parameters.weights =
            table.s8_widens ? stored(weights, shape, as: Int16.init) : stored(weights, shape) { $0 }
        let corrected =
            table.s8_widens ? bias : corrected(bias, shape, weights, by: zeroPoint &+ table.s8_shift)
        parameters.bias = UnsafeRawPointer(pool.store(shape.blocked(corrected, width: width)))
        parameters.scale = UnsafePointer(pool.store(shape.blocked(epilogue.factors, width: width)))
        parameters.apply(epilogue)
        emit(
            "convolution_int8", table.convolution_s8, a: source, b: residual, y: y, scratch: scratch,
            parameters, work: shape.work, pace: .integers,
            rows: RowGeometry(
                .convolution, shape, inputBytes: table.s8_widens ? 2 : 1, outputBytes: 1),
            reach: table.convolution_s8_reach)
    }

    /// Integer weights as this kernel set's int8 convolution reads them.
    private func stored<Stored: AdditiveArithmetic & BitwiseCopyable>(
        _ weights: [Int8], _ shape: WindowShape, as convert: @escaping (Int8) -> Stored
    ) -> UnsafeRawPointer {
        UnsafeRawPointer(
            pool.store(
                shape.packed(
                    weights, width: Int(table.s8_width), group: Int(table.s8_group),
                    halfGroup: Int(table.s8_half_group), convert: convert)))
    }

    /// Whether a set that adds something to its int8 inputs does so as it reads them, since windows are single pixels.
    private func raisesTileByTile(_ shape: WindowShape) -> Bool {
        let isSinglePixel = (shape.kernelHeight, shape.kernelWidth, shape.groups) == (1, 1, 1)
        return table.s8_shift != 0 && isSinglePixel && !shape.isPadded
    }

    /// The input as this kernel set's int8 convolution reads it: widened, raised or raw, with its border.
    mutating func integerInput(_ x: Buffer, zeroPoint: Int32, _ shape: WindowShape) -> Buffer {
        let isCopied = table.s8_widens || shape.isPadded || table.s8_shift != 0 && !raisesTileByTile(shape)
        guard isCopied else { return x }
        let bordered = buffer(
            bytes: shape.images * shape.paddedHeight * shape.paddedWidth * shape.inputChannels
                * (table.s8_widens ? 2 : 1))
        var parameters = sk_border(shape)
        parameters.fill = table.s8_widens ? 0 : zeroPoint
        parameters.subtract = zeroPoint
        emit(
            "border", table.s8_widens ? table.border_s16 : table.border_s8, a: x, y: bordered, parameters,
            work: Double(shape.inputCount),
            border: BorderBytes(shape, read: 1, written: table.s8_widens ? 2 : 1))
        return bordered
    }

    mutating func border(_ x: Buffer, _ shape: WindowShape) -> Buffer {
        let bordered = buffer(
            bytes: shape.images * shape.paddedHeight * shape.paddedWidth * shape.inputChannels * 4)
        emit(
            "border", table.border_f32, a: x, y: bordered, sk_border(shape), work: Double(shape.inputCount),
            border: BorderBytes(shape, read: 4, written: 4))
        return bordered
    }

    /// bias − offset · Σ weights: takes back what a constant added to every input contributes.
    func corrected(_ bias: [Int32], _ shape: WindowShape, _ weights: [Int8], by offset: Int32)
        -> [Int32]
    {
        let perOutput = shape.kernelHeight * shape.kernelWidth * shape.groupInputs
        return (0..<shape.outputChannels).map { output in
            let sum = weights[output * perOutput..<(output + 1) * perOutput].reduce(Int32(0)) {
                $0 &+ Int32($1)
            }
            return (bias.isEmpty ? 0 : bias[output]) &- offset &* sum
        }
    }
}

extension WindowShape {
    var weightCount: Int { outputChannels * kernelHeight * kernelWidth * groupInputs }

    /// Weights in the order the kernels read them: [group][block of `width` outputs][tap][depth / group][width][group].
    ///
    /// The last block of a group is half as wide where that holds its outputs, and keeps `halfGroup` elements together where
    /// the depth is a multiple of that; where a group has at most a quarter of the width, it may keep two together and leave
    /// half of its place empty. `convert` gives the stored element. Written in order: going output by output would touch every cache
    /// line once for each of a block's outputs.
    func packed<Element, Stored: AdditiveArithmetic>(
        _ weights: [Element], width: Int, group: Int, halfGroup: Int, pairsQuarters: Bool = false,
        convert: @escaping (Element) -> Stored
    ) -> [Stored] {
        let runs = WindowRuns(self, pixel: inputChannels), taps = runs.offsets.count, depth = runs.depth
        let packedOutputs = packedOutputs(width: width), isPaired = pairsQuarters && groupOutputs <= width / 4
        let count = groups * packedOutputs * taps * ((depth + group - 1) / group) * group
        return [Stored](unsafeUninitializedCapacity: count) { packed, initialized in
            var writer = WeightWriter(
                weights: weights, taps: taps, depth: depth, convert: convert, packed: packed)
            for first in blockStarts(of: packedOutputs, width: width) {
                let own = min(width, packedOutputs - first.output)
                let lanes = isPaired && depth.isMultiple(of: 2) ? width / 4 : own
                let together =
                    lanes < own ? 2 : own < width && depth.isMultiple(of: halfGroup) ? halfGroup : group
                writer.writeBlock(
                    first: first.group * groupOutputs + first.output,
                    real: min(own, groupOutputs - first.output), lanes: lanes, group: together)
                writer.writeZeros((own - lanes) * taps * depth)
            }
            precondition(writer.place == count, "packed: \(writer.place) places of \(count)")
            initialized = writer.place
        }
    }

    /// Where the blocks of every group begin.
    private func blockStarts(of packedOutputs: Int, width: Int) -> [(group: Int, output: Int)] {
        (0..<groups).flatMap { group in
            stride(from: 0, to: packedOutputs, by: width).map { (group, $0) }
        }
    }

    /// Outputs that a group's packed weights hold: whole blocks, and a last one of half the width where that is enough.
    private func packedOutputs(width: Int) -> Int {
        let (blocks, rest) = groupOutputs.quotientAndRemainder(dividingBy: width)
        return blocks * width + (rest == 0 ? 0 : rest <= width / 2 ? width / 2 : width)
    }

    /// One number an output, every group padded to whole blocks.
    func blocked<Element: AdditiveArithmetic>(_ values: [Element], width: Int) -> [Element] {
        let blocks = (groupOutputs + width - 1) / width
        var blocked = [Element](repeating: .zero, count: groups * blocks * width)
        guard !values.isEmpty else { return blocked }
        precondition(values.count == outputChannels, "convolution: one bias an output")
        for output in 0..<outputChannels {
            let (g, inGroup) = output.quotientAndRemainder(dividingBy: groupOutputs)
            blocked[g * blocks * width + inGroup] = values[output]
        }
        return blocked
    }
}

/// Writes weights one after another in the order a kernel reads them.
private struct WeightWriter<Element, Stored: AdditiveArithmetic> {
    /// [outputs, taps, depth].
    let weights: [Element]
    let taps, depth: Int
    let convert: (Element) -> Stored
    // SAFETY: the caller's memory holds every place that is written, and outlives the writer.
    let packed: UnsafeMutableBufferPointer<Stored>
    /// How many are written.
    private(set) var place = 0

    init(
        weights: [Element], taps: Int, depth: Int, convert: @escaping (Element) -> Stored,
        packed: UnsafeMutableBufferPointer<Stored>
    ) {
        self.weights = weights
        self.taps = taps
        self.depth = depth
        self.convert = convert
        self.packed = packed
    }

    /// Outputs from `first` on, `real` of which exist, in `lanes` places.
    mutating func writeBlock(first: Int, real: Int, lanes: Int, group: Int) {
        for tap in 0..<taps {
            for begin in stride(from: 0, to: depth, by: group) {
                let source = (first * taps + tap) * depth + begin, kept = min(group, depth - begin)
                for lane in 0..<real { write(from: source + lane * taps * depth, kept, of: group) }
                writeZeros((lanes - real) * group)
            }
        }
    }

    mutating func writeZeros(_ count: Int) {
        for _ in 0..<count { write(.zero) }
    }

    /// `kept` neighbouring weights, and zeros up to `group`.
    private mutating func write(from source: Int, _ kept: Int, of group: Int) {
        for k in 0..<kept { write(convert(weights[source + k])) }
        writeZeros(group - kept)
    }

    private mutating func write(_ value: Stored) {
        packed[place] = value
        place += 1
    }
}

extension sk_convolution {
    mutating func apply(_ epilogue: IntegerEpilogue) {
        lower = epilogue.lower
        upper = epilogue.upper
        zero_point = epilogue.zeroPoint
        has_small_scales = epilogue.hasSmallFactors
        guard let residual = epilogue.residual else { return }
        has_residual = true
        own_scale = residual.ownFactor
        b_scale = residual.factor
        b_zero = residual.zeroPoint
        y_zero = residual.sumZeroPoint
        sum_lower = residual.lower
        sum_upper = residual.upper
    }
}

extension sk_border {
    init(_ shape: WindowShape) {
        self.init()
        images = Int32(shape.images)
        height = Int32(shape.inputHeight)
        width = Int32(shape.inputWidth)
        channels = Int32(shape.inputChannels)
        top = Int32(shape.top)
        bottom = Int32(shape.bottom)
        left = Int32(shape.left)
        right = Int32(shape.right)
    }
}
