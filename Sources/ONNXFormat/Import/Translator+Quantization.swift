import ModelGraph

/// Integers that stand for real numbers. The graph computes in int8: uint8 z is int8 z − 128.
extension Translator {
    /// The scale of a graph input of 8-bit integers, from the node that turns it into real numbers.
    func declaredQuantization(
        _ name: String, _ type: DataType, _ nodes: [ProtoNode]
    ) throws(ONNXProblem) -> Quantization? {
        guard type == .int8 || type == .uint8,
            let node = nodes.first(where: {
                ["DequantizeLinear", "QLinearConv", "QLinearMatMul"].contains($0.opType)
                    && $0.input.first == name
            })
        else { return nil }
        let call = Call(node, index: 0)
        func known(_ index: Int) -> Tensor? {
            guard let name = call.input(index) else { return nil }
            if case .constant(let tensor)? = self.known[name] { return tensor }
            return options.fixedInputs[name]
        }
        guard let scale = known(1), scale.shape.elementCount == 1 else { return nil }
        guard call.input(2) == nil || known(2) != nil else { return nil }
        let found = try quantization(scale, known(2), axis: nil, call)
        return type == .int8 && !(-128...127).contains(found.zeroPoint) ? nil : found
    }

    /// Scale and zero point at two inputs of a node; one number each, or one for each index along an axis.
    func quantization(
        _ scale: Tensor, _ zeroPoint: Tensor?, axis: Int?, _ call: Call
    ) throws(ONNXProblem) -> Quantization {
        let count = scale.shape.elementCount
        guard count > 0, count <= 1 << 24, let scales = scale.floats else {
            throw call.fault("needs a scale")
        }
        guard scales.allSatisfy({ $0 > 0 && $0.isFinite }) else {
            throw call.fault(
                "has the scale \(scales.first { !($0 > 0 && $0.isFinite) } ?? 0); scales are positive numbers"
            )
        }
        let points = try zeroPoints(zeroPoint, count: count, call)
        if scales.count == 1 { return Quantization(scale: scales[0], zeroPoint: points[0]) }
        guard let axis, scale.shape.rank == 1 else {
            throw call.unsupported(
                "it has \(count) scales here; only constants may have one for each channel")
        }
        return Quantization(scales: scales, zeroPoints: points, axis: axis)
    }

    private func zeroPoints(_ tensor: Tensor?, count: Int, _ call: Call) throws(ONNXProblem) -> [Int32] {
        guard let tensor else { return [Int32](repeating: 0, count: count) }
        guard let integers = tensor.integers, !integers.isEmpty,
            integers.count == count || integers.count == 1,
            integers.allSatisfy({ $0 >= -(1 << 31) && $0 < 1 << 31 })
        else { throw call.fault("its zero point is not an integer for each scale") }
        let points = integers.map { Int32($0) }
        return points.count == count ? points : [Int32](repeating: points[0], count: count)
    }

    mutating func quantize(_ call: Call) throws(ONNXProblem) {
        let integer = try quantizedType(call, scale: 1, takesInt16: true)
        let hasZeroPoint = call.input(2) == nil ? true : try isKnown(2, of: call)
        guard integer != .int16, try isKnown(1, of: call), hasZeroPoint, try isPerTensor(call) else {
            return try quantizeInSteps(call, integer)
        }
        let (input, _) = try real(0, of: call)
        set(call, try quantized(input, call, scale: 1, to: integer, name: call.output))
    }

    /// int8 or uint8 (int16 where it is computed in steps), as the zero point or an attribute says.
    private func quantizedType(
        _ call: Call, scale: Int, takesInt16: Bool = false
    ) throws(ONNXProblem) -> DataType {
        var type: DataType? = .uint8
        if call.input(scale + 1) != nil {
            switch try required(scale + 1, of: call) {
            case .constant(let tensor): type = tensor.dataType
            case .dequantized: type = nil
            case .computed(let view): type = view.isOffset ? .uint8 : dataType(view)
            }
        } else if let attribute = call.attribute("output_dtype"), attribute.i != 0 {
            type = ElementType(rawValue: Int32(truncatingIfNeeded: attribute.i))?.graphType
        }
        guard let type, type == .int8 || type == .uint8 || takesInt16 && type == .int16 else {
            throw call.unsupported("it quantizes to something other than int8 or uint8; use one of these")
        }
        return type
    }

    private func isKnown(_ index: Int, of call: Call) throws(ONNXProblem) -> Bool {
        if case .computed = try required(index, of: call) { return false }
        return true
    }

    /// Real numbers to the 8-bit type with the scale and zero point at two inputs of the node.
    func quantizationAt(_ scale: Int, of call: Call) throws(ONNXProblem) -> Quantization {
        let found = try quantization(
            try constant(scale, of: call), try optionalConstant(scale + 1, of: call), axis: nil, call)
        guard (-128...255).contains(found.zeroPoint) else {
            throw call.fault("its zero point is not an 8-bit integer")
        }
        return found
    }

    private mutating func quantized(
        _ input: View, _ call: Call, scale: Int, to integer: DataType, name: String?
    ) throws(ONNXProblem) -> View {
        let found = try quantizationAt(scale, of: call)
        let isOffset = integer == .uint8
        let stored = Quantization(scale: found.scale, zeroPoint: found.zeroPoint - (isOffset ? 128 : 0))
        guard (-128...127).contains(stored.zeroPoint) else {
            throw call.fault("the zero point \(found.zeroPoint) is not of the type \(integer.rawValue)")
        }
        var result = try map(.quantize(.int8, stored), input, call, name: name)
        result.isOffset = isOffset
        return result
    }

    mutating func dequantize(_ call: Call) throws(ONNXProblem) {
        let type = try elementType(0, of: call)
        guard type == .int8 || type == .uint8, try isPerTensor(call) else {
            return try dequantizeInSteps(call)
        }
        set(call, try dequantized(0, call, name: call.output))
    }

    /// The real numbers that the integers at an input stand for, by the scale and zero point behind it.
    mutating func dequantized(_ index: Int, _ call: Call, name: String?) throws(ONNXProblem) -> View {
        var input = try view(index, of: call)
        let wanted = try quantizationAt(index + 1, of: call)
        let own = graph[input.value].type
        guard own.dataType == .int8 || own.dataType == .uint8 else {
            throw call.unsupported(
                "it turns \(own.dataType.rawValue) values into real numbers; only int8 and uint8 are")
        }
        let offset: Int32 = input.isOffset ? 128 : 0
        guard own.quantization == Quantization(scale: wanted.scale, zeroPoint: wanted.zeroPoint - offset)
        else {
            let integers = try integersAsReal(input, call)
            let shifted = try combine(.subtract, integers, Float(wanted.zeroPoint), call)
            return try combine(.multiply, shifted, wanted.scale, call, name: name)
        }
        if own.dataType == .uint8 { input = try signed(input, wanted, call) }
        var result = try map(.dequantize, input, call, name: name)
        result.isOffset = false
        return result
    }

    /// A uint8 input as int8, once.
    private mutating func signed(_ input: View, _ quantization: Quantization, _ call: Call)
        throws(ONNXProblem) -> View
    {
        let key = LayoutKey(view: View(input.value, input.stored), order: [-1])
        let shifted = Quantization(scale: quantization.scale, zeroPoint: quantization.zeroPoint - 128)
        let id: ValueID
        if let found = layouts[key] {
            id = found
        } else {
            let step = "\(graph[input.value].name)/int8"
            id = try apply(.quantize(.int8, shifted), [input.value], call, step: step)
            layouts[key] = id
        }
        var view = input.with(id)
        view.isOffset = true
        return view
    }

    /// The file's uint8 again, for an output of the network.
    mutating func restoreUnsigned(_ view: View, _ call: Call) throws(ONNXProblem) -> View {
        guard let own = graph[view.value].type.quantization else { return view }
        let shifted = Quantization(scale: own.scale, zeroPoint: own.zeroPoint + 128)
        var result = try map(.quantize(.uint8, shifted), view, call)
        result.isOffset = false
        return result
    }

    /// x, its scale and zero point, then the same of w and of y, then an optional int32 bias.
    mutating func quantizedConvolution(_ call: Call) throws(ONNXProblem) {
        let integer = try quantizedType(call, scale: 6)
        let input = try dequantized(0, call, name: nil)
        let inputScale = try quantizationAt(1, of: call).scale
        let weights = try constant(3, of: call)
        let scales = try quantization(
            try constant(4, of: call), try optionalConstant(5, of: call), axis: 0, call)
        known["\(call.output)/weights"] = try scaled(weights, scales, call)
        var inner = [call.named(0), "\(call.output)/weights"]
        if call.input(8) != nil {
            let sums = Quantization(
                scales: scales.scales.map { $0 * inputScale }, zeroPoints: scales.scales.map { _ in 0 },
                axis: scales.axis)
            known["\(call.output)/bias"] = try scaled(try constant(8, of: call), sums, call)
            inner.append("\(call.output)/bias")
        }
        let real = try convolve(input, call.reading(inner), weights: 1, bias: 2, name: nil)
        set(call, try quantized(real, call, scale: 6, to: integer, name: call.output))
    }

    mutating func quantizedMatrixMultiply(_ call: Call) throws(ONNXProblem) {
        let integer = try quantizedType(call, scale: 6)
        let left = try dequantized(0, call, name: nil)
        known["\(call.output)/left"] = .computed(left)
        if case .computed = try required(3, of: call) {
            known["\(call.output)/right"] = .computed(try dequantized(3, call, name: nil))
        } else {
            let weights = try constant(3, of: call)
            let scales = try quantization(
                try constant(4, of: call), try optionalConstant(5, of: call), axis: weights.shape.rank - 1,
                call)
            known["\(call.output)/right"] = try scaled(weights, scales, call)
        }
        let inner = call.reading(["\(call.output)/left", "\(call.output)/right"])
        try matrixMultiply(inner)
        guard case .computed(let product)? = known[call.output] else { throw call.fault("has no product") }
        graph[product.value].name = freshName("\(call.output)/product")
        set(call, try quantized(product, call, scale: 6, to: integer, name: call.output))
    }

    /// uint8 with a scale and a zero point from the input's own range, which contains 0.
    mutating func quantizeByOwnRange(_ call: Call) throws(ONNXProblem) {
        guard call.outputs.count == 3 else { throw call.fault("needs three outputs") }
        try composed { (translator) throws(ONNXProblem) in
            let found = try translator.levels(of: call.named(0), call, scale: call.outputs[1])
            let unsigned: [ProtoAttribute] = [.init("to", Int(ElementType.uint8.rawValue))]
            for (value, output) in [(found.zeroPoint, 2), (found.levels, 0)] {
                _ = try translator.step(
                    "Cast", [value], of: call, as: call.outputs[output], attributes: unsigned)
            }
        }
    }

    /// Levels from 0 to 255 between the least and the greatest number of a value, 0 included; the name of their scale may be given.
    mutating func levels(
        of value: String, _ call: Call, scale name: String? = nil
    ) throws(ONNXProblem) -> (levels: String, scale: String, zeroPoint: String) {
        let rank = try shape(of: value, call).count
        let all: [ProtoAttribute] = [.init("axes", Array(0..<rank)), .init("keepdims", 0)]
        let zero = number("zero", Tensor([], [0]), of: call)
        let steps = number("steps", Tensor([], [255]), of: call)
        let most = try step(
            "Max", [try step("ReduceMax", [value], of: call, attributes: all), zero], of: call)
        let least = try step(
            "Min", [try step("ReduceMin", [value], of: call, attributes: all), zero], of: call)
        let range = try step("Sub", [most, least], of: call)
        // Where all is zero the smallest scale keeps it so, instead of dividing by zero.
        let smallest = number("smallest", Tensor([], [Float.leastNormalMagnitude]), of: call)
        let scale = try step(
            "Max", [try step("Div", [range, steps], of: call), smallest], of: call, as: name)
        let lowest = try step("Neg", [try step("Div", [least, scale], of: call)], of: call)
        let point = try step("Clip", [try step("Round", [lowest], of: call), zero, steps], of: call)
        let rounded = try step("Round", [try step("Div", [value, scale], of: call)], of: call)
        let shifted = try step("Add", [rounded, point], of: call)
        return (try step("Clip", [shifted, zero, steps], of: call), scale, point)
    }

    /// Sums of products of integers; exact below 2²⁴.
    mutating func integerProduct(_ call: Call) throws(ONNXProblem) {
        let raw = try view(0, of: call)
        guard let (input, _) = try? real(raw, call) else { throw call.fault("needs 8-bit inputs") }
        var x = input
        if call.input(2) != nil, case .computed = try required(2, of: call) {
            x = try combine(.subtract, x, try real(2, of: call).view, call)
        } else if let zeroPoint = try scalar(2, of: call), zeroPoint != 0 {
            x = try combine(.subtract, x, zeroPoint, call)
        }
        known["\(call.output)/left"] = .computed(x)
        let weights = try constant(1, of: call)
        try checkTransient(weights.shape, call)
        guard var values = weights.floats, weights.shape.rank >= 2, !values.isEmpty else {
            throw call.fault("needs weights of 8-bit integers")
        }
        if let tensor = try optionalConstant(3, of: call), tensor.shape.elementCount <= 1 << 24,
            let zeroPoint = tensor.floats
        {
            let channel = call.type == "ConvInteger" ? weights.shape.elementCount / weights.shape[0] : 1
            let outputs = call.type == "ConvInteger" ? weights.shape[0] : weights.shape.dimensions.last ?? 1
            guard zeroPoint.count == 1 || zeroPoint.count == outputs else {
                throw call.fault("its zero points do not fit")
            }
            for index in values.indices {
                values[index] -= zeroPoint.count == 1 ? zeroPoint[0] : zeroPoint[index / channel % outputs]
            }
        }
        known["\(call.output)/right"] = .constant(Tensor(weights.shape, values))
        let inner = call.reading(["\(call.output)/left", "\(call.output)/right"])
        let sums: View
        if call.type == "ConvInteger" {
            sums = try convolve(x, inner, weights: 1, bias: 2, name: nil)
        } else {
            try matrixMultiply(inner)
            guard case .computed(let product)? = known[call.output] else {
                throw call.fault("has no product")
            }
            graph[product.value].name = freshName("\(call.output)/product")
            sums = product
        }
        set(call, try map(.cast(.int32), sums, call, name: call.output))
    }

    /// Constant integers with their scales, checked to fit each other.
    func scaled(_ tensor: Tensor, _ quantization: Quantization, _ call: Call) throws(ONNXProblem) -> Known {
        guard tensor.integers != nil || tensor.dataType == .int8 else {
            throw call.fault("its constant holds no integers")
        }
        if let axis = quantization.axis {
            guard tensor.shape.dimensions.indices.contains(axis),
                tensor.shape[axis] == quantization.scales.count
            else {
                throw call.fault(
                    "\(quantization.scales.count) scales do not fit axis \(axis) of \(tensor.shape)")
            }
        }
        return .dequantized(tensor, quantization)
    }

    /// The real numbers constant integers stand for.
    func dequantize(_ tensor: Tensor, _ quantization: Quantization, _ call: Call) throws(ONNXProblem)
        -> Tensor
    {
        guard let real = tensor.dequantized(quantization) else {
            throw call.fault("its integers are unknown or too many")
        }
        return real
    }
}
