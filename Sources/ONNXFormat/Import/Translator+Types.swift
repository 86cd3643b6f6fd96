import ModelGraph

/// Between the element types of the file and those the graph computes in.
extension Translator {
    /// An input as real numbers.
    ///
    /// Integers without scale are computed with as real numbers; `integer` is then the type that the result has to be
    /// turned back into.
    mutating func real(_ index: Int, of call: Call) throws(ONNXProblem) -> (view: View, integer: DataType?) {
        if case .constant(let tensor) = try required(index, of: call), !tensor.dataType.isFloatingPoint {
            return (try realConstant(tensor, call.named(index), call), nil)
        }
        let view = try view(index, of: call)
        return try real(view, call)
    }

    /// Constant integers that meet real numbers.
    private mutating func realConstant(_ tensor: Tensor, _ name: String, _ call: Call) throws(ONNXProblem)
        -> View
    {
        try checkSize(ValueType(tensor.shape, .float32), of: name)
        guard let real = tensor.dequantized(Quantization(scale: 1)) else {
            throw call.fault("'\(name.shortened)' holds too many integers")
        }
        return View(sharedConstant("\(name)/real", real), real.shape.dimensions)
    }

    mutating func real(_ view: View, _ call: Call) throws(ONNXProblem) -> (view: View, integer: DataType?) {
        let type = dataType(view)
        switch type {
        case .float32, .float16, .bfloat16: return (view, nil)
        case .int8, .uint8: return (try integersAsReal(view, call), view.isOffset ? .uint8 : type)
        case .int16, .int32, .int64, .bool: return (try numbers(view, call), type)
        case .binary: throw call.fault("reads bits as numbers")
        }
    }

    /// The integers or truth values of a tensor as real numbers, once; exact up to 2²⁴.
    private mutating func numbers(_ view: View, _ call: Call) throws(ONNXProblem) -> View {
        let key = LayoutKey(view: View(view.value, view.stored), order: [-2])
        if let id = layouts[key] { return view.with(id) }
        let step = "\(graph[view.value].name)/real"
        let id = try apply(.cast(.float32), [view.value], call, step: step)
        layouts[key] = id
        return view.with(id)
    }

    /// The file's integers as float32, whatever their scale.
    mutating func integersAsReal(_ view: View, _ call: Call) throws(ONNXProblem) -> View {
        var result = try map(.cast(.float32), view, call)
        if view.isOffset { result = try combine(.add, result, 128, call) }
        result.isOffset = false
        return result
    }

    /// Computes a result in real numbers and stores it under the node's output in the type it must have.
    mutating func setResult(
        _ call: Call, _ integer: DataType?,
        _ compute: (inout Translator, String?) throws(ONNXProblem) -> View
    ) throws(ONNXProblem) {
        guard let integer else { return set(call, try compute(&self, call.output)) }
        let result = try compute(&self, nil)
        set(call, try map(.cast(integer), result, call, name: call.output))
    }

    mutating func cast(_ call: Call) throws(ONNXProblem) {
        let target: ElementType?
        if call.type == "CastLike" {
            target = ElementType(try elementType(1, of: call))
        } else {
            target = ElementType(rawValue: Int32(truncatingIfNeeded: call.integer("to", default: 0)))
        }
        guard let target, let wanted = target.graphType else {
            let name = target.map { "\($0)" } ?? "an unknown type"
            throw call.unsupported(
                "it converts to \(name); export the model in float32, float16 or 8-bit integers")
        }
        let input = try view(0, of: call)
        let type = input.isOffset ? .uint8 : dataType(input)
        if type == wanted, graph[input.value].constant == nil { return set(call, input) }
        let hasScale = graph[input.value].type.quantization != nil
        let source = hasScale ? try integersAsReal(input, call) : input
        if dataType(source) == wanted { return set(call, source) }
        set(call, try map(.cast(wanted), source, call, name: call.output))
    }

    func elementType(_ index: Int, of call: Call) throws(ONNXProblem) -> DataType {
        switch try required(index, of: call) {
        case .constant(let tensor): return tensor.dataType
        case .dequantized: return .float32
        case .computed(let view): return view.isOffset ? .uint8 : dataType(view)
        }
    }
}
