import ModelGraph

/// Scales that the graph's own quantisation of activations does not have: one for each index along an axis, one for each
/// block, or one that depends on the input. They are computed with step by step, in real numbers.
extension Translator {
    /// Whether a QuantizeLinear or DequantizeLinear has a single scale.
    func isPerTensor(_ call: Call) throws(ONNXProblem) -> Bool {
        guard call.integer("block_size", default: 0) == 0 else { return false }
        switch try required(1, of: call) {
        case .constant(let tensor), .dequantized(let tensor, _): return tensor.shape.elementCount == 1
        case .computed(let view): return view.elementCount == 1
        }
    }

    /// round(x / scale) + zero point, saturated.
    mutating func quantizeInSteps(_ call: Call, _ integer: DataType) throws(ONNXProblem) {
        let (input, _) = try real(0, of: call)
        let parts = try parts(of: input.shape, call)
        var result = try combine(.divide, input.reshaped(parts.values), try scale(1, call, parts), call)
        result = try map(.unary(.round), result, call)
        if call.input(2) != nil { result = try combine(.add, result, try scale(2, call, parts), call) }
        let limits: (Float, Float) =
            integer == .uint8 ? (0, 255) : integer == .int16 ? (-32_768, 32_767) : (-128, 127)
        result = try map(.activation(.clip(lower: limits.0, upper: limits.1)), result, call)
        set(call, try map(.cast(integer), result, call, name: call.output).reshaped(input.shape))
    }

    /// (q − zero point) · scale.
    mutating func dequantizeInSteps(_ call: Call) throws(ONNXProblem) {
        var (result, _) = try real(0, of: call)
        let shape = result.shape
        let parts = try parts(of: shape, call)
        result = result.reshaped(parts.values)
        if call.input(2) != nil { result = try combine(.subtract, result, try scale(2, call, parts), call) }
        result = try combine(.multiply, result, try scale(1, call, parts), call, name: call.output)
        set(call, result.reshaped(shape))
    }

    /// Shapes under which a tensor and its scales broadcast.
    private struct Parts {
        var values, scales: [Int]
    }

    private func parts(of shape: [Int], _ call: Call) throws(ONNXProblem) -> Parts {
        let scales = try scaleShape(call)
        if scales.reduce(1, *) == 1 { return Parts(values: shape, scales: []) }
        let axis = try call.axis(call.integer("axis", default: 1), rank: shape.count)
        let block = call.integer("block_size", default: 0)
        guard block > 0 else {
            guard scales == [shape[axis]] else {
                throw call.fault(
                    "scales of shape \(Shape(scales)) do not fit axis \(axis) of \(Shape(shape))")
            }
            return Parts(values: shape, scales: scales + [Int](repeating: 1, count: shape.count - axis - 1))
        }
        var expected = shape
        expected[axis] /= block
        guard scales == expected, scales[axis].multipliedReportingOverflow(by: block) == (shape[axis], false)
        else {
            throw call.unsupported(
                "scales of shape \(Shape(scales)) do not cut \(Shape(shape)) into whole blocks of \(block)")
        }
        var parts = Parts(values: shape, scales: scales)
        parts.values.replaceSubrange(axis...axis, with: [scales[axis], block])
        parts.scales.insert(1, at: axis + 1)
        return parts
    }

    private func scaleShape(_ call: Call) throws(ONNXProblem) -> [Int] {
        switch try required(1, of: call) {
        case .constant(let tensor), .dequantized(let tensor, _): tensor.shape.dimensions
        case .computed(let view): view.shape
        }
    }

    /// The scales (or zero points) at an input, ready to be broadcast.
    private mutating func scale(_ index: Int, _ call: Call, _ parts: Parts) throws(ONNXProblem) -> View {
        let view = try real(index, of: call).view
        guard view.elementCount == parts.scales.reduce(1, *) else {
            throw call.fault("its zero point does not fit its scale")
        }
        return view.reshaped(parts.scales)
    }
}
