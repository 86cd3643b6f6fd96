import ModelGraph

/// Comparisons, choices and places: operations on values of any type.
extension Translator {
    mutating func compare(_ call: Call) throws(ONNXProblem) {
        let comparison: Comparison =
            switch call.type {
            case "Equal": .equal
            case "Less": .less
            case "LessOrEqual": .lessOrEqual
            case "Greater": .greater
            case "GreaterOrEqual": .greaterOrEqual
            case "And": .and
            case "Or": .or
            default: .exclusiveOr
            }
        let (a, b) = (try values(0, of: call), try values(1, of: call))
        try setBroadcast(.compare(comparison), [narrowed(a, like: b), narrowed(b, like: a)], call)
    }

    /// Not: equal to false.
    mutating func negate(_ call: Call) throws(ONNXProblem) {
        let input = try values(0, of: call)
        guard dataType(input) == .bool else { throw call.fault("needs truth values") }
        let no = constantValue("\(call.output)/false", Tensor([1], .bool([false])))
        try setBroadcast(.compare(.equal), [input, View(no, [1])], call)
    }

    mutating func select(_ call: Call) throws(ONNXProblem) {
        let condition = try values(0, of: call)
        guard dataType(condition) == .bool else { throw call.fault("its conditions are not truth values") }
        let (a, b) = (try values(1, of: call), try values(2, of: call))
        try setBroadcast(.select, [condition, narrowed(a, like: b), narrowed(b, like: a)], call)
    }

    /// An operand in its own type; integers that stand for real numbers become those.
    private mutating func values(_ index: Int, of call: Call) throws(ONNXProblem) -> View {
        let view = try view(index, of: call)
        return graph[view.value].type.quantization == nil && !view.isOffset
            ? view : try real(index, of: call).view
    }

    /// Operands broadcast as NumPy does, in the stored order of the largest.
    private mutating func setBroadcast(
        _ operation: Operation, _ operands: [View], _ call: Call
    ) throws(ONNXProblem) {
        var shape = Shape(operands[0].shape)
        for operand in operands.dropFirst() {
            guard let common = shape.broadcast(with: Shape(operand.shape)) else {
                throw call.fault("\(shape) and \(Shape(operand.shape)) do not broadcast")
            }
            shape = common
        }
        let leader = operands.first {
            $0.isPlain && $0.shape == shape.dimensions && graph[$0.value].constant == nil
        }
        let order = leader?.storedAxes ?? Array(shape.dimensions.indices)
        var inputs: [ValueID] = []
        for operand in operands {
            let missing = [Int](repeating: 1, count: shape.rank - operand.rank)
            inputs.append(try lay(operand.reshaped(missing + operand.shape), order, call))
        }
        let id = try apply(operation, inputs, call, name: call.output)
        set(call, stored(id, like: order))
    }

    /// ArgMax and ArgMin.
    mutating func argument(_ call: Call) throws(ONNXProblem) {
        let (input, _) = try real(0, of: call)
        let axis = try call.axis(call.integer("axis", default: 0), rank: input.rank)
        let source = try plain(input, call)
        let operation = ArgumentReduction(
            call.type == "ArgMax" ? .maximum : .minimum, axis: source.order[axis], keepsDimensions: true,
            selectsLast: call.flag("select_last_index"))
        let id = try apply(.argument(operation), [source.value], call, name: call.output)
        let kept = stored(id, like: source.storedAxes)
        guard !call.flag("keepdims", default: true) else { return set(call, kept) }
        set(call, kept.reshaped(kept.shape.indices.filter { $0 != axis }.map { kept.shape[$0] }))
    }

    /// A look-up at places that the network computes, as in embeddings.
    mutating func lookUp(_ call: Call, axis given: Int? = nil) throws(ONNXProblem) {
        let data = try view(0, of: call), places = try view(1, of: call)
        guard dataType(places) == .int32 || dataType(places) == .int64 else {
            throw call.unsupported("its indices are \(dataType(places).rawValue), not int32 or int64")
        }
        let axis = try call.axis(given ?? call.integer("axis", default: 0), rank: data.rank)
        let inputs = [try inFileOrder(data, call), try inFileOrder(places, call)]
        let id = try apply(.gather(axis: axis), inputs, call, name: call.output)
        var result = View(id, graph[id].type.shape.dimensions)
        result.isOffset = data.isOffset
        set(call, result)
    }

    mutating func cumulativeSum(_ call: Call) throws(ONNXProblem) {
        let (input, integer) = try real(0, of: call)
        let axes = try integers(1, of: call)
        guard axes.count == 1 else { throw call.fault("needs one axis, got \(axes)") }
        let axis = try call.axis(axes[0], rank: input.rank)
        let source = try plain(input, call)
        let sum = CumulativeSum(
            axis: source.order[axis], isExclusive: call.flag("exclusive"), isReversed: call.flag("reverse"))
        try setResult(call, integer) { (translator, name) throws(ONNXProblem) in
            try translator.map(.cumulativeSum(sum), source, call, name: name)
        }
    }
}
