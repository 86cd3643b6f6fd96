import ModelGraph

extension Importer {
    mutating func importArgument(
        _ call: OperatorCall, _ kind: ArgumentReduction.Kind
    ) throws(TFLiteError) {
        let input = try operand(try call.input(0))
        let axes = try normalized(try integers(try call.input(1)), rank: builder.shape(of: input).rank)
        guard axes.count == 1 else { throw unsupported("needs one axis, got \(axes)") }
        let type = try type(of: try call.output()).dataType
        try finish(
            call,
            .argument(ArgumentReduction(kind, axis: axes[0], keepsDimensions: false, result: type)), [input])
    }

    mutating func importComparison(_ call: OperatorCall, _ comparison: Comparison) throws(TFLiteError) {
        try finish(call, .compare(comparison), [try plain(call, 0), try plain(call, 1)])
    }

    /// LOGICAL_NOT: equal to false.
    mutating func importNegation(_ call: OperatorCall) throws(TFLiteError) {
        let name = resultName(of: try call.output())
        let no = builder.constant(unique("\(name):false"), Tensor([1], .bool([false])))
        try finish(call, .compare(.equal), [try plain(call, 0), no])
    }

    /// SELECT and SELECT_V2; the older one takes a condition for each index of the first axis too.
    mutating func importSelect(_ call: OperatorCall) throws(TFLiteError) {
        var condition = try operand(try call.input(0))
        let chosen = try operand(try call.input(1)), other = try operand(try call.input(2))
        let shape = builder.shape(of: condition), rank = builder.shape(of: chosen).rank
        let name = resultName(of: try call.output())
        if call.builtin == .select, shape.rank == 1, rank > 1 {
            let target = [shape[0]] + [Int](repeating: 1, count: rank - 1)
            condition = try emit(.reshape(target), [condition], as: "\(name):conditions")
        }
        let output = try call.output()
        let type = try type(of: output)
        var operands: [ValueID] = []
        for (value, part) in [(chosen, "first"), (other, "second")] {
            let own = builder.type(of: value)
            guard let quantization = type.quantization, own.quantization != quantization else {
                operands.append(value)
                continue
            }
            operands.append(
                try emit(.quantize(type.dataType, quantization), [value], as: "\(name):\(part)"))
        }
        try set(output, to: emit(.select, [condition] + operands, as: name))
    }

    /// An operand in its own type; integers that stand for real numbers become those.
    private mutating func plain(_ call: OperatorCall, _ position: Int) throws(TFLiteError) -> ValueID {
        let value = try operand(try call.input(position))
        guard builder.type(of: value).quantization != nil else { return value }
        return try real(value, as: "\(resultName(of: try call.output())):operand\(position)")
    }

    mutating func importCumulativeSum(_ call: OperatorCall) throws(TFLiteError) {
        typealias Field = Schema.CumulativeSum
        let input = try operand(try call.input(0))
        let axes = try normalized(try integers(try call.input(1)), rank: builder.shape(of: input).rank)
        guard axes.count == 1 else { throw unsupported("needs one axis, got \(axes)") }
        let sum = CumulativeSum(
            axis: axes[0], isExclusive: try call.bool(Field.exclusive),
            isReversed: try call.bool(Field.reverse))
        try finish(call, .cumulativeSum(sum), [input])
    }

    /// GATHER and EMBEDDING_LOOKUP.
    mutating func importLookUp(
        _ call: OperatorCall, data: Int, places: Int, axis: Int
    ) throws(TFLiteError) {
        if call.builtin == .gather, try call.int(Schema.Gather.batchDimensions) != 0 {
            throw unsupported("it looks up along batches")
        }
        let input = try operand(try call.input(data)), indices = try operand(try call.input(places))
        let rank = builder.shape(of: input).rank
        guard axis >= -rank, axis < rank else { throw unsupported("axis \(axis) is outside rank \(rank)") }
        let output = try call.output(), from = builder.type(of: input)
        let operation = Operation.gather(axis: axis < 0 ? axis + rank : axis)
        let name = resultName(of: output), to = try type(of: output)
        guard let quantization = to.quantization, quantization != from.quantization else {
            return try set(output, to: emit(operation, [input, indices], as: name, type: from))
        }
        let kept = try emit(operation, [input, indices], as: "\(name):scaled", type: from)
        try set(output, to: emit(.quantize(to.dataType, quantization), [kept], as: name))
    }
}
