import ModelGraph

extension Importer {
    /// Appends a reshape that also fits other batch sizes: the first extent follows the input where it can.
    mutating func reshape(
        _ value: ValueID, to dimensions: [Int], as name: String
    ) throws(TFLiteError) -> ValueID {
        try emit(.reshape(flexible(dimensions, from: builder.shape(of: value))), [value], as: name)
    }

    private func flexible(_ dimensions: [Int], from shape: Shape) -> [Int] {
        guard let first = dimensions.first, shape.rank > 0, !dimensions.contains(0) else { return dimensions }
        return [first == shape[0] ? 0 : -1] + dimensions.dropFirst()
    }

    mutating func importReshape(_ call: OperatorCall) throws(TFLiteError) {
        let input = try operand(try call.input(0))
        let target: [Int]
        if let shape = call.optionalInput(1), let known = try knownIntegers(shape) {
            target = known
        } else if let stored = try call.ints(Schema.Reshape.shape) {
            target = stored
        } else {
            throw unsupported("its target shape must be a constant")
        }
        try finishReshape(call, input, to: try resolved(target, from: builder.shape(of: input)))
    }

    /// The target shape with its one −1 worked out.
    private func resolved(_ target: [Int], from shape: Shape) throws(TFLiteError) -> [Int] {
        let known = Shape(target.filter { $0 != -1 })
        guard known.dimensions.allSatisfy({ $0 >= 0 }), target.count - known.rank <= 1, target.count <= 16
        else {
            throw unsupported("\(Shape(target)) is not a shape to reshape to")
        }
        guard let open = target.firstIndex(of: -1) else { return target }
        guard known.elementCount > 0, shape.elementCount % known.elementCount == 0 else {
            throw unsupported("\(shape) does not reshape to \(Shape(target))")
        }
        var dimensions = target
        dimensions[open] = shape.elementCount / known.elementCount
        return dimensions
    }

    private mutating func finishReshape(
        _ call: OperatorCall, _ input: ValueID, to dimensions: [Int]
    ) throws(TFLiteError) {
        try finishKeepingScale(call, .reshape(flexible(dimensions, from: builder.shape(of: input))), input)
    }

    mutating func importSqueeze(_ call: OperatorCall) throws(TFLiteError) {
        let input = try operand(try call.input(0))
        let shape = builder.shape(of: input)
        let named = try normalized(try call.ints(Schema.Squeeze.axes) ?? [], rank: shape.rank)
        let axes = named.isEmpty ? (0..<shape.rank).filter { shape[$0] == 1 } : named
        guard axes.allSatisfy({ shape[$0] == 1 }) else {
            throw unsupported("axes \(axes) of \(shape) are not all of extent 1")
        }
        try finishReshape(call, input, to: (0..<shape.rank).filter { !axes.contains($0) }.map { shape[$0] })
    }

    mutating func importExpandDims(_ call: OperatorCall) throws(TFLiteError) {
        let input = try operand(try call.input(0))
        let shape = builder.shape(of: input)
        let axes = try normalized(try integers(try call.input(1)), rank: shape.rank + 1)
        guard axes.count == 1 else { throw unsupported("needs one axis, got \(axes)") }
        var dimensions = shape.dimensions
        dimensions.insert(1, at: axes[0])
        try finishReshape(call, input, to: dimensions)
    }

    mutating func importTranspose(_ call: OperatorCall) throws(TFLiteError) {
        let input = try operand(try call.input(0))
        try finishKeepingScale(call, .transpose(try integers(try call.input(1))), input)
    }

    mutating func importConcatenation(_ call: OperatorCall) throws(TFLiteError) {
        var parts: [ValueID] = []
        for position in call.inputs.indices { parts.append(try operand(try call.input(position))) }
        let rank = parts.first.map { builder.shape(of: $0).rank } ?? 0
        let axis = try normalized([try call.int(Schema.Concatenation.axis)], rank: rank)[0]
        try finishConcatenation(
            call, parts, axis: axis, activation: try call.activation(Schema.Concatenation.activation))
    }

    /// Joins parts, which are first brought to the scale of the whole.
    private mutating func finishConcatenation(
        _ call: OperatorCall, _ parts: [ValueID], axis: Int, activation: Schema.FusedActivation = .none
    ) throws(TFLiteError) {
        let output = try call.output()
        let name = resultName(of: output)
        let whole = try type(of: output)
        var scaled = parts
        for (position, part) in parts.enumerated() {
            let type = builder.type(of: part)
            guard type.dataType == whole.dataType else {
                throw unsupported("mixes \(type.dataType.rawValue) and \(whole.dataType.rawValue)")
            }
            if let quantization = whole.quantization, type.quantization != quantization {
                scaled[position] = try emit(
                    .quantize(whole.dataType, quantization), [part], as: "\(name):part\(position)")
            }
        }
        try finish(call, .concatenate(axis: axis), scaled, activation: activation)
    }

    /// PACK joins along a new axis.
    mutating func importPack(_ call: OperatorCall) throws(TFLiteError) {
        let name = resultName(of: try call.output())
        let axis = try call.int(Schema.Pack.axis)
        var parts: [ValueID] = []
        var place = 0
        for position in call.inputs.indices {
            let part = try operand(try call.input(position))
            let shape = builder.shape(of: part)
            place = try normalized([axis], rank: shape.rank + 1)[0]
            var dimensions = shape.dimensions
            dimensions.insert(1, at: place)
            parts.append(try reshape(part, to: dimensions, as: "\(name):row\(position)"))
        }
        guard !parts.isEmpty else { throw unsupported("has nothing to pack") }
        try finishConcatenation(call, parts, axis: place)
    }
}
