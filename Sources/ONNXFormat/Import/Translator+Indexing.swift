import ModelGraph

/// One-hot rows, the largest elements and triangles, made of other operators.
extension Translator {
    /// [indices…, extent] with 1 at each index; negative indices count from the end.
    private mutating func oneHot(_ indices: String, _ extent: Int, of call: Call) throws(ONNXProblem)
        -> String
    {
        try requireExact(extent, call)
        let shape = try shape(of: indices, call)
        let column = try step("Reshape", [indices, axesTensor(shape + [1], "column", of: call)], of: call)
        let real = try step("Cast", [column], of: call, attributes: [.init("to", 1)])
        let zero = number("zero", Tensor([], [0]), of: call)
        let isNegative = try step("Less", [real, zero], of: call)
        let asReal = try step("Cast", [isNegative], of: call, attributes: [.init("to", 1)])
        let shift = try step(
            "Mul", [asReal, number("extent", Tensor([], [Float(extent)]), of: call)], of: call)
        let fromFront = try step("Add", [real, shift], of: call)
        let places = number("places", Tensor([extent], (0..<extent).map(Float.init)), of: call)
        let distance = try step("Abs", [try step("Sub", [fromFront, places], of: call)], of: call)
        let one = number("one", Tensor([], [1]), of: call)
        return try step("Relu", [try step("Sub", [one, distance], of: call)], of: call)
    }

    /// OneHot with constant depth and values.
    mutating func oneHot(_ call: Call) throws(ONNXProblem) {
        let size = try constant(1, of: call)
        let depth = size.integers?.first ?? size.floats?.first.flatMap { Int(exactly: $0) } ?? 0
        guard depth > 0 else { throw call.fault("needs a positive depth") }
        let values = try constant(2, of: call)
        guard values.shape.elementCount == 2, let limits = values.floats else {
            throw call.fault("needs two values")
        }
        let rank = try shape(of: call.input(0) ?? "", call).count
        let axis = try call.axis(call.integer("axis", default: -1), rank: rank + 1)
        let order = (0..<axis) + [rank] + (axis..<rank)
        try composed { (translator) throws(ONNXProblem) in
            var hot = try translator.oneHot(call.named(0), depth, of: call)
            if limits[1] - limits[0] != 1 {
                hot = try translator.step(
                    "Mul", [hot, translator.number("height", Tensor([], [limits[1] - limits[0]]), of: call)],
                    of: call)
            }
            if limits[0] != 0 {
                hot = try translator.step(
                    "Add", [hot, translator.number("least", Tensor([], [limits[0]]), of: call)], of: call)
            }
            let turn: [ProtoAttribute] = [.init("perm", Array(order))]
            guard let type = ElementType(values.dataType), !values.dataType.isFloatingPoint else {
                return _ = try translator.step(
                    "Transpose", [hot], of: call, as: call.output, attributes: turn)
            }
            let turned = try translator.step("Transpose", [hot], of: call, attributes: turn)
            _ = try translator.step(
                "Cast", [turned], of: call, as: call.output, attributes: [.init("to", Int(type.rawValue))])
        }
    }

    /// The k largest (or smallest) elements along an axis and their places, one after the other.
    mutating func largest(_ call: Call) throws(ONNXProblem) {
        let extents = try shape(of: call.input(0) ?? "", call)
        guard !extents.isEmpty else { throw call.fault("needs an axis, got a scalar") }
        let count = try integers(1, of: call).first ?? 0
        let axis = try call.axis(call.integer("axis", default: -1), rank: extents.count)
        let isLargest = call.flag("largest", default: true)
        guard count > 0, count <= extents[axis] else { throw call.fault("asks for \(count) elements") }
        guard count <= 64 else { throw call.unsupported("it asks for \(count) elements; at most 64 are") }
        let over: [ProtoAttribute] = [.init("axis", axis), .init("keepdims", 1)]
        try composed { (translator) throws(ONNXProblem) in
            var rest = call.named(0)
            var shape = [Int](repeating: 1, count: extents.count)
            shape[axis] = extents[axis]
            let places = translator.number(
                "places", Tensor(Shape(shape), (0..<extents[axis]).map(Float.init)), of: call)
            let one = translator.number("one", Tensor([], [1]), of: call)
            let penalty = translator.number("penalty", Tensor([], [isLargest ? -1e30 : 1e30]), of: call)
            var (values, indices): ([String], [String]) = ([], [])
            for _ in 0..<count {
                values.append(
                    try translator.step(
                        isLargest ? "ReduceMax" : "ReduceMin", [rest], of: call,
                        attributes: [.init("axes", [axis]), .init("keepdims", 1)]))
                let index = try translator.step(
                    isLargest ? "ArgMax" : "ArgMin", [rest], of: call, attributes: over)
                indices.append(index)
                let real = try translator.step("Cast", [index], of: call, attributes: [.init("to", 1)])
                let distance = try translator.step(
                    "Abs", [try translator.step("Sub", [places, real], of: call)], of: call)
                let hit = try translator.step(
                    "Relu", [try translator.step("Sub", [one, distance], of: call)], of: call)
                let taken = try translator.step("Mul", [hit, penalty], of: call)
                rest = try translator.step("Add", [rest, taken], of: call)
            }
            let along: [ProtoAttribute] = [.init("axis", axis)]
            _ = try translator.step("Concat", values, of: call, as: call.output, attributes: along)
            if call.outputs.count > 1, !call.outputs[1].isEmpty {
                _ = try translator.step("Concat", indices, of: call, as: call.outputs[1], attributes: along)
            }
        }
    }

    /// Keeps the upper or lower triangle of matrices.
    mutating func triangle(_ call: Call) throws(ONNXProblem) {
        let extents = try shape(of: call.input(0) ?? "", call)
        guard extents.count >= 2 else { throw call.fault("needs matrices") }
        let (rows, columns) = (extents[extents.count - 2], extents[extents.count - 1])
        let shift = try optionalIntegers(1, of: call)?.first ?? 0
        let isUpper = call.flag("upper", default: true)
        try reserve([rows, columns], call)
        let mask = (0..<rows * columns).map { index -> Float in
            let (row, column) = index.quotientAndRemainder(dividingBy: columns)
            return (isUpper ? column - row >= shift : column - row <= shift) ? 1 : 0
        }
        let (x, type) = try real(0, of: call)
        let ones = View(
            constantValue("\(call.output)/triangle", Tensor([rows, columns], mask)), [rows, columns])
        try setResult(call, type) { (translator, name) throws(ONNXProblem) in
            try translator.combine(.multiply, x, ones, call, name: name)
        }
    }

    private func requireExact(_ extent: Int, _ call: Call) throws(ONNXProblem) {
        guard extent < 1 << 24 else { throw call.unsupported("its axis has more than 2²⁴ elements") }
    }
}
