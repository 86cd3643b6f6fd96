import Foundation
import ModelGraph

/// Arithmetic on constants.
extension Translator {
    mutating func foldedConcatenation(_ call: Call, _ tensors: [Tensor]) throws(ONNXProblem) -> Tensor? {
        guard let first = tensors.first, first.shape.rank > 0 else {
            throw call.fault("needs inputs of at least one axis")
        }
        let axis = try call.axis(call.integer("axis", default: 1), rank: first.shape.rank)
        var total = 0
        for tensor in tensors {
            guard tensor.shape.rank == first.shape.rank, tensor.dataType == first.dataType,
                tensor.shape.replacing(axis, with: 0) == first.shape.replacing(axis, with: 0)
            else { throw call.fault("\(tensor.shape) does not fit \(first.shape) along axis \(axis)") }
            total += tensor.shape[axis]
        }
        let shape = first.shape.replacing(axis, with: total)
        try reserve(shape, call)
        let outer = first.shape.dimensions[..<axis].reduce(1, *)
        let parts = tensors.map { tensor in
            (tensor.integers, tensor.floats, tensor.shape.elementCount / max(outer, 1))
        }
        if first.dataType.isFloatingPoint {
            var values: [Double] = []
            for row in 0..<outer {
                for (_, floats, width) in parts {
                    guard let floats else { return nil }
                    values += floats[row * width..<(row + 1) * width].map(Double.init)
                }
            }
            return Tensor(shape, Tensor.Storage(values, as: first.dataType))
        }
        var values: [Int] = []
        for row in 0..<outer {
            for (integers, _, width) in parts {
                guard let integers else { return nil }
                values += integers[row * width..<(row + 1) * width]
            }
        }
        return Tensor(shape, .integers(values, as: first.dataType))
    }

    mutating func foldedRange(_ call: Call) throws(ONNXProblem) -> Tensor? {
        let type = try constant(0, of: call).dataType
        guard !type.isFloatingPoint else { return try foldedRealRange(call, type) }
        let bounds = try integers(0, of: call) + integers(1, of: call) + integers(2, of: call)
        guard bounds.count == 3, bounds[2] != 0, bounds.allSatisfy({ abs($0 &+ 0) < 1 << 40 && $0 != .min })
        else {
            throw call.fault("needs a start, a limit and a step")
        }
        let span = bounds[2] > 0 ? bounds[1] - bounds[0] : bounds[0] - bounds[1]
        let count = max(0, (span + abs(bounds[2]) - 1) / abs(bounds[2]))
        try reserve([count], call)
        return Tensor([count], .integers((0..<count).map { bounds[0] + $0 * bounds[2] }, as: type))
    }

    private mutating func foldedRealRange(_ call: Call, _ type: DataType) throws(ONNXProblem) -> Tensor {
        var bounds: [Float] = []
        for index in 0..<3 { bounds += try constant(index, of: call).floats?.prefix(2) ?? [] }
        guard bounds.count == 3, bounds.allSatisfy(\.isFinite), bounds[2] != 0 else {
            throw call.fault("needs a start, a limit and a step")
        }
        let steps = ((bounds[1] - bounds[0]) / bounds[2]).rounded(.up)
        guard steps < 0x1p30 else { throw call.fault("gives more than 2³⁰ numbers") }
        let count = Int(max(0, steps))
        try reserve([count], call)
        let values = (0..<count).map { Double(bounds[0] + Float($0) * bounds[2]) }
        return Tensor([count], Tensor.Storage(values, as: type))
    }

    /// Integers reduced along some axes, or all.
    mutating func foldedReduction(_ call: Call, _ tensor: Tensor) throws(ONNXProblem) -> Tensor? {
        guard ["ReduceProd", "ReduceSum", "ReduceMax", "ReduceMin"].contains(call.type),
            tensor.shape.elementCount <= 1 << 16, let values = tensor.integers,
            !values.isEmpty
        else { return nil }
        let given = try axesOrNone(call) ?? []
        if given.isEmpty, call.flag("noop_with_empty_axes") { return tensor }
        let extents = tensor.shape.dimensions
        let axes = given.isEmpty ? Array(extents.indices) : try call.axes(given, rank: extents.count)
        let combine: (Int, Int) -> Int =
            switch call.type {
            case "ReduceProd": { $0 &* $1 }
            case "ReduceSum": { $0 &+ $1 }
            case "ReduceMax": { Swift.max($0, $1) }
            default: { Swift.min($0, $1) }
            }
        let kept = Shape(extents.indices.map { axes.contains($0) ? 1 : extents[$0] })
        let steps = extents.indices.map { axes.contains($0) ? 0 : kept.strides[$0] }
        let places = Tensor.positions(extents, offset: 0, strides: steps)
        var result = [Int?](repeating: nil, count: kept.elementCount)
        for (place, value) in zip(places, values) {
            result[place] = result[place].map { combine($0, value) } ?? value
        }
        let shape = extents.indices.filter { !axes.contains($0) }.map { extents[$0] }
        return Tensor(
            call.flag("keepdims", default: true) ? kept : Shape(shape),
            .integers(result.compactMap { $0 }, as: tensor.dataType))
    }

    /// Functions of one, two or three broadcast constants.
    mutating func foldedElementwise(_ call: Call, _ tensors: [Tensor?]) throws(ONNXProblem) -> Tensor? {
        let operands = tensors.compactMap { $0 }
        guard operands.count == tensors.count, operands.count <= 3, isFoldable(call.type, operands.count)
        else { return nil }
        var shape: Shape = []
        for operand in operands {
            guard let common = shape.broadcast(with: operand.shape) else {
                throw call.fault("the shapes of its inputs do not broadcast")
            }
            shape = common
        }
        _ = try TensorDecoder.checkedCount(shape.dimensions.map(Int64.init), name: call.output)
        if shape.elementCount == 0 { return FoldedFunction(call.type).empty(operands, shape) }
        if let same = try foldedRepetition(call, operands, shape) { return same }
        var expanded: [Tensor] = []
        for operand in operands { expanded.append(try broadcast(operand, to: shape, call)) }
        try reserve(shape, call)
        return FoldedFunction(call.type).apply(expanded, shape)
    }

    /// Stays one number where all operands are.
    private func foldedRepetition(_ call: Call, _ operands: [Tensor], _ shape: Shape) throws(ONNXProblem)
        -> Tensor?
    {
        guard operands.allSatisfy(\.isRepeated), shape.elementCount > 1 else { return nil }
        let single = operands.map { $0.isRepeated ? Tensor([1], $0.storage) : $0 }
        guard let result = FoldedFunction(call.type).apply(single, [1]),
            let value = result.integers?.first.map(Double.init) ?? result.floats?.first.map(Double.init)
        else { return nil }
        return Tensor(shape, .repeated(value, result.dataType))
    }

    private func isFoldable(_ type: String, _ count: Int) -> Bool {
        switch type {
        case "Add", "Sub", "Mul", "Div", "Mod", "Pow", "Equal", "Less", "Greater", "LessOrEqual",
            "GreaterOrEqual", "And",
            "Or", "Min", "Max":
            count == 2
        case "Neg", "Abs", "Sqrt", "Floor", "Ceil", "Not", "Reciprocal", "Exp", "Log", "Relu": count == 1
        case "Where": count == 3
        default: false
        }
    }
}

extension Tensor.Storage {
    /// Integers stored as elements of an integer type, wrapping where they do not fit.
    static func integers(_ values: [Int], as type: DataType) -> Tensor.Storage {
        switch type {
        case .int8: .int8(values.map { Int8(truncatingIfNeeded: $0) })
        case .uint8: .uint8(values.map { UInt8(truncatingIfNeeded: $0) })
        case .int16: .int16(values.map { Int16(truncatingIfNeeded: $0) })
        case .int32: .int32(values.map { Int32(truncatingIfNeeded: $0) })
        case .bool: .bool(values.map { $0 != 0 })
        case .int64, .float32, .float16, .bfloat16, .binary: .int64(values.map(Int64.init))
        }
    }
}

/// One element-wise function on constants of equal shape.
struct FoldedFunction {
    private let type: String
    init(_ type: String) { self.type = type }

    func apply(_ operands: [Tensor], _ shape: Shape) -> Tensor? {
        if type == "Where" { return choose(operands, shape) }
        let isInteger = operands.allSatisfy { !$0.dataType.isFloatingPoint && $0.dataType != .binary }
        let result: DataType = isComparison ? .bool : operands[0].dataType
        if isInteger {
            guard let first = operands[0].integers else { return nil }
            let second = operands.count > 1 ? operands[1].integers : first
            guard let second, let values = integers(first, second) else { return nil }
            return Tensor(shape, .integers(values, as: result))
        }
        guard let first = operands[0].floats else { return nil }
        let second = operands.count > 1 ? operands[1].floats : first
        guard let second, let values = reals(first.map(Double.init), second.map(Double.init)) else {
            return nil
        }
        return Tensor(shape, Tensor.Storage(values, as: result))
    }

    /// The result where there are no elements.
    func empty(_ operands: [Tensor], _ shape: Shape) -> Tensor {
        let values = type == "Where" ? operands[1] : operands[0]
        return Tensor(shape, Tensor.Storage([], as: isComparison ? .bool : values.dataType))
    }

    private var isComparison: Bool {
        ["Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual", "And", "Or", "Not"].contains(type)
    }

    private func choose(_ operands: [Tensor], _ shape: Shape) -> Tensor? {
        guard let condition = operands[0].integers, operands[1].dataType == operands[2].dataType else {
            return nil
        }
        if let a = operands[1].integers, let b = operands[2].integers {
            return Tensor(
                shape,
                .integers(
                    condition.indices.map { condition[$0] != 0 ? a[$0] : b[$0] }, as: operands[1].dataType))
        }
        guard let a = operands[1].floats, let b = operands[2].floats else { return nil }
        let values = condition.indices.map { Double(condition[$0] != 0 ? a[$0] : b[$0]) }
        return Tensor(shape, Tensor.Storage(values, as: operands[1].dataType))
    }

    private func integers(_ a: [Int], _ b: [Int]) -> [Int]? {
        func map(_ function: (Int, Int) -> Int) -> [Int] { a.indices.map { function(a[$0], b[$0]) } }
        switch type {
        case "Add": return map(&+)
        case "Sub": return map(&-)
        case "Mul": return map(&*)
        case "Div": return b.contains(0) ? nil : map { $0.dividedReportingOverflow(by: $1).partialValue }
        case "Mod":
            guard !b.contains(0) else { return nil }
            return map { a, b in
                let rest = a.remainderReportingOverflow(dividingBy: b).partialValue
                return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
            }
        case "Min": return map { Swift.min($0, $1) }
        case "Max": return map { Swift.max($0, $1) }
        case "Pow":
            guard b.allSatisfy({ (0..<64).contains($0) }) else { return nil }
            return map { base, exponent in (0..<exponent).reduce(1) { power, _ in power &* base } }
        case "Equal": return map { $0 == $1 ? 1 : 0 }
        case "Less": return map { $0 < $1 ? 1 : 0 }
        case "Greater": return map { $0 > $1 ? 1 : 0 }
        case "LessOrEqual": return map { $0 <= $1 ? 1 : 0 }
        case "GreaterOrEqual": return map { $0 >= $1 ? 1 : 0 }
        case "And": return map { $0 != 0 && $1 != 0 ? 1 : 0 }
        case "Or": return map { $0 != 0 || $1 != 0 ? 1 : 0 }
        case "Not": return a.map { $0 == 0 ? 1 : 0 }
        case "Neg": return a.map { 0 &- $0 }
        case "Abs": return a.map { $0 < 0 ? 0 &- $0 : $0 }
        case "Relu": return a.map { Swift.max($0, 0) }
        default: return nil
        }
    }

    private func reals(_ a: [Double], _ b: [Double]) -> [Double]? {
        func map(_ function: (Double, Double) -> Double) -> [Double] {
            a.indices.map { function(a[$0], b[$0]) }
        }
        switch type {
        case "Add": return map(+)
        case "Sub": return map(-)
        case "Mul": return map(*)
        case "Div": return map(/)
        case "Pow": return map { pow($0, $1) }
        case "Min": return map { $0.isNaN || $1.isNaN ? .nan : Swift.min($0, $1) }
        case "Max": return map { $0.isNaN || $1.isNaN ? .nan : Swift.max($0, $1) }
        case "Equal": return map { $0 == $1 ? 1 : 0 }
        case "Less": return map { $0 < $1 ? 1 : 0 }
        case "Greater": return map { $0 > $1 ? 1 : 0 }
        case "LessOrEqual": return map { $0 <= $1 ? 1 : 0 }
        case "GreaterOrEqual": return map { $0 >= $1 ? 1 : 0 }
        case "Neg": return a.map { -$0 }
        case "Abs": return a.map { abs($0) }
        case "Sqrt": return a.map { $0.squareRoot() }
        case "Floor": return a.map { $0.rounded(.down) }
        case "Ceil": return a.map { $0.rounded(.up) }
        case "Reciprocal": return a.map { 1 / $0 }
        case "Relu": return a.map { $0 < 0 ? 0 : $0 }
        default: return nil
        }
    }
}
