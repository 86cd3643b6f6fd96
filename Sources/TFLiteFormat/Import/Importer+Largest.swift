import ModelGraph

/// TOPK_V2 and ONE_HOT, made of other operations.
extension Importer {
    /// The k largest elements along the last axis and their places, one after the other.
    mutating func importLargest(_ call: OperatorCall) throws(TFLiteError) {
        let source = try operand(try call.input(0))
        let count = try integers(try call.input(1)).first ?? 0
        guard call.outputs.count == 2 else { throw file.flat.damaged("\(place) needs two results") }
        let type = builder.type(of: source), axis = type.shape.rank - 1
        guard axis >= 0, count > 0, count <= type.shape[axis], count <= 64 else {
            throw unsupported("asks for \(count) (at most 64) of the elements of \(type.shape)")
        }
        guard type.dataType == .float32 || type.quantization != nil else {
            throw unsupported("its elements are \(type.dataType.rawValue)")
        }
        let name = resultName(of: call.outputs[0]), extent = type.shape[axis]
        var rest = try real(source, as: "\(name):real")
        let list = Shape([Int](repeating: 1, count: axis) + [extent])
        let places = try counting(extent, shape: list, as: "\(name):places")
        let taken = scalar(-.greatestFiniteMagnitude, "\(name):taken")
        let largest = ArgumentReduction(.maximum, axis: axis, keepsDimensions: true, result: .int32)
        var (values, indices): ([ValueID], [ValueID]) = ([], [])
        for index in 0..<count {
            let at = try emit(.argument(largest), [rest], as: "\(name):place\(index)")
            indices.append(at)
            values.append(
                try emit(
                    .reduce(Reduction(.maximum, axes: [axis], keepsDimensions: true)), [rest],
                    as: "\(name):value\(index)"))
            guard index + 1 < count else { break }
            let isOwn = try emit(.compare(.equal), [places, at], as: "\(name):own\(index)")
            rest = try emit(.select, [isOwn, taken, rest], as: "\(name):rest\(index)")
        }
        let joined = try emit(
            .concatenate(axis: axis), values, as: type.quantization == nil ? name : "\(name):values")
        let result = try type.quantization.map { (quantization) throws(TFLiteError) in
            try emit(.quantize(type.dataType, quantization), [joined], as: name)
        }
        try set(call.outputs[0], to: result ?? joined)
        let output = call.outputs[1]
        try set(output, to: emit(.concatenate(axis: axis), indices, as: resultName(of: output)))
    }

    /// ONE_HOT with constant depth: a value at each index, another elsewhere.
    mutating func importOneHot(_ call: OperatorCall) throws(TFLiteError) {
        let indices = try operand(try call.input(0)), depth = try integers(try call.input(1)).first ?? 0
        let shape = builder.shape(of: indices), given = try call.int(Schema.OneHot.axis, default: -1)
        guard depth > 0, depth < 1 << 20, given == -1 || given == shape.rank else {
            throw unsupported("a depth of \(depth) along axis \(given) is not supported, only along the last")
        }
        let type = builder.type(of: indices).dataType
        guard type == .int32 || type == .int64 else {
            throw unsupported("its indices are \(type.rawValue)")
        }
        let output = try call.output(), name = resultName(of: output)
        let column = try emit(.reshape(shape.dimensions + [1]), [indices], as: "\(name):column")
        try file.flat.budget.spend(8 * depth)
        let list: Tensor.Storage =
            type == .int64 ? .int64((0..<depth).map { Int64($0) }) : .int32((0..<depth).map { Int32($0) })
        let places = builder.constant(unique("\(name):places"), Tensor([depth], list))
        let isOwn = try emit(.compare(.equal), [column, places], as: "\(name):is_own")
        let (on, off) = (try operand(try call.input(2)), try operand(try call.input(3)))
        try set(output, to: emit(.select, [isOwn, on, off], as: name))
    }
}
