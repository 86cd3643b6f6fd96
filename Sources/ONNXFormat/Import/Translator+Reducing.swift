import ModelGraph

extension Translator {
    mutating func softmax(_ call: Call) throws(ONNXProblem) {
        let (input, _) = try real(0, of: call)
        let isFlattening = operatorSet < 13
        let axis = try call.axis(
            call.integer("axis", default: isFlattening ? 1 : -1), rank: max(input.rank, 1))
        guard input.rank > 0 else { throw call.fault("needs an input of at least one axis") }
        var source = try plain(input, call)
        var place = source.order[axis]
        if isFlattening, source.shape[(axis + 1)...].contains(where: { $0 != 1 }) {
            let rows = source.shape[..<axis].reduce(1, *)
            let flat = source.reshaped([rows, source.elementCount / rows])
            source = View(try inFileOrder(flat, call), flat.shape)
            place = 1
        }
        let result =
            call.type == "Softmax"
            ? try map(.softmax(axis: place), source, call, name: call.output)
            : try logarithmOfSoftmax(source, place, call)
        set(call, result.shape == input.shape ? result : result.reshaped(input.shape))
    }

    /// x − max − log Σ exp(x − max), which stays finite where the logarithm of a softmax would not.
    private mutating func logarithmOfSoftmax(_ x: View, _ place: Int, _ call: Call) throws(ONNXProblem)
        -> View
    {
        func reduction(_ kind: Reduction.Kind) -> Operation {
            .reduce(Reduction(kind, axes: [place], keepsDimensions: true))
        }
        let largest = try apply(reduction(.maximum), [x.value], call)
        let shifted = try apply(.binary(.subtract), [x.value, largest], call)
        let powers = try apply(.unary(.exponential), [shifted], call)
        let sum = try apply(.unary(.logarithm), [try apply(reduction(.sum), [powers], call)], call)
        return x.with(try apply(.binary(.subtract), [shifted, sum], call, name: call.output))
    }

    mutating func reduce(_ call: Call) throws(ONNXProblem) {
        if case .constant(let tensor) = try required(0, of: call), tensor.shape.elementCount == 0 {
            known[call.output] = .constant(try emptyReduction(call, tensor))
            return
        }
        let (input, integer) = try real(0, of: call)
        let given = try axesOrNone(call) ?? []
        if given.isEmpty, call.flag("noop_with_empty_axes") {
            return try setResult(call, integer) { (translator, name) throws(ONNXProblem) in
                try translator.reduceOneByOne(input, call)
            }
        }
        let axes = given.isEmpty ? Array(input.shape.indices) : try call.axes(given, rank: input.rank)
        let kept = input.shape.indices.map { axes.contains($0) ? 1 : input.shape[$0] }
        let shape =
            call.flag("keepdims", default: true)
            ? kept : input.shape.indices.filter { !axes.contains($0) }.map { input.shape[$0] }
        try setResult(call, integer) { (translator, name) throws(ONNXProblem) in
            try translator.reduced(input, axes, call, name: name).reshaped(shape)
        }
    }

    /// What a reduction over no axis leaves to do: the function of each element.
    private mutating func reduceOneByOne(_ x: View, _ call: Call) throws(ONNXProblem) -> View {
        switch call.type {
        case "ReduceL1", "ReduceL2": try map(.unary(.absolute), x, call)
        case "ReduceSumSquare": try combine(.multiply, x, x, call)
        case "ReduceLogSum": try map(.unary(.logarithm), x, call)
        default: x
        }
    }

    private mutating func reduced(
        _ input: View, _ axes: [Int], _ call: Call, name: String?
    ) throws(ONNXProblem) -> View {
        switch call.type {
        case "ReduceMean": return try reduced(input, .mean, axes, call, name: name)
        case "ReduceSum": return try reduced(input, .sum, axes, call, name: name)
        case "ReduceMax": return try reduced(input, .maximum, axes, call, name: name)
        case "ReduceMin": return try reduced(input, .minimum, axes, call, name: name)
        case "ReduceProd": return try reduced(input, .product, axes, call, name: name)
        case "ReduceL1":
            return try reduced(try map(.unary(.absolute), input, call), .sum, axes, call, name: name)
        case "ReduceSumSquare":
            return try reduced(try combine(.multiply, input, input, call), .sum, axes, call, name: name)
        case "ReduceL2":
            let sum = try reduced(try combine(.multiply, input, input, call), .sum, axes, call, name: nil)
            return try map(.unary(.squareRoot), sum, call, name: name)
        case "ReduceLogSum":
            return try map(
                .unary(.logarithm), try reduced(input, .sum, axes, call, name: nil), call, name: name)
        default:
            let largest = try reduced(input, .maximum, axes, call, name: nil)
            let powers = try map(.unary(.exponential), try combine(.subtract, input, largest, call), call)
            let sum = try map(.unary(.logarithm), try reduced(powers, .sum, axes, call, name: nil), call)
            return try combine(.add, sum, largest, call, name: name)
        }
    }

    /// Reduced axes stay as extents of 1; means and maxima over a whole image are pooling.
    private mutating func reduced(
        _ input: View, _ kind: Reduction.Kind, _ axes: [Int], _ call: Call, name: String?
    ) throws(ONNXProblem) -> View {
        if input.rank == 4, axes == [2, 3], kind == .mean || kind == .maximum {
            return try pooled(input, kind == .mean ? .average : .maximum, call, name: name)
        }
        let source = try plain(input, call)
        let places = axes.map { source.order[$0] }.sorted()
        let id = try apply(
            .reduce(Reduction(kind, axes: places, keepsDimensions: true)), [source.value], call, name: name)
        return stored(id, like: source.storedAxes)
    }
}
