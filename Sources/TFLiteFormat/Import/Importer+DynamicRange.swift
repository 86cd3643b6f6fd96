import ModelGraph

/// Layers with int8 weights and float32 activations ("dynamic range"): a runtime rounds the activations to eight bits on the
/// fly, with a scale and a zero point of their own each time.
extension Importer {
    /// The axes over which one scale holds, as XNNPACK cuts them: a row of a dense layer, a position of a 1 × 1 convolution, else
    /// the whole image; nil where activations are not rounded.
    func roundedAxes(_ operation: Operation, weights: Int, rank: Int) throws(TFLiteError) -> [Int]? {
        let type = try type(of: weights)
        guard roundsActivations, isConstant(weights), type.dataType == .int8,
            let scales = type.quantization, scales.axis == nil || scales.axis == 0,
            scales.zeroPoints.allSatisfy({ $0 == 0 })
        else { return nil }
        if case .transposedConvolution = operation { return nil }
        guard operation.isLayer else { return nil }
        guard case .convolution(let convolution) = operation else { return [rank - 1] }
        guard convolution.groups == 1 else { return nil }
        return convolution.kernel == 1 && convolution.stride == 1 ? [3] : [1, 2, 3]
    }

    /// A layer on activations rounded to steps of (largest − smallest) / 255; both include 0.
    ///
    /// Sums are those of integers, exact below 2²⁴, and scaled as XNNPACK scales them, so that the next layer rounds alike.
    mutating func emitRounding(
        _ layer: Layer, _ input: ValueID, axes: [Int], as name: String, type: ValueType
    ) throws(TFLiteError) -> ValueID {
        let (levels, unit) = try levels(of: input, axes: axes, as: name)
        let sums = try emit(
            layer.operation, [levels, try integersAsReals(layer.weights)], as: "\(name):sums")
        let scaled = try emit(.binary(.multiply), [sums, unit], as: "\(name):scaled_sums")
        let scales = try scales(of: layer.weights, channels: builder.shape(of: sums).dimensions.last ?? 1)
        guard let tensor = layer.bias else {
            return try emit(
                .binary(.multiply), [scaled, scales], activation: layer.activation, as: name, type: type)
        }
        let real = try emit(.binary(.multiply), [scaled, scales], as: "\(name):real")
        let bias = try realWeights(tensor, isDepthwise: false)
        return try emit(.binary(.add), [real, bias], activation: layer.activation, as: name, type: type)
    }

    /// Stored integers as float32, without their scale.
    private mutating func integersAsReals(_ index: Int) throws(TFLiteError) -> ValueID {
        let type = try type(of: index)
        let tensor = Tensor(type.shape, try elements(of: index))
        try file.flat.budget.spend(type.shape.elementCount * 4)
        guard let integers = tensor.floats else { throw unsupported("its weights are not known") }
        return builder.constant(unique(name(of: index)), Tensor(type.shape, integers))
    }

    /// One scale for each output channel.
    private mutating func scales(of index: Int, channels: Int) throws(TFLiteError) -> ValueID {
        let scales = try type(of: index).quantization?.scales ?? []
        let each = scales.count == channels ? scales : [Float](repeating: scales.first ?? 1, count: channels)
        return builder.constant(unique("\(name(of: index)):scales"), Tensor([channels], each))
    }

    /// The activations as whole steps from 0, and the size of a step.
    private mutating func levels(
        of input: ValueID, axes: [Int], as name: String
    ) throws(TFLiteError) -> (levels: ValueID, unit: ValueID) {
        func reduction(_ kind: Reduction.Kind) -> Operation {
            .reduce(Reduction(kind, axes: axes, keepsDimensions: true))
        }
        func step(
            _ operation: BinaryOperation, _ a: ValueID, _ b: ValueID, _ suffix: String
        ) throws(TFLiteError) -> ValueID {
            try emit(.binary(operation), [a, b], as: "\(name):\(suffix)")
        }
        let smallest = try emit(reduction(.minimum), [input], as: "\(name):smallest")
        let low = try step(.minimum, smallest, number(0), "low")
        let largest = try emit(reduction(.maximum), [input], as: "\(name):largest")
        let high = try step(.maximum, largest, number(0), "high")
        let span = try step(.subtract, high, low, "span")
        // Where all are 0, any scale will do.
        let positive = try step(.maximum, span, number(.leastNormalMagnitude * 0x1p10), "positive_span")
        let perUnit = try step(.divide, number(255), positive, "per_unit")
        let depth = try step(.multiply, low, perUnit, "depth")
        let point = try step(.subtract, number(-128), depth, "point")
        let zero = try emit(.unary(.round), [point], as: "\(name):zero_point")
        let scaled = try step(.multiply, input, perUnit, "scaled_input")
        let rounded = try emit(.unary(.round), [scaled], as: "\(name):rounded")
        let shifted = try step(.add, rounded, zero, "shifted")
        let capped = try step(.minimum, shifted, number(127), "capped")
        let integers = try step(.maximum, capped, number(-128), "integers")
        let unit = try step(.divide, number(1), perUnit, "unit")
        return (try step(.subtract, integers, zero, "levels"), unit)
    }

    /// A constant that the file does not have, once for each number.
    private mutating func number(_ value: Float) -> ValueID {
        if let known = numbers[value] { return known }
        let id = builder.constant(unique("number \(value)"), Tensor([1], [value]))
        numbers[value] = id
        return id
    }
}
