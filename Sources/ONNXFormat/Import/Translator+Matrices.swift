import ModelGraph

extension Translator {
    mutating func matrixMultiply(_ call: Call) throws(ONNXProblem) {
        if case .computed = try required(1, of: call) { return try computedProduct(call) }
        let (left, _) = try real(0, of: call)
        guard try weightRank(1, of: call) == 2, left.rank >= 2 else { return try computedProduct(call) }
        set(call, try dense(left, call, weights: 1, isTransposed: false, bias: nil, name: call.output))
    }

    private func weightRank(_ index: Int, of call: Call) throws(ONNXProblem) -> Int {
        switch try required(index, of: call) {
        case .constant(let tensor), .dequantized(let tensor, _): return tensor.shape.rank
        case .computed(let view): return view.rank
        }
    }

    /// The product of two tensors of any rank (vectors as rows and columns).
    private mutating func computedProduct(_ call: Call) throws(ONNXProblem) {
        var a = try real(0, of: call).view
        var b = try real(1, of: call).view
        guard a.rank > 0, b.rank > 0 else { throw call.fault("needs inputs of at least one axis") }
        let (isRow, isColumn) = (a.rank == 1, b.rank == 1)
        if isRow { a = a.reshaped([1] + a.shape) }
        if isColumn { b = b.reshaped(b.shape + [1]) }
        let id = try apply(
            .matrixMultiply, [try inFileOrder(a, call), try inFileOrder(b, call)], call, name: call.output)
        var shape = graph[id].type.shape.dimensions
        let result = View(id, shape)
        if isRow { shape.remove(at: shape.count - 2) }
        if isColumn { shape.removeLast() }
        set(call, result.reshaped(shape))
    }

    mutating func inFileOrder(_ view: View, _ call: Call) throws(ONNXProblem) -> ValueID {
        try lay(view, Array(view.shape.indices), call)
    }

    /// x · W (+ bias) with constant weights [K, O], or [O, K] where `isTransposed`.
    ///
    /// Where x is an image that was flattened, the columns of W are put into the image's stored order instead of
    /// moving the image.
    mutating func dense(
        _ input: View, _ call: Call, weights: Int, isTransposed: Bool, bias: ValueID?, name: String?
    ) throws(ONNXProblem) -> View {
        var x = input
        var columns: [Int]?
        if !input.isPlain, input.rank == 2, input.keepsFirst, input.order != Array(input.order.indices) {
            columns = input.order
            x = View(input.value, input.stored).reshaped(input.shape)
        }
        let value = try inFileOrder(x, call)
        let kept = columns.map { order in (1..<order.count).map { input.stored[order[$0]] } }
        let shape = { (shape: [Int]) throws(ONNXProblem) -> [Int] in
            guard shape.count == 2, shape.allSatisfy({ $0 > 0 }),
                shape[isTransposed ? 1 : 0] == input.shape.last
            else {
                throw call.fault(
                    "weights of shape \(Shape(shape)) do not fit an input of shape \(Shape(input.shape))")
            }
            guard let kept else { return shape }
            return isTransposed ? [shape[0]] + kept : kept + [shape[1]]
        }
        let w = try denseWeights(weights, call, shape, columns, isTransposed)
        let id = try apply(.dense, [value, w] + (bias.map { [$0] } ?? []), call, name: name)
        return View(id, graph[id].type.shape.dimensions)
    }

    /// Weights [O, K] with their columns in the order in which the input lies.
    private mutating func denseWeights(
        _ index: Int, _ call: Call, _ shape: ([Int]) throws(ONNXProblem) -> [Int], _ columns: [Int]?,
        _ isTransposed: Bool
    ) throws(ONNXProblem) -> ValueID {
        guard let columns else {
            return try weights(index, of: call, shape: shape, order: isTransposed ? [0, 1] : [1, 0])
        }
        var places = [Int](repeating: 0, count: columns.count)
        for (axis, stored) in columns.enumerated() { places[stored] = axis }
        let moved = places.dropFirst().map { isTransposed ? $0 : $0 - 1 }
        let order = [isTransposed ? 0 : columns.count - 1] + moved
        let found = try required(index, of: call)
        switch found {
        case .dequantized(let tensor, let quantization):
            let outputs = tensor.shape[isTransposed ? 0 : 1]
            let laid = tensor.reshaped(try shape(tensor.shape.dimensions)).permuted(order)
                .reshaped([outputs, tensor.shape.elementCount / outputs])
            guard quantization.axis.map({ $0 == (isTransposed ? 0 : 1) }) ?? true else { break }
            let moved = Quantization(
                scales: quantization.scales, zeroPoints: quantization.zeroPoints,
                axis: quantization.axis.map { _ in 0 })
            let name = call.named(index)
            let integers = constantValue(integerNames[name] ?? name, laid, quantization: moved)
            return try apply(.dequantize, [integers], call)
        case .constant, .computed: break
        }
        let tensor = try constant(index, of: call)
        let outputs = tensor.shape[isTransposed ? 0 : 1]
        let laid = tensor.reshaped(try shape(tensor.shape.dimensions)).permuted(order)
        return constantValue(call.named(index), laid.reshaped([outputs, laid.shape.elementCount / outputs]))
    }

    /// alpha · A · B + beta · C.
    mutating func generalMatrixMultiply(_ call: Call) throws(ONNXProblem) {
        var a = try real(0, of: call).view
        guard a.rank == 2 else { throw call.fault("needs an input of 2 axes, got \(Shape(a.shape))") }
        if call.flag("transA") { a = try transposed(a, call) }
        let (alpha, beta) = (call.float("alpha", default: 1), call.float("beta", default: 1))
        let isTransposed = call.flag("transB")
        let hasWeights: Bool
        if case .computed = try required(1, of: call) { hasWeights = false } else { hasWeights = true }
        guard hasWeights else {
            var b = try real(1, of: call).view
            guard b.rank == 2 else { throw call.fault("needs weights of 2 axes, got \(Shape(b.shape))") }
            if isTransposed { b = try transposed(b, call) }
            let product = try apply(
                .matrixMultiply, [try inFileOrder(a, call), try inFileOrder(b, call)], call)
            return try addScaled(View(product, graph[product].type.shape.dimensions), alpha, beta, call)
        }
        let outputs = try outputCount(1, of: call, isTransposed: isTransposed)
        if alpha == 1, beta == 1 || call.input(2) == nil, let bias = try biasValue(call, outputs) {
            return set(
                call,
                try dense(a, call, weights: 1, isTransposed: isTransposed, bias: bias.id, name: call.output))
        }
        let product = try dense(a, call, weights: 1, isTransposed: isTransposed, bias: nil, name: nil)
        try addScaled(product, alpha, beta, call)
    }

    private func outputCount(_ index: Int, of call: Call, isTransposed: Bool) throws(ONNXProblem) -> Int {
        switch try required(index, of: call) {
        case .constant(let tensor), .dequantized(let tensor, _):
            guard tensor.shape.rank == 2 else {
                throw call.fault("needs weights of 2 axes, got \(tensor.shape)")
            }
            return tensor.shape[isTransposed ? 0 : 1]
        case .computed(let view): return view.shape.last ?? 0
        }
    }

    /// The third input as a bias [O]: nil where it is not one, an empty one where it is left out.
    private mutating func biasValue(_ call: Call, _ outputs: Int) throws(ONNXProblem) -> (id: ValueID?, Void)?
    {
        guard let found = try optional(2, of: call) else { return (nil, ()) }
        switch found {
        case .computed: return nil
        case .constant(let tensor), .dequantized(let tensor, _):
            guard tensor.shape.elementCount == outputs, tensor.shape.dimensions.last == outputs else {
                return nil
            }
            return (try weights(2, of: call, shape: { _ in [outputs] }, order: [0]), ())
        }
    }

    private mutating func addScaled(
        _ product: View, _ alpha: Float, _ beta: Float, _ call: Call
    ) throws(ONNXProblem) {
        let hasSum = call.input(2) != nil && beta != 0
        var result = product
        if alpha != 1 || !hasSum {
            result = try combine(.multiply, result, alpha, call, name: hasSum ? nil : call.output)
        }
        guard hasSum else { return set(call, result) }
        var sum = try real(2, of: call).view
        if beta != 1 { sum = try combine(.multiply, sum, beta, call) }
        set(call, try combine(.add, result, sum, call, name: call.output))
    }

    private mutating func transposed(_ view: View, _ call: Call) throws(ONNXProblem) -> View {
        let plain = try self.plain(view, call)
        return View(plain.value, stored: plain.stored, order: plain.order.reversed())
    }
}
