import ModelGraph

extension Translator {
    /// ConvTranspose on images and signals; weights [C, O / groups, …] are constants.
    mutating func transposedConvolution(_ call: Call) throws(ONNXProblem) {
        let (input, _) = try real(0, of: call)
        let rank = input.rank
        if rank == 5 { return try transposedVolume(call) }
        let x = try image(input, call)
        let weights = try constant(1, of: call)
        let groups = call.integer("group", default: 1)
        guard weights.shape.rank == rank, weights.shape.elementCount > 0, groups > 0,
            weights.shape[0] % groups == 0, weights.shape[0] == input.shape[1]
        else { throw call.fault("weights of shape \(weights.shape) do not fit \(Shape(input.shape))") }
        let extents = rank == 3 ? [1, weights.shape[2]] : Array(weights.shape.dimensions[2...])
        var axes = try TransposedAxis.all(
            call, kernel: Array(weights.shape.dimensions[2...]), input: Array(input.shape[2...]))
        if rank == 3 { axes.insert(TransposedAxis(), at: 0) }
        let operation = TransposedConvolution(
            kernel: Extent(extents[0], extents[1]), stride: Extent(axes[0].stride, axes[1].stride),
            dilation: Extent(axes[0].dilation, axes[1].dilation),
            padding: EdgePadding(
                top: axes[0].before, bottom: axes[0].after, left: axes[1].before, right: axes[1].after),
            added: Extent(axes[0].added, axes[1].added), groups: groups)
        try reserveCopy(of: weights, call)
        var inputs = [
            x, constantValue(call.named(1), weights.outputsFirst(groups: groups, kernel: extents)),
        ]
        if call.input(2) != nil {
            inputs.append(try self.weights(2, of: call, shape: { $0 }, order: [0]))
        }
        let id = try apply(.transposedConvolution(operation), inputs, call, name: call.output)
        set(call, imageView(id, rank: rank))
    }
}

extension Tensor {
    /// [C, O / groups, kh, kw] as [O, kh, kw, C / groups].
    fileprivate func outputsFirst(groups: Int, kernel: [Int]) -> Tensor {
        let (inputs, outputs) = (shape[0] / groups, shape[1])
        return reshaped([groups, inputs, outputs, kernel[0], kernel[1]]).permuted([0, 2, 3, 4, 1])
            .reshaped([groups * outputs, kernel[0], kernel[1], inputs])
    }
}

/// How a transposed convolution grows one axis.
struct TransposedAxis {
    var stride = 1
    var dilation = 1
    /// Positions cut off in front.
    var before = 0
    /// Positions cut off behind.
    var after = 0
    /// Positions added behind.
    var added = 0

    /// One for each axis of `input`.
    static func all(
        _ call: Call, kernel: [Int], input: [Int]
    ) throws(ONNXProblem) -> [TransposedAxis] {
        let count = input.count
        func list(_ name: String, _ missing: Int) throws(ONNXProblem) -> [Int] {
            let values = call.integers(name) ?? [Int](repeating: missing, count: count)
            guard values.count == count, values.allSatisfy({ $0 >= 0 && $0 < 1 << 24 }) else {
                throw call.fault("has \(name) of \(values)")
            }
            return values
        }
        let (strides, dilations) = (try list("strides", 1), try list("dilations", 1))
        let added = try list("output_padding", 0)
        let sizes = call.integers("output_shape").map { Array($0.suffix(count)) }
        if let sizes, sizes.count != count { throw call.fault("has output_shape of \(sizes)") }
        let pads = call.integers("pads") ?? [Int](repeating: 0, count: 2 * count)
        guard pads.count == 2 * count, pads.allSatisfy({ $0 >= 0 && $0 < 1 << 24 }),
            (strides + dilations).allSatisfy({ $0 > 0 })
        else { throw call.fault("strides, dilations or pads do not fit its input") }
        let mode = call.text("auto_pad", default: "NOTSET")
        return (0..<count).map { place in
            var axis = TransposedAxis(
                stride: strides[place], dilation: dilations[place], added: added[place])
            if mode != "VALID" { (axis.before, axis.after) = (pads[place], pads[place + count]) }
            guard mode.hasPrefix("SAME") || sizes != nil else { return axis }
            let full = (input[place] - 1) * axis.stride + (kernel[place] - 1) * axis.dilation + 1
            axis.cut(
                from: full, to: sizes?[place] ?? input[place] * axis.stride,
                halfInFront: mode == "SAME_UPPER")
            return axis
        }
    }

    /// Cuts so that `size` positions are left; what is missing is added behind.
    private mutating func cut(from full: Int, to size: Int, halfInFront: Bool) {
        let total = max(full + added - size, 0)
        before = halfInFront ? total / 2 : total - total / 2
        after = total - before
        if full < size { added = size - full }
    }
}
