import ModelGraph

extension Importer {
    mutating func importPooling(_ call: OperatorCall, _ kind: PoolingKind) throws(TFLiteError) {
        typealias Field = Schema.Pooling
        let input = try operand(try call.input(0))
        let image = builder.shape(of: input)
        guard image.rank == 4 else { throw unsupported("needs a rank-4 input, got \(image)") }
        let window = try call.extent(height: Field.height, width: Field.width)
        let step = try call.extent(height: Field.strideHeight, width: Field.strideWidth)
        let (kernel, stride) = (Extent(window.0, window.1), Extent(step.0, step.1))
        let size = Extent(image[1], image[2])
        let padding: EdgePadding =
            switch try call.padding(Field.padding) {
            case .valid: .zero
            case .same: .same(size, kernel: kernel, stride: stride)
            }
        // Means of integers keep their own rounding, which a global pool of the graph has not.
        let roundsAwayFromZero = kind == .average && isQuantized(input)
        let operation: Operation =
            kernel == size && padding == .zero && !roundsAwayFromZero
            ? .globalPool(kind)
            : .pool(
                Pooling(
                    kind, kernel: kernel, stride: stride, padding: padding,
                    roundsAwayFromZero: roundsAwayFromZero))
        try finishKeepingScale(call, operation, input, activation: try call.activation(Field.activation))
    }

    /// Means over both image axes are global pools; other reductions stay what they are.
    mutating func importReduction(_ call: OperatorCall, _ kind: Reduction.Kind) throws(TFLiteError) {
        let input = try operand(try call.input(0))
        let shape = builder.shape(of: input)
        let axes = try normalized(try integers(try call.input(1)), rank: shape.rank)
        let keeps = try call.bool(Schema.Reducer.keepsDimensions)
        switch kind {
        case .maximum, .minimum:
            let operation = Operation.reduce(Reduction(kind, axes: axes, keepsDimensions: keeps))
            return try finishKeepingScale(call, operation, input)
        case .sum, .product: break
        case .mean:
            guard axes == [1, 2], shape.rank == 4 else { break }
            if keeps { return try finish(call, .globalPool(.average), [input]) }
            let output = try call.output()
            let type = try type(of: output)
            let name = resultName(of: output)
            let pooled = try emit(.globalPool(.average), [input], as: "\(name):pooled", type: type)
            return try set(output, to: reshape(pooled, to: [shape[0], shape[3]], as: name))
        }
        try finish(call, .reduce(Reduction(kind, axes: axes, keepsDimensions: keeps)), [input])
    }

    /// Axes as sorted, distinct numbers from 0; negative ones count from the end.
    func normalized(_ axes: [Int], rank: Int) throws(TFLiteError) -> [Int] {
        var result: [Int] = []
        for axis in axes {
            guard axis >= -rank, axis < rank else {
                throw unsupported("axis \(axis) is outside rank \(rank)")
            }
            result.append(axis < 0 ? axis + rank : axis)
        }
        return Array(Set(result)).sorted()
    }

    mutating func importPad(_ call: OperatorCall) throws(TFLiteError) {
        let input = try operand(try call.input(0))
        let (before, after) = try paddingAmounts(call, rank: builder.shape(of: input).rank)
        var value: Float = 0
        if call.builtin == .padV2 {
            let filler = try call.input(2)
            guard isConstant(filler), try type(of: filler).shape.elementCount == 1 else {
                throw unsupported("the value to pad with must be a constant number")
            }
            let type = try type(of: filler)
            let stored = Tensor(type.shape, try elements(of: filler)).floats ?? [0]
            value = type.quantization.map { $0.reals(stored, shape: [1])[0] } ?? stored[0]
        }
        try finishKeepingScale(call, .pad(Padding(before: before, after: after, value: value)), input)
    }

    /// SYMMETRIC repeats the edge, which for one element is the same as extending it.
    mutating func importMirrorPad(_ call: OperatorCall) throws(TFLiteError) {
        let input = try operand(try call.input(0))
        let (before, after) = try paddingAmounts(call, rank: builder.shape(of: input).rank)
        let raw = try call.byte(Schema.MirrorPad.mode)
        let mode: Padding.Mode
        switch Schema.MirrorMode(rawValue: raw) {
        case .reflect: mode = .reflect
        case .symmetric where (before + after).allSatisfy { $0 <= 1 }: mode = .edge
        case .symmetric, nil: throw unsupported("symmetric padding by more than one element is not supported")
        }
        try finishKeepingScale(call, .pad(Padding(before: before, after: after, mode: mode)), input)
    }

    private func paddingAmounts(
        _ call: OperatorCall, rank: Int
    ) throws(TFLiteError) -> (before: [Int], after: [Int]) {
        let amounts = try integers(try call.input(1))
        guard amounts.count == 2 * rank, amounts.allSatisfy({ $0 >= 0 }) else {
            throw unsupported("padding by \(amounts) does not fit rank \(rank)")
        }
        return ((0..<rank).map { amounts[2 * $0] }, (0..<rank).map { amounts[2 * $0 + 1] })
    }

    mutating func importResize(_ call: OperatorCall, _ mode: Resizing.Mode) throws(TFLiteError) {
        let input = try operand(try call.input(0))
        let size = try integers(try call.input(1))
        guard size.count == 2 else { throw unsupported("the size \(size) is not a height and a width") }
        let alignsCorners: Bool
        let usesHalfPixels: Bool
        switch mode {
        case .linear:
            alignsCorners = try call.bool(Schema.ResizeBilinear.alignCorners)
            usesHalfPixels = try call.bool(Schema.ResizeBilinear.halfPixel)
        case .nearest:
            alignsCorners = try call.bool(Schema.ResizeNearest.alignCorners)
            usesHalfPixels = try call.bool(Schema.ResizeNearest.halfPixel)
        }
        let resizing = ResizeMapping(alignsCorners: alignsCorners, usesHalfPixels: usesHalfPixels)
            .resizing(to: Extent(size[0], size[1]), mode)
        try finishKeepingScale(call, .resize(resizing), input)
    }
}
