import ModelGraph

extension Importer {
    /// ADD, SUB, MUL and DIV, which may carry an activation.
    mutating func importArithmetic(
        _ call: OperatorCall, _ operation: BinaryOperation
    ) throws(TFLiteError) {
        try importBinary(call, operation, activation: try call.activation(Schema.Arithmetic.activation))
    }

    mutating func importBinary(
        _ call: OperatorCall, _ operation: BinaryOperation, activation: Schema.FusedActivation = .none
    ) throws(TFLiteError) {
        let (a, b) = (try operand(try call.input(0)), try operand(try call.input(1)))
        let (first, second) = (builder.type(of: a), builder.type(of: b))
        guard first.dataType == second.dataType, (first.quantization == nil) == (second.quantization == nil)
        else {
            throw unsupported("mixes \(first.dataType.rawValue) and \(second.dataType.rawValue)")
        }
        let isInteger = first.quantization != nil
        switch operation {
        case .divide, .power:
            guard isInteger else { break }
            let name = resultName(of: try call.output())
            let reals = [try real(a, as: "\(name):first"), try real(b, as: "\(name):second")]
            return try finishReal(call) { (importer, name) throws(TFLiteError) in
                try importer.emit(
                    .binary(operation), reals, activation: activation, as: name,
                    type: ValueType([]))
            }
        case .add, .subtract, .multiply, .minimum, .maximum: break
        }
        try finish(call, .binary(operation), [a, b], activation: activation)
    }

    /// x², or (a − b)².
    mutating func importSquare(_ call: OperatorCall) throws(TFLiteError) {
        let name = resultName(of: try call.output())
        var value = try real(try operand(try call.input(0)), as: "\(name):first")
        if call.builtin == .squaredDifference {
            let other = try real(try operand(try call.input(1)), as: "\(name):second")
            value = try emit(.binary(.subtract), [value, other], as: "\(name):difference")
        }
        let root = value
        try finishReal(call) { (importer, name) throws(TFLiteError) in
            try importer.emit(.binary(.multiply), [root, root], as: name)
        }
    }

    /// max(x, 0) + slope · min(x, 0), with a slope for each channel.
    mutating func importParametricRelu(_ call: OperatorCall) throws(TFLiteError) {
        let name = resultName(of: try call.output())
        let value = try real(try operand(try call.input(0)), as: "\(name):input")
        let zero = builder.constant(unique("\(name):zero"), Tensor([1], [0]))
        let positive = try emit(.binary(.maximum), [value, zero], as: "\(name):positive")
        let negative = try emit(.binary(.minimum), [value, zero], as: "\(name):negative")
        let slope = try real(try operand(try call.input(1)), as: "\(name):slope")
        let scaled = try emit(.binary(.multiply), [negative, slope], as: "\(name):scaled")
        try finishReal(call) { (importer, name) throws(TFLiteError) in
            try importer.emit(.binary(.add), [positive, scaled], as: name)
        }
    }

    mutating func importActivation(_ call: OperatorCall, _ activation: Activation) throws(TFLiteError) {
        try finish(call, .activation(activation), [try operand(try call.input(0))])
    }

    /// Functions of real numbers, applied one after the other.
    mutating func importUnary(_ call: OperatorCall, _ functions: [UnaryOperation]) throws(TFLiteError) {
        let name = resultName(of: try call.output())
        var value = try real(try operand(try call.input(0)), as: "\(name):input")
        for (step, function) in functions.dropLast().enumerated() {
            value = try emit(.unary(function), [value], as: "\(name):step\(step)")
        }
        guard let last = functions.last else { return }
        let argument = value
        try finishReal(call) { (importer, name) throws(TFLiteError) in
            try importer.emit(.unary(last), [argument], as: name)
        }
    }

    mutating func importSoftmax(_ call: OperatorCall) throws(TFLiteError) {
        let beta = try call.float(Schema.Softmax.beta)
        guard beta == 1 else { throw unsupported("a beta of \(beta) is not supported, only 1") }
        let input = try operand(try call.input(0))
        let rank = builder.shape(of: input).rank
        guard rank > 0 else { throw unsupported("needs at least one axis") }
        try finish(call, .softmax(axis: rank - 1), [input])
    }

    /// TFLite's alpha multiplies the sum itself, the graph's its share of the window.
    mutating func importLocalResponse(_ call: OperatorCall) throws(TFLiteError) {
        typealias Field = Schema.LocalResponse
        let radius = try call.int(Field.radius)
        guard radius >= 0, radius < 1 << 20 else {
            throw unsupported("a radius of \(radius) is out of range")
        }
        let size = 2 * radius + 1
        let operation = Operation.localResponseNormalization(
            size: size, alpha: try call.float(Field.alpha) * Float(size), beta: try call.float(Field.beta),
            bias: try call.float(Field.bias))
        try finish(call, operation, [try operand(try call.input(0))])
    }

    /// QUANTIZE and DEQUANTIZE; what only widens a stored constant is remembered instead of computed.
    mutating func importConversion(_ call: OperatorCall) throws(TFLiteError) {
        let (source, output) = (try call.input(0), try call.output())
        let (from, to) = (try type(of: source), try type(of: output))
        let stored = storedAs[source] ?? source
        if isConstant(stored), to.dataType.isFloatingPoint, values[output] == nil, folded[output] == nil {
            storedAs[output] = stored
            return
        }
        let input = try operand(source)
        if builder.type(of: input).dataType == to.dataType, from.quantization == to.quantization {
            return try set(output, to: input)
        }
        if to.dataType == .float32, from.quantization != nil {
            return try finish(call, .dequantize, [input])
        }
        guard to.dataType == .int8 || to.dataType == .int16, let quantization = to.quantization,
            quantization.axis == nil,
            from.dataType == .float32 || from.quantization != nil
        else {
            throw unsupported("from \(from.dataType.rawValue) to \(to.dataType.rawValue) is not supported")
        }
        try finish(call, .quantize(to.dataType, quantization), [input])
    }

    /// Integers become the numbers they are, whatever real numbers they stand for.
    mutating func importCast(_ call: OperatorCall) throws(TFLiteError) {
        let source = try call.input(0)
        var input = try operand(source)
        let to = try type(of: try call.output())
        guard to.quantization == nil else {
            throw unsupported("a cast to quantised integers has no fixed meaning; use QUANTIZE")
        }
        if try storedType(of: source).dataType == .uint8, builder.type(of: input).dataType == .int8 {
            let name = resultName(of: try call.output())
            let signed = try emit(.cast(.float32), [input], as: "\(name):signed")
            let shift = builder.constant(unique("\(name):shift"), Tensor([1], [128]))
            input = try emit(.binary(.add), [signed, shift], as: "\(name):unsigned")
            if to.dataType == .float32 { return try set(try call.output(), to: input) }
        }
        try finish(call, .cast(to.dataType), [input])
    }
}
