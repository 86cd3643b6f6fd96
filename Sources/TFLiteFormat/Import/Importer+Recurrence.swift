import ModelGraph

extension Importer {
    /// UNIDIRECTIONAL_SEQUENCE_LSTM with real numbers or integers (int8, cell state int16), from zero states.
    mutating func importSequenceLSTM(_ call: OperatorCall) throws(TFLiteError) {
        typealias Field = Schema.SequenceLSTM
        guard try call.activation(Field.activation) == .tanh else {
            throw unsupported("its activation is not tanh")
        }
        guard [16, 17, 20, 21, 22, 23].allSatisfy({ call.optionalInput($0) == nil }),
            call.optionalInput(1) != nil
        else {
            throw unsupported("it projects or normalises its states, or couples input and forget gate")
        }
        let clip = try call.float(Field.cellClip)
        let output = try call.output(), type = try type(of: output)
        let input = try operand(try call.input(0))
        let gates = try LSTMGates(call, importer: &self)
        let name = resultName(of: output)
        let isTimeMajor = try call.bool(Field.timeMajor)
        let steps = isTimeMajor ? input : try emit(.transpose([1, 0, 2]), [input], as: "\(name):steps")
        let inputs = [steps] + lstmOperands(gates, as: name)
        let operation = Recurrence(
            .lstm, cellClip: clip > 0 ? clip : nil, rounding: try rounding(call, type.quantization))
        guard !isTimeMajor else {
            return try set(output, to: emit(.recurrence(operation), inputs, as: name, type: type))
        }
        let states = try emit(.recurrence(operation), inputs, as: "\(name):sequence", type: type)
        try set(output, to: emit(.transpose([1, 0, 2]), [states], as: name))
    }

    /// BIDIRECTIONAL_SEQUENCE_LSTM with real activations, from zero states: one layer forwards, one backwards.
    mutating func importBidirectionalLSTM(_ call: OperatorCall) throws(TFLiteError) {
        typealias Field = Schema.BidirectionalLSTM
        guard try call.activation(Field.activation) == .tanh else {
            throw unsupported("its activation is not tanh")
        }
        guard [16, 17, 33, 34].allSatisfy({ call.optionalInput($0) == nil }),
            (39...47).allSatisfy({ call.optionalInput($0) == nil }), call.optionalInput(1) != nil
        else { throw unsupported("it projects its states, has a second input, or couples its gates") }
        let input = try operand(try call.input(0)), clip = try call.float(Field.cellClip)
        guard builder.type(of: input).dataType == .float32 else {
            throw unsupported("its input is \(builder.type(of: input).dataType.rawValue), not float32")
        }
        guard let first = call.outputs.first else { throw file.flat.damaged("\(place) has no result") }
        let name = resultName(of: first)
        let isTimeMajor = try call.bool(Field.timeMajor, default: true)
        let merges = try call.bool(Field.merges)
        let steps = isTimeMajor ? input : try emit(.transpose([1, 0, 2]), [input], as: "\(name):steps")
        var results: [ValueID] = []
        for (suffix, isReversed) in [("forwards", false), ("backwards", true)] {
            let gates = try LSTMGates(call, isBackwards: isReversed, importer: &self)
            let operation = Recurrence(.lstm, isReversed: isReversed, cellClip: clip > 0 ? clip : nil)
            let operands = [steps] + lstmOperands(gates, as: "\(name):\(suffix)")
            let states = try emit(.recurrence(operation), operands, as: "\(name):\(suffix)")
            results.append(
                isTimeMajor
                    ? states : try emit(.transpose([1, 0, 2]), [states], as: "\(name):\(suffix):batches"))
        }
        if merges { results = [try emit(.concatenate(axis: 2), results, as: name)] }
        guard call.outputs.count == results.count else {
            throw file.flat.damaged("\(place) has \(call.outputs.count) results instead of \(results.count)")
        }
        for (output, value) in zip(call.outputs, results) { try set(output, to: value) }
    }

    /// Weights, bias, zero states and peepholes of an LSTM, as constants.
    private mutating func lstmOperands(_ gates: LSTMGates, as name: String) -> [ValueID] {
        var operands = [
            constant("\(name):weights", gates.weights), constant("\(name):recurrent", gates.recurrent),
            constant("\(name):bias", gates.bias),
        ]
        for state in ["hidden", "cell"] {
            let zeros = Tensor([1, gates.hidden], .repeated(0, .float32))
            operands.append(builder.constant(unique("\(name):\(state)"), zeros))
        }
        if let peepholes = gates.peepholes {
            operands.append(
                builder.constant(unique("\(name):peepholes"), Tensor([3 * gates.hidden], peepholes)))
        }
        return operands
    }

    /// UNIDIRECTIONAL_SEQUENCE_RNN: h = f(W x + R h + b), from a zero state.
    mutating func importSequenceRNN(_ call: OperatorCall) throws(TFLiteError) {
        typealias Field = Schema.SequenceRNN
        guard let function = try call.activation(Field.activation).activation else {
            throw unsupported("it has no activation; recurrent layers without one are not supported")
        }
        let input = try operand(try call.input(0)), output = try call.output(), name = resultName(of: output)
        guard builder.type(of: input).dataType == .float32 else {
            throw unsupported("its input is \(builder.type(of: input).dataType.rawValue), not float32")
        }
        let isTimeMajor = try call.bool(Field.timeMajor)
        let steps = isTimeMajor ? input : try emit(.transpose([1, 0, 2]), [input], as: "\(name):steps")
        let weights = try realWeights(try call.input(1), isDepthwise: false)
        let recurrent = try realWeights(try call.input(2), isDepthwise: false)
        let own = try realWeights(try call.input(3), isDepthwise: false)
        guard let bias = builder.constant(own)?.floats,
            builder.shape(of: recurrent).dimensions.last == bias.count
        else {
            throw unsupported("its bias does not fit its weights")
        }
        let both = Tensor([2 * bias.count], bias + [Float](repeating: 0, count: bias.count))
        let state = Tensor([1, bias.count], .repeated(0, .float32))
        let operands = [
            steps, weights, recurrent, builder.constant(unique("\(name):bias"), both),
            builder.constant(unique("\(name):hidden"), state),
        ]
        let operation = Operation.recurrence(Recurrence(.plain(function)))
        guard !isTimeMajor else { return try set(output, to: emit(operation, operands, as: name)) }
        let states = try emit(operation, operands, as: "\(name):sequence")
        try set(output, to: emit(.transpose([1, 0, 2]), [states], as: name))
    }

    private mutating func constant(
        _ name: String, _ constant: (tensor: Tensor, quantization: Quantization?)
    ) -> ValueID {
        builder.constant(unique(name), constant.tensor, quantization: constant.quantization)
    }

    /// The grids of an integer LSTM's states: the result's scale, and that of the cell state.
    private func rounding(
        _ call: OperatorCall, _ quantization: Quantization?
    ) throws(TFLiteError) -> RecurrenceRounding? {
        guard let quantization else { return nil }
        let record = file.subgraph.tensors[try call.input(19)].quantization
        guard quantization.axis == nil, let scale = record?.scales.first, scale > 0, scale.isFinite else {
            throw unsupported("its states lack scales")
        }
        return RecurrenceRounding(hidden: quantization, cellScale: scale)
    }
}

/// Weights of the four gates, each a tensor of its own in the file, in the graph's order.
private struct LSTMGates {
    typealias Constant = (tensor: Tensor, quantization: Quantization?)
    let weights, recurrent, bias: Constant
    let peepholes: [Float]?
    let hidden: Int

    /// Positions of input, output, forget and cell gate among the operands.
    private static let inputs = [1, 4, 2, 3], recurrents = [5, 8, 6, 7], biases = [12, 15, 13, 14]

    /// `isBackwards`: the second layer of a bidirectional operator, whose operands follow those of the first.
    init(_ call: OperatorCall, isBackwards: Bool = false, importer: inout Importer) throws(TFLiteError) {
        let shift = isBackwards ? 17 : 0
        weights = try Self.joined(Self.inputs.map { $0 + shift }, call, &importer)
        recurrent = try Self.joined(Self.recurrents.map { $0 + shift }, call, &importer)
        guard weights.tensor.shape.rank == 2, recurrent.tensor.shape.rank == 2 else {
            throw importer.unsupported("its weights have not two axes")
        }
        hidden = recurrent.tensor.shape[1]
        let own = try Self.joined(Self.biases.map { $0 + shift }, call, &importer)
        let zeros = Tensor(own.tensor.shape, .repeated(0, own.tensor.dataType))
        bias = try Self.joined([own, (zeros, own.quantization)], importer)
        peepholes = try Self.peepholes(call, shift, &importer)
        guard weights.tensor.shape[0] == 4 * hidden, recurrent.tensor.shape[0] == 4 * hidden,
            own.tensor.shape == [4 * hidden], peepholes.map({ $0.count == 3 * hidden }) ?? true
        else { throw importer.unsupported("the weights of its gates do not fit each other") }
    }

    private static func joined(
        _ positions: [Int], _ call: OperatorCall, _ importer: inout Importer
    ) throws(TFLiteError) -> Constant {
        var parts: [Constant] = []
        for position in positions {
            let index = try call.input(position), stored = importer.storedAs[index] ?? index
            guard importer.isConstant(stored) else {
                throw importer.unsupported("its weights and biases must be constants")
            }
            let type = try importer.type(of: stored)
            parts.append((Tensor(type.shape, try importer.elements(of: stored)), type.quantization))
        }
        return try joined(parts, importer)
    }

    /// Tensors one after the other along axis 0, each with its own scale.
    private static func joined(_ parts: [Constant], _ importer: Importer) throws(TFLiteError) -> Constant {
        let rows = parts.reduce(0) { $0 + $1.tensor.shape[0] }
        let shape = parts[0].tensor.shape.replacing(0, with: rows)
        guard
            parts.allSatisfy({
                $0.tensor.shape.rank == shape.rank && $0.tensor.shape.replacing(0, with: rows) == shape
                    && $0.tensor.dataType == parts[0].tensor.dataType
                    && ($0.quantization == nil) == (parts[0].quantization == nil)
            })
        else { throw importer.unsupported("the weights of its gates differ in shape or type") }
        var values: [Float] = [], scales: [Float] = []
        for part in parts {
            guard let floats = part.tensor.floats else {
                throw importer.unsupported("its weights are unknown")
            }
            values += floats
            guard let quantization = part.quantization else { continue }
            guard quantization.zeroPoints.allSatisfy({ $0 == 0 }), quantization.axis ?? 0 == 0 else {
                throw importer.unsupported("its weights have zero points, or scales along another axis")
            }
            scales +=
                quantization.axis == nil
                ? [Float](repeating: quantization.scale, count: part.tensor.shape[0]) : quantization.scales
        }
        let quantization = scales.isEmpty ? nil : Quantization(scales: scales, axis: 0)
        switch parts[0].tensor.dataType {
        case .int8: return (Tensor(shape, .int8(values.map { Int8($0) })), quantization)
        case .int32: return (try integers(parts, shape, importer), quantization)
        case .float32, .float16: return (Tensor(shape, values), nil)
        case .bfloat16, .uint8, .int16, .int64, .bool, .binary:
            throw importer.unsupported("its weights are \(parts[0].tensor.dataType.rawValue)")
        }
    }

    /// 32-bit integers, which float32 does not hold exactly.
    private static func integers(
        _ parts: [Constant], _ shape: Shape, _ importer: Importer
    ) throws(TFLiteError) -> Tensor {
        var values: [Int32] = []
        for part in parts {
            switch part.tensor.storage {
            case .int32(let own): values += own
            case .repeated(0, .int32): values += [Int32](repeating: 0, count: part.tensor.shape.elementCount)
            case .float32, .float16, .bfloat16, .int8, .uint8, .int16, .int64, .bool, .binary, .repeated,
                .unknown:
                throw importer.unsupported("its biases differ in type")
            }
        }
        return Tensor(shape, .int32(values))
    }

    /// Weights from the cell to input, output and forget gate; nil where there are none.
    private static func peepholes(
        _ call: OperatorCall, _ shift: Int, _ importer: inout Importer
    ) throws(TFLiteError) -> [Float]? {
        guard call.optionalInput(9 + shift) != nil else { return nil }
        let parts = try joined([9, 11, 10].map { $0 + shift }, call, &importer)
        guard parts.quantization == nil else { throw importer.unsupported("its peepholes are integers") }
        return parts.tensor.floats
    }
}
