import ModelGraph

/// Functions that are several of the graph's operations.
extension Importer {
    /// max(x, 0) + exp(min(x, 0)) − 1.
    mutating func importExponentialUnit(_ call: OperatorCall) throws(TFLiteError) {
        let name = resultName(of: try call.output())
        let x = try real(try operand(try call.input(0)), as: "\(name):input")
        let zero = builder.constant(unique("\(name):zero"), Tensor([1], [0]))
        let one = builder.constant(unique("\(name):one"), Tensor([1], [1]))
        let negative = try emit(.binary(.minimum), [x, zero], as: "\(name):negative")
        let power = try emit(.unary(.exponential), [negative], as: "\(name):power")
        let bent = try emit(.binary(.subtract), [power, one], as: "\(name):bent")
        let positive = try emit(.binary(.maximum), [x, zero], as: "\(name):positive")
        try finishReal(call) { (importer, name) throws(TFLiteError) in
            try importer.emit(.binary(.add), [positive, bent], as: name)
        }
    }

    /// x − max − ln Σ exp(x − max) along the last axis.
    mutating func importLogSoftmax(_ call: OperatorCall) throws(TFLiteError) {
        let name = resultName(of: try call.output())
        let x = try real(try operand(try call.input(0)), as: "\(name):input")
        let last = builder.shape(of: x).rank - 1
        guard last >= 0 else { throw unsupported("needs at least one axis") }
        func reduction(_ kind: Reduction.Kind) -> Operation {
            .reduce(Reduction(kind, axes: [last], keepsDimensions: true))
        }
        let largest = try emit(reduction(.maximum), [x], as: "\(name):largest")
        let shifted = try emit(.binary(.subtract), [x, largest], as: "\(name):shifted")
        let powers = try emit(.unary(.exponential), [shifted], as: "\(name):powers")
        let sum = try emit(reduction(.sum), [powers], as: "\(name):sum")
        let logarithm = try emit(.unary(.logarithm), [sum], as: "\(name):logarithm")
        try finishReal(call) { (importer, name) throws(TFLiteError) in
            try importer.emit(.binary(.subtract), [shifted, logarithm], as: name)
        }
    }

    /// x / ‖x‖ along the last axis.
    mutating func importLengthNormalization(_ call: OperatorCall) throws(TFLiteError) {
        let name = resultName(of: try call.output())
        let x = try real(try operand(try call.input(0)), as: "\(name):input")
        let last = builder.shape(of: x).rank - 1
        guard last >= 0 else { throw unsupported("needs at least one axis") }
        let squares = try emit(.binary(.multiply), [x, x], as: "\(name):squares")
        let sum = try emit(
            .reduce(Reduction(.sum, axes: [last], keepsDimensions: true)), [squares], as: "\(name):sum")
        let least = builder.constant(unique("\(name):least"), Tensor([1], [1e-12]))
        let bounded = try emit(.binary(.maximum), [sum, least], as: "\(name):bounded")
        let length = try emit(.unary(.squareRoot), [bounded], as: "\(name):length")
        try finishReal(call) { (importer, name) throws(TFLiteError) in
            try importer.emit(.binary(.divide), [x, length], as: name)
        }
    }

    /// The sum of all operands.
    mutating func importSum(_ call: OperatorCall) throws(TFLiteError) {
        let name = resultName(of: try call.output())
        var parts: [ValueID] = []
        for position in call.inputs.indices {
            parts.append(try real(try operand(try call.input(position)), as: "\(name):part\(position)"))
        }
        guard let last = parts.popLast(), var sum = parts.first else {
            throw unsupported("needs two operands")
        }
        for (number, part) in parts.dropFirst().enumerated() {
            sum = try emit(.binary(.add), [sum, part], as: "\(name):sum\(number)")
        }
        let rest = sum
        try finishReal(call) { (importer, name) throws(TFLiteError) in
            try importer.emit(.binary(.add), [rest, last], as: name)
        }
    }
}
