import ModelGraph

extension Exporter {
    mutating func lower(
        _ operation: BinaryOperation, _ node: Node, to output: ValueID, _ fused: Schema.FusedActivation
    ) throws(TFLiteError) {
        let activation: [(id: Int, value: FlatWriter.Field)] = [
            (Schema.Arithmetic.activation, .byte(fused.rawValue))
        ]
        switch operation {
        case .add: try emitBinary(.add, node, to: output, activation)
        case .subtract: try emitBinary(.sub, node, to: output, activation)
        case .multiply: try emitBinary(.mul, node, to: output, activation)
        case .divide:
            try inReals(node, to: output) { (exporter, inputs, result) in
                exporter.emit(.div, inputs, result, activation)
            }
        case .power:
            try inReals(node, to: output) { (exporter, inputs, result) in exporter.emit(.pow, inputs, result)
            }
        case .minimum: try emitExtremum(.minimum, node, to: output)
        case .maximum: try emitExtremum(.maximum, node, to: output)
        }
    }

    private mutating func emitBinary(
        _ builtin: BuiltinOperator, _ node: Node, to output: ValueID,
        _ options: [(id: Int, value: FlatWriter.Field)]
    ) throws(TFLiteError) {
        emit(builtin, [try tensor(node.inputs[0]), try tensor(node.inputs[1])], try tensor(output), options)
    }

    /// The integer kernels compare integers, so operands are brought to the result's scale.
    private mutating func emitExtremum(
        _ builtin: BuiltinOperator, _ node: Node, to output: ValueID
    ) throws(TFLiteError) {
        var inputs: [Int] = []
        for (position, input) in node.inputs.enumerated() {
            inputs.append(try rescaled(input, like: output, "operand\(position)"))
        }
        emit(builtin, inputs, try tensor(output))
    }

    /// A value at the quantisation of `output`.
    mutating func rescaled(_ input: ValueID, like output: ValueID, _ suffix: String) throws(TFLiteError)
        -> Int
    {
        let (type, wanted) = (graph[input].type, graph[output].type.quantization)
        guard type.quantization != nil, type.quantization != wanted else { return try tensor(input) }
        let result = try intermediate(
            suffix, of: output, ValueType(type.shape, type.dataType, quantization: wanted))
        emit(.quantize, version: 2, [try tensor(input)], [result])
        return result
    }

    mutating func lower(_ activation: Activation, _ node: Node, to output: ValueID) throws(TFLiteError) {
        let input = try tensor(node.inputs[0])
        func plain(_ builtin: BuiltinOperator, _ fields: [(id: Int, value: FlatWriter.Field)] = [])
            throws(TFLiteError)
        { emit(builtin, [input], try tensor(output), fields) }
        switch activation {
        case .relu: try plain(.relu)
        case .relu6: try plain(.relu6)
        case .hardSwish: try plain(.hardSwish)
        case .leakyRelu(let slope): try plain(.leakyRelu, [(Schema.LeakyRelu.slope, .float(slope))])
        case .gelu(let approximate): try plain(.gelu, [(Schema.Gelu.approximate, .flag(approximate))])
        case .sigmoid:
            try scaled(output, as: .unitInterval) { (exporter, result) in
                exporter.emit(.logistic, [input], result)
            }
        case .tanh:
            try scaled(output, as: .symmetricUnit) { (exporter, result) in
                exporter.emit(.tanh, [input], result)
            }
        case .silu:
            var type = graph[output].type
            if type.quantization != nil { type.quantization = .unitInterval }
            let gate = try intermediate("gate", of: output, type)
            emit(.logistic, [input], gate)
            emit(.mul, [input, gate], try tensor(output), [(Schema.Arithmetic.activation, .byte(0))])
        case .hardSigmoid(let alpha, let beta): try lowerHardSigmoid(alpha, beta, node, to: output)
        case .clip(lower: -1, upper: 1): try plain(.reluN1To1)
        case .clip(lower: 0, upper: 1): try plain(.relu0To1)
        case .clip(let lower, let upper): try lowerClip(lower, upper, node, to: output)
        }
    }

    /// relu6(6α·x + 6β) / 6, which runs in fused kernels; in integers, real numbers are computed.
    private mutating func lowerHardSigmoid(
        _ alpha: Float, _ beta: Float, _ node: Node, to output: ValueID
    ) throws(TFLiteError) {
        let type = ValueType(graph[output].type.shape)
        let shifted = try intermediate("shifted", of: output, type)
        let slope: (factor: Int, result: Int)? =
            6 * alpha == 1
            ? nil
            : (
                try reals([6 * alpha], shape: [1], "factor", of: output),
                try intermediate("steep", of: output, type)
            )
        let shift = try reals([6 * beta], shape: [1], "shift", of: output)
        let sixth = try reals([1 / 6], shape: [1], "sixth", of: output)
        let relu6 = Schema.FusedActivation.relu6.rawValue
        try inReals(node, to: output) { (exporter, inputs, result) in
            if let slope {
                exporter.emit(
                    .mul, [inputs[0], slope.factor], slope.result, [(Schema.Arithmetic.activation, .byte(0))])
            }
            exporter.emit(
                .add, [slope?.result ?? inputs[0], shift], shifted,
                [(Schema.Arithmetic.activation, .byte(relu6))])
            exporter.emit(.mul, [shifted, sixth], result, [(Schema.Arithmetic.activation, .byte(0))])
        }
    }

    private mutating func lowerClip(
        _ lower: Float, _ upper: Float, _ node: Node, to output: ValueID
    ) throws(TFLiteError) {
        guard lower.isFinite || upper.isFinite else { throw fault("clips to no bound") }
        let type = ValueType(graph[output].type.shape)
        let low = lower.isFinite ? try reals([lower], shape: [1], "lower", of: output) : nil
        let high = upper.isFinite ? try reals([upper], shape: [1], "upper", of: output) : nil
        let between = low != nil && high != nil ? try intermediate("raised", of: output, type) : nil
        try inReals(node, to: output) { (exporter, inputs, result) in
            if let low { exporter.emit(.maximum, [inputs[0], low], between ?? result) }
            if let high { exporter.emit(.minimum, [between ?? inputs[0], high], result) }
        }
    }

    mutating func lower(_ function: UnaryOperation, _ node: Node, to output: ValueID) throws(TFLiteError) {
        let builtin: BuiltinOperator
        switch function {
        case .absolute: builtin = .abs
        case .negate: builtin = .neg
        case .exponential: builtin = .exp
        case .logarithm: builtin = .log
        case .squareRoot: builtin = .sqrt
        case .floor: builtin = .floor
        case .ceiling: builtin = .ceil
        case .round: builtin = .round
        case .sign: builtin = .sign
        case .sine: builtin = .sin
        case .cosine: builtin = .cos
        case .reciprocal:
            let one = try reals([1], shape: [1], "one", of: output)
            return try inReals(node, to: output) { (exporter, inputs, result) in
                exporter.emit(.div, [one, inputs[0]], result, [(Schema.Arithmetic.activation, .byte(0))])
            }
        case .softsign: return try lowerSoftsign(node, to: output)
        case .softplus: return try lowerSoftplus(node, to: output)
        case .errorFunction: throw fault("TFLite has no error function")
        }
        try inReals(node, to: output) { (exporter, inputs, result) in exporter.emit(builtin, inputs, result) }
    }

    /// The quotient x / (1 + |x|).
    private mutating func lowerSoftsign(_ node: Node, to output: ValueID) throws(TFLiteError) {
        let type = ValueType(graph[output].type.shape)
        let (size, sum) = (
            try intermediate("size", of: output, type), try intermediate("sum", of: output, type)
        )
        let one = try reals([1], shape: [1], "one", of: output)
        try inReals(node, to: output) { (exporter, inputs, result) in
            exporter.emit(.abs, inputs, size)
            exporter.emit(.add, [size, one], sum, [(Schema.Arithmetic.activation, .byte(0))])
            exporter.emit(.div, [inputs[0], sum], result, [(Schema.Arithmetic.activation, .byte(0))])
        }
    }

    /// max(x, 0) + ln(1 + e^−|x|), which overflows nowhere.
    private mutating func lowerSoftplus(_ node: Node, to output: ValueID) throws(TFLiteError) {
        let type = ValueType(graph[output].type.shape)
        var steps: [Int] = []
        for name in ["size", "negative", "power", "sum", "logarithm", "positive"] {
            steps.append(try intermediate(name, of: output, type))
        }
        let places = steps
        let one = try reals([1], shape: [1], "one", of: output)
        try inReals(node, to: output) { (exporter, inputs, result) in
            exporter.emit(.abs, inputs, places[0])
            exporter.emit(.neg, [places[0]], places[1])
            exporter.emit(.exp, [places[1]], places[2])
            exporter.emit(.add, [places[2], one], places[3], [(Schema.Arithmetic.activation, .byte(0))])
            exporter.emit(.log, [places[3]], places[4])
            exporter.emit(.relu, inputs, places[5])
            exporter.emit(.add, [places[5], places[4]], result, [(Schema.Arithmetic.activation, .byte(0))])
        }
    }

    /// Along the last axis; others are brought there and back.
    mutating func lowerSoftmax(axis: Int, _ node: Node, to output: ValueID) throws(TFLiteError) {
        let rank = graph[output].type.shape.rank
        let beta: [(id: Int, value: FlatWriter.Field)] = [(Schema.Softmax.beta, .float(1))]
        let input = try tensor(node.inputs[0])
        guard axis != rank - 1 else {
            return try scaled(output, as: .unitInterval) { (exporter, result) in
                exporter.emit(.softmax, [input], result, beta)
            }
        }
        var order = Array(0..<rank)
        order.swapAt(axis, rank - 1)
        let permutation = try integers(order, "order", of: output)
        var type = graph[node.inputs[0]].type
        type.shape = Shape(order.map { type.shape[$0] })
        let turned = try intermediate("turned", of: output, type)
        if type.quantization != nil { type.quantization = .unitInterval }
        let shares = try intermediate("shares", of: output, type)
        emit(.transpose, [input, permutation], turned)
        emit(.softmax, [turned], shares, beta)
        try scaled(output, as: .unitInterval) { (exporter, result) in
            exporter.emit(.transpose, [shares, permutation], result)
        }
    }

    mutating func lowerLocalResponse(
        size: Int, alpha: Float, beta: Float, bias: Float, _ node: Node, to output: ValueID
    ) throws(TFLiteError) {
        typealias Field = Schema.LocalResponse
        guard size % 2 == 1 else { throw fault("TFLite's window is odd, not \(size)") }
        try inReals(node, to: output) { (exporter, inputs, result) in
            exporter.emit(
                .localResponseNormalization, version: 1, inputs, [result],
                [
                    (Field.radius, .number(size / 2)), (Field.bias, .float(bias)),
                    (Field.alpha, .float(alpha / Float(size))), (Field.beta, .float(beta)),
                ])
        }
    }
}
