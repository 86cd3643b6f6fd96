extension Operation {
    /// Checks that a value of type `output` may hold this operation's result.
    ///
    /// The shape is always the inferred one. So is the element type, except that integer arithmetic chooses the quantisation
    /// of its result (and may leave int32 sums), and binary convolutions leave real numbers.
    func verify(output: ValueType, from inputs: [ValueType]) throws(GraphError) {
        let inferred = try outputType(inputs)
        guard output.shape == inferred.shape else {
            throw .mismatch(operation: name, detail: "gives \(inferred.shape), declared \(output.shape)")
        }
        try verifyOperands(inputs)
        let allowed = resultTypes(of: inputs)
        guard allowed.contains(output.dataType) else {
            throw .mismatch(
                operation: name,
                detail:
                    "\(inputs[0].dataType.rawValue) gives \(allowed.map(\.rawValue).joined(separator: " or ")), "
                    + "declared \(output.dataType.rawValue)")
        }
        var input = inputs[0]
        if case .select = self { input = inputs[1] }
        try verifyQuantization(output: output, inferred: inferred, input: input)
    }

    /// The element types a result may have, given those of the inputs.
    private func resultTypes(of inputs: [ValueType]) -> [DataType] {
        let input = inputs[0].dataType
        if let stated = statedType(of: []) { return [stated.dataType] }
        if case .select = self { return [inputs[1].dataType] }
        switch traits.kind {
        case .layer, .product, .recurrence:
            switch input {
            case .binary: return [.float32]
            case .int8, .uint8: return [.int8, .uint8, .int32]
            case .float32, .float16, .bfloat16, .int16, .int32, .int64, .bool: return [input]
            }
        case .pooling, .elementwise, .movement, .mixing: return [input]
        }
    }

    /// Weights must be of a kind that can meet the activations.
    private func verifyOperands(_ inputs: [ValueType]) throws(GraphError) {
        if isLayer { try verifyWeights(inputs[1], meeting: inputs[0]) }
        if traits.operandsShareType {
            for other in inputs.dropFirst() where other.dataType != inputs[0].dataType {
                throw .mismatch(
                    operation: name,
                    detail: "operands are \(inputs[0].dataType.rawValue) and \(other.dataType.rawValue)")
            }
        }
        if case .select = self { try verifySelect(inputs) }
        if case .gather = self, inputs[1].dataType != .int32, inputs[1].dataType != .int64 {
            throw .mismatch(
                operation: name, detail: "its places are \(inputs[1].dataType.rawValue), not int32 or int64")
        }
        if case .dequantize = self, inputs[0].quantization == nil {
            throw .mismatch(operation: name, detail: "its input carries no quantisation")
        }
    }

    private func verifySelect(_ inputs: [ValueType]) throws(GraphError) {
        guard inputs[0].dataType == .bool, inputs[1].dataType == inputs[2].dataType else {
            throw .mismatch(
                operation: name,
                detail:
                    "needs bool conditions and two operands of one type, got "
                    + inputs.map(\.dataType.rawValue).joined(separator: ", "))
        }
    }

    private func verifyWeights(_ weights: ValueType, meeting activations: ValueType) throws(GraphError) {
        let fits =
            switch activations.dataType {
            case .float32, .float16, .bfloat16: weights.dataType.isFloatingPoint
            case .int8, .uint8, .int16:
                (weights.dataType == .int8 || weights.dataType == .uint8)
                    && activations.quantization != nil
                    && weights.quantization != nil
            case .binary: weights.dataType == .binary
            case .int32, .int64, .bool: false
            }
        guard fits else {
            throw .mismatch(
                operation: name,
                detail:
                    "\(activations.dataType.rawValue) activations do not meet \(weights.dataType.rawValue) weights"
                    + (activations.dataType == .int8 ? " (both need quantisation)" : ""))
        }
    }

    /// Integers that stand for real numbers say how; operations that only move them keep the scale.
    private func verifyQuantization(output: ValueType, inferred: ValueType, input: ValueType)
        throws(GraphError)
    {
        if statedType(of: []) != nil {
            guard output.quantization == inferred.quantization else {
                throw .mismatch(operation: name, detail: "the result's quantisation is not the operation's")
            }
        } else if movesOnly {
            guard output.quantization == input.quantization else {
                throw .mismatch(operation: name, detail: "must keep its input's quantisation")
            }
        } else {
            guard (input.quantization != nil && output.dataType != .float32) == (output.quantization != nil)
            else {
                throw .mismatch(
                    operation: name, detail: "quantised inputs give quantised results, and real ones real")
            }
        }
    }
}
