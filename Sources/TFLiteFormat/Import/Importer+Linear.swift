import ModelGraph

extension Importer {
    mutating func importConvolution(_ call: OperatorCall) throws(TFLiteError) {
        typealias Field = Schema.Convolution
        let (image, weights) = try imageAndWeights(call)
        let shape = try type(of: weights).shape
        guard shape[3] > 0, image[3] % shape[3] == 0 else {
            throw unsupported("weights \(shape) do not divide \(image[3]) channels")
        }
        let convolution = try convolution(
            call, image: image, kernel: Extent(shape[1], shape[2]), groups: image[3] / shape[3],
            stride: try call.extent(height: Field.strideHeight, width: Field.strideWidth),
            dilation: try call.extent(height: Field.dilationHeight, width: Field.dilationWidth, default: 1),
            padding: Field.padding)
        try finishLinear(
            call, .convolution(convolution), weights: weights, isDepthwise: false,
            activation: try call.activation(Field.activation))
    }

    /// Output channel o reads input channel o / multiplier, which is a convolution in as many groups as there are channels.
    mutating func importDepthwiseConvolution(_ call: OperatorCall) throws(TFLiteError) {
        typealias Field = Schema.DepthwiseConvolution
        let (image, weights) = try imageAndWeights(call)
        let shape = try type(of: weights).shape
        guard shape[0] == 1, image[3] > 0, shape[3] % image[3] == 0 else {
            throw unsupported("depthwise weights \(shape) do not fit \(image[3]) channels")
        }
        let convolution = try convolution(
            call, image: image, kernel: Extent(shape[1], shape[2]), groups: image[3],
            stride: try call.extent(height: Field.strideHeight, width: Field.strideWidth),
            dilation: try call.extent(height: Field.dilationHeight, width: Field.dilationWidth, default: 1),
            padding: Field.padding)
        try finishLinear(
            call, .convolution(convolution), weights: weights, isDepthwise: true,
            activation: try call.activation(Field.activation))
    }

    private mutating func imageAndWeights(_ call: OperatorCall) throws(TFLiteError) -> (
        image: Shape, weights: Int
    ) {
        // Two statements: `builder` must be read after a constant operand has been appended to it.
        let input = try operand(try call.input(0))
        let image = builder.shape(of: input)
        let weights = try call.input(1)
        let rank = try type(of: weights).shape.rank
        guard image.rank == 4, rank == 4 else {
            throw unsupported("needs a rank-4 input and weights, got \(image) and rank \(rank)")
        }
        return (image, weights)
    }

    private func convolution(
        _ call: OperatorCall, image: Shape, kernel: Extent, groups: Int, stride: (Int, Int),
        dilation: (Int, Int),
        padding: Int
    ) throws(TFLiteError) -> Convolution {
        let (stride, dilation) = (Extent(stride.0, stride.1), Extent(dilation.0, dilation.1))
        let edges: EdgePadding =
            switch try call.padding(padding) {
            case .valid: .zero
            case .same: .same(Extent(image[1], image[2]), kernel: kernel, stride: stride, dilation: dilation)
            }
        return Convolution(kernel: kernel, stride: stride, dilation: dilation, padding: edges, groups: groups)
    }

    mutating func importFullyConnected(_ call: OperatorCall) throws(TFLiteError) {
        typealias Field = Schema.FullyConnected
        guard try call.byte(Field.weightsFormat) == 0 else {
            throw unsupported("its weights are stored shuffled")
        }
        let activation = try call.activation(Field.activation)
        let weights = try call.input(1)
        let shape = try type(of: weights).shape
        guard shape.rank == 2, shape[1] > 0 else { throw unsupported("needs rank-2 weights, got \(shape)") }
        let flat = try flattened(call, width: shape[1], keeps: try call.bool(Field.keepsDimensions))
        guard isConstant(weights) || storedAs[weights] != nil else {
            return try importComputedDense(call, flat, weights: weights, activation: activation)
        }
        try finishLinear(
            call, .dense, weights: weights, isDepthwise: false, activation: activation, input: flat)
    }

    /// TFLite reads any input as rows of the weights' width, unless told to keep its dimensions.
    private mutating func flattened(
        _ call: OperatorCall, width: Int, keeps: Bool
    ) throws(TFLiteError) -> ValueID {
        let input = try operand(try call.input(0))
        let shape = builder.shape(of: input)
        if keeps || shape.rank == 2 && shape[1] == width { return input }
        let (rows, rest) = shape.elementCount.quotientAndRemainder(dividingBy: width)
        guard rest == 0 else { throw unsupported("input \(shape) is not made of rows of \(width)") }
        return try reshape(input, to: [rows, width], as: "\(resultName(of: try call.output())):rows")
    }

    private mutating func importComputedDense(
        _ call: OperatorCall, _ input: ValueID, weights: Int, activation: Schema.FusedActivation
    ) throws(TFLiteError) {
        guard call.optionalInput(2) == nil, activation == .none else {
            throw unsupported("its weights are computed, which is only supported without bias and activation")
        }
        let name = resultName(of: try call.output())
        let matrix = try operand(weights)
        let turned = try emit(.transpose([1, 0]), [matrix], as: "\(name):columns")
        try finish(call, .matrixMultiply, [input, turned])
    }

    /// A convolution or dense layer, in the arithmetic that its input's type asks for.
    mutating func finishLinear(
        _ call: OperatorCall, _ operation: Operation, weights: Int, isDepthwise: Bool,
        activation: Schema.FusedActivation, input flat: ValueID? = nil, biasAt: Int = 2
    ) throws(TFLiteError) {
        let input: ValueID
        if let flat { input = flat } else { input = try operand(try call.input(0)) }
        let layer = Layer(
            operation: operation, weights: weights, bias: givenBias(call, at: biasAt),
            isDepthwise: isDepthwise,
            activation: activation)
        let output = try call.output()
        let (from, to) = (builder.type(of: input), try type(of: output))
        switch from.dataType {
        case .float32:
            try set(output, to: emitReal(layer, input, as: resultName(of: output), type: to))
        case .int8, .int16:
            guard from.quantization?.axis == nil, let quantization = to.quantization, quantization.axis == nil
            else {
                throw unsupported("needs one scale for its input and one for its result")
            }
            try set(output, to: emitInteger(layer, input, as: resultName(of: output), type: to))
        case .float16, .bfloat16, .uint8, .int32, .int64, .bool, .binary:
            throw unsupported("an input of \(from.dataType.rawValue) is not supported")
        }
    }

    /// The bias of a layer; nil for none, and for the zeros that the exporter writes where the graph has none.
    private func givenBias(_ call: OperatorCall, at position: Int) -> Int? {
        guard let bias = call.optionalInput(position) else { return nil }
        let buffer = file.subgraph.tensors[bias].buffer
        guard name(of: bias).hasSuffix(.noBias), isConstant(bias),
            file.flat.bytes[file.buffers[buffer]].allSatisfy({ $0 == 0 })
        else { return bias }
        return nil
    }

    struct Layer {
        let operation: Operation
        let weights: Int
        let bias: Int?
        let isDepthwise: Bool
        let activation: Schema.FusedActivation
    }

    private mutating func emitReal(
        _ layer: Layer, _ input: ValueID, as name: String, type: ValueType
    ) throws(TFLiteError) -> ValueID {
        let axes = try roundedAxes(
            layer.operation, weights: layer.weights, rank: builder.shape(of: input).rank)
        if let axes { return try emitRounding(layer, input, axes: axes, as: name, type: type) }
        var inputs = [input, try realWeights(layer.weights, isDepthwise: layer.isDepthwise)]
        if let bias = layer.bias { inputs.append(try realWeights(bias, isDepthwise: false)) }
        return try emit(layer.operation, inputs, activation: layer.activation, as: name, type: type)
    }

    /// Integer arithmetic where the weights are integers; else the same numbers in float32.
    private mutating func emitInteger(
        _ layer: Layer, _ input: ValueID, as name: String, type: ValueType
    ) throws(TFLiteError) -> ValueID {
        if let inputs = try integerInputs(layer, input) {
            return try emit(layer.operation, inputs, activation: layer.activation, as: name, type: type)
        }
        guard let quantization = type.quantization else { throw unsupported("its result has no scale") }
        let reals = try emit(.dequantize, [input], as: "\(name):input")
        let real = try emitReal(layer, reals, as: "\(name):real", type: ValueType(type.shape))
        return try emit(.quantize(type.dataType, quantization), [real], as: name)
    }

    /// Input, int8 weights and int32 bias; nil where the weights are not 8-bit integers.
    private mutating func integerInputs(_ layer: Layer, _ input: ValueID) throws(TFLiteError) -> [ValueID]? {
        let type = try type(of: layer.weights)
        guard type.dataType == .int8, let given = type.quantization,
            let inputScale = builder.type(of: input).quantization?.scale
        else { return nil }
        let shape = layer.isDepthwise ? type.shape.channelsFirst : type.shape
        guard given.axis == nil || given.axis == (layer.isDepthwise ? 3 : 0) else {
            throw unsupported("its weights have scales along an axis other than their output channels")
        }
        guard shape[0] > 0 else { throw unsupported("its weights have no output channel") }
        let axis = given.axis.map { _ in 0 }
        let weights = try integerWeights(
            layer, shape, Quantization(scales: given.scales, zeroPoints: given.zeroPoints, axis: axis))
        guard let bias = layer.bias else { return [input, weights] }
        let sums = Quantization(
            scales: given.scales.map { inputScale * $0 }, zeroPoints: given.scales.map { _ in 0 }, axis: axis)
        return [input, weights, try integerBias(bias, sums, channels: shape[0])]
    }

    private mutating func integerWeights(
        _ layer: Layer, _ shape: Shape, _ quantization: Quantization
    ) throws(TFLiteError) -> ValueID {
        let key = WeightKey(tensor: layer.weights, isDepthwise: layer.isDepthwise, isReal: false)
        if let known = weights[key] { return known }
        guard isConstant(layer.weights) else { throw unsupported("its weights must be a constant") }
        guard case .int8(var integers) = try elements(of: layer.weights) else {
            throw unsupported("its weights are not 8-bit integers")
        }
        if layer.isDepthwise { integers = integers.channelsFirst(shape[0]) }
        let value = builder.constant(
            unique(name(of: layer.weights)), Tensor(shape, .int8(integers)), quantization: quantization)
        weights[key] = value
        return value
    }

    /// The bias at the scale that the accumulators have, which is what the file's own scales say up to rounding.
    private mutating func integerBias(
        _ index: Int, _ quantization: Quantization, channels: Int
    ) throws(TFLiteError) -> ValueID {
        let type = try type(of: index)
        guard type.shape == [channels], isConstant(index), let integers = try biasIntegers(index) else {
            throw unsupported("needs a constant bias of \(channels) 32-bit integers")
        }
        guard quantization.scales.allSatisfy({ $0.isFinite && $0 > 0 }) else {
            throw unsupported("the product of its input's and weights' scales leaves the range of float32")
        }
        return builder.constant(
            unique(name(of: index)), Tensor(type.shape, .int32(integers)),
            quantization: quantization)
    }

    /// The integers of a bias; those of 64 bits, which layers on int16 have, where 32 hold them.
    ///
    /// Nil for other types.
    private func biasIntegers(_ index: Int) throws(TFLiteError) -> [Int32]? {
        switch try elements(of: index) {
        case .int32(let integers): return integers
        case .int64(let integers):
            let narrow = integers.compactMap { Int32(exactly: $0) }
            guard narrow.count == integers.count else {
                throw unsupported("its bias holds integers that need more than 32 bits")
            }
            return narrow
        case .float32, .float16, .bfloat16, .int8, .uint8, .int16, .bool, .binary, .repeated, .unknown:
            return nil
        }
    }

    /// A constant in float32 (or float16, as stored) in the graph's layout.
    mutating func realWeights(_ index: Int, isDepthwise: Bool) throws(TFLiteError) -> ValueID {
        let key = WeightKey(tensor: index, isDepthwise: isDepthwise, isReal: true)
        if let known = weights[key] { return known }
        let stored = storedAs[index] ?? index
        guard isConstant(stored) else { throw unsupported("its weights and bias must be constants") }
        let type = try type(of: stored)
        let value: ValueID
        if type.dataType == .float16, case .float16(var halves) = try elements(of: stored) {
            if isDepthwise { halves = halves.channelsFirst(type.shape[3]) }
            let shape = isDepthwise ? type.shape.channelsFirst : type.shape
            value = builder.constant(unique(name(of: stored)), Tensor(shape, .float16(halves)))
        } else {
            value = try realConstant(stored, named: name(of: index), isDepthwise: isDepthwise)
        }
        weights[key] = value
        return value
    }

    mutating func importBatchMatMul(_ call: OperatorCall) throws(TFLiteError) {
        typealias Field = Schema.BatchMatMul
        let name = resultName(of: try call.output())
        let first = try turned(
            try operand(try call.input(0)), if: try call.bool(Field.transposesFirst), as: "\(name):rows")
        let second = try turned(
            try operand(try call.input(1)), if: try call.bool(Field.transposesSecond), as: "\(name):columns")
        try finish(call, .matrixMultiply, [first, second])
    }

    private mutating func turned(_ value: ValueID, if condition: Bool, as name: String) throws(TFLiteError)
        -> ValueID
    {
        let rank = builder.shape(of: value).rank
        guard condition, rank >= 2 else { return value }
        return try emit(.transpose(Array(0..<rank - 2) + [rank - 1, rank - 2]), [value], as: name)
    }
}
