import ModelGraph

extension Importer {
    /// TRANSPOSE_CONV: target shape, weights [O, h, w, C], input and perhaps a bias.
    mutating func importTransposedConvolution(_ call: OperatorCall) throws(TFLiteError) {
        typealias Field = Schema.TransposeConvolution
        let target = try integers(try call.input(0))
        guard target.count == 4 else { throw unsupported("its target shape \(target) has not four axes") }
        let step = try call.extent(height: Field.strideHeight, width: Field.strideWidth)
        try finishTransposed(
            call, input: 2, bias: 3, stride: Extent(step.0, step.1),
            padding: try call.padding(Field.padding), size: Extent(target[1], target[2]),
            activation: try call.activation(Field.activation))
    }

    /// MediaPipe's Convolution2DTransposeBias: input, weights [O, h, w, C] and bias; options are a C struct of three integers.
    mutating func importTransposedWithBias(_ call: OperatorCall) throws(TFLiteError) {
        guard let range = call.customOptions, range.count >= 12 else {
            throw file.flat.damaged("\(place) lacks its options")
        }
        let words = (0..<3).map { word in
            (0..<4).reduce(Int32(0)) { value, byte in
                value | Int32(file.flat.bytes[range.lowerBound + word * 4 + byte]) << Int32(8 * byte)
            }
        }
        guard let padding: Schema.PaddingScheme = words[0] == 1 ? .same : words[0] == 2 ? .valid : nil,
            words[1] > 0, words[2] > 0
        else { throw file.flat.damaged("\(place) has the options \(words)") }
        let stride = Extent(Int(words[2]), Int(words[1]))
        let image = builder.shape(of: try operand(try call.input(0)))
        let weights = try type(of: try call.input(1)).shape
        guard image.rank == 4, weights.rank == 4 else {
            throw unsupported("needs a rank-4 input and weights, got \(image) and \(weights)")
        }
        let size: Extent =
            switch padding {
            case .same: Extent(image[1] * stride.height, image[2] * stride.width)
            case .valid:
                Extent(
                    (image[1] - 1) * stride.height + weights[1], (image[2] - 1) * stride.width + weights[2])
            }
        try finishTransposed(
            call, input: 0, bias: 2, stride: stride, padding: padding, size: size, activation: .none)
    }

    private mutating func finishTransposed(
        _ call: OperatorCall, input position: Int, bias: Int, stride: Extent, padding: Schema.PaddingScheme,
        size: Extent, activation: Schema.FusedActivation
    ) throws(TFLiteError) {
        let input = try operand(try call.input(position))
        let image = builder.shape(of: input)
        let weights = try call.input(1)
        let shape = try type(of: weights).shape
        guard image.rank == 4, shape.rank == 4, shape[3] == image[3] else {
            throw unsupported("weights \(shape) do not fit an input of \(image)")
        }
        let rows = TransposedEdges(
            input: image[1], kernel: shape[1], stride: stride.height, output: size.height, padding)
        let columns = TransposedEdges(
            input: image[2], kernel: shape[2], stride: stride.width, output: size.width, padding)
        let operation = TransposedConvolution(
            kernel: Extent(shape[1], shape[2]), stride: stride,
            padding: EdgePadding(
                top: rows.before, bottom: rows.after, left: columns.before, right: columns.after),
            added: Extent(rows.added, columns.added))
        try finishLinear(
            call, .transposedConvolution(operation), weights: weights, isDepthwise: false,
            activation: activation, input: input, biasAt: bias)
    }

    mutating func importDepthToSpace(_ call: OperatorCall) throws(TFLiteError) {
        let (input, shape, block) = try image(call)
        guard shape[3] % (block * block) == 0 else {
            throw unsupported("\(shape[3]) channels are not made of \(block)×\(block) blocks")
        }
        let (height, width, depth) = (shape[1], shape[2], shape[3] / (block * block))
        try rearrange(
            call, input, [0, height, width, block, block, depth], [0, 1, 3, 2, 4, 5],
            [0, height * block, width * block, depth])
    }

    mutating func importSpaceToDepth(_ call: OperatorCall) throws(TFLiteError) {
        let (input, shape, block) = try image(call)
        guard shape[1] % block == 0, shape[2] % block == 0 else {
            throw unsupported("\(shape) has no whole blocks of \(block)×\(block)")
        }
        let (height, width) = (shape[1] / block, shape[2] / block)
        try rearrange(
            call, input, [0, height, block, width, block, shape[3]], [0, 1, 3, 2, 4, 5],
            [0, height, width, block * block * shape[3]])
    }

    private mutating func image(
        _ call: OperatorCall
    ) throws(TFLiteError) -> (input: ValueID, shape: Shape, block: Int) {
        let input = try operand(try call.input(0))
        let shape = builder.shape(of: input), block = try call.int(Schema.BlockSize.size)
        guard shape.rank == 4, block > 0, block < 1 << 15 else {
            throw unsupported("needs an image of four axes and a positive block, got \(shape) and \(block)")
        }
        return (input, shape, block)
    }

    /// Reshape, transpose, reshape.
    private mutating func rearrange(
        _ call: OperatorCall, _ input: ValueID, _ split: [Int], _ order: [Int], _ merged: [Int]
    ) throws(TFLiteError) {
        let name = resultName(of: try call.output())
        let pieces = try emit(.reshape(split), [input], as: "\(name):pieces")
        let moved = try emit(.transpose(order), [pieces], as: "\(name):moved")
        try finishKeepingScale(call, .reshape(merged), moved)
    }
}

/// What is cut off and added along one axis so that a transposed convolution has a given size.
private struct TransposedEdges {
    let before, after, added: Int

    init(input: Int, kernel: Int, stride: Int, output: Int, _ padding: Schema.PaddingScheme) {
        let full = (input - 1) * stride + kernel
        let surplus = max(full - output, 0)
        before = padding == .same ? surplus / 2 : 0
        after = surplus - before
        added = max(output - full, 0)
    }
}
