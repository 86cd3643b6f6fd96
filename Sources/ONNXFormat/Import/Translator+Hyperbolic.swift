import ModelGraph

/// Functions of one number that are written with exponentials, logarithms and circular functions.
extension Translator {
    mutating func composedFunction(_ call: Call) throws(ONNXProblem) {
        try composed { (translator) throws(ONNXProblem) in
            switch call.type {
            case "Tan": try translator.tangent(call)
            case "Sinh": try translator.hyperbolic(call, "Sub")
            case "Cosh": try translator.hyperbolic(call, "Add")
            case "Asinh": try translator.areaFunction(call, shift: 1)
            case "Acosh": try translator.areaFunction(call, shift: -1)
            default: try translator.areaTangent(call)
            }
        }
    }

    private mutating func tangent(_ call: Call) throws(ONNXProblem) {
        let x = call.named(0)
        let parts = [try step("Sin", [x], of: call), try step("Cos", [x], of: call)]
        _ = try step("Div", parts, of: call, as: call.output)
    }

    /// (eˣ ± e⁻ˣ) / 2.
    private mutating func hyperbolic(_ call: Call, _ operation: String) throws(ONNXProblem) {
        let rising = try step("Exp", [call.named(0)], of: call)
        let falling = try step("Exp", [try step("Neg", [call.named(0)], of: call)], of: call)
        let both = try step(operation, [rising, falling], of: call)
        let half = number("half", Tensor([], [0.5]), of: call)
        _ = try step("Mul", [both, half], of: call, as: call.output)
    }

    /// log(|x| + √(x² ± 1)), with the sign of x where it may be negative.
    private mutating func areaFunction(_ call: Call, shift: Float) throws(ONNXProblem) {
        let x = call.named(0)
        let size = try step("Abs", [x], of: call)
        let square = try step("Mul", [x, x], of: call)
        let shifted = try step("Add", [square, number("shift", Tensor([], [shift]), of: call)], of: call)
        let sum = try step("Add", [size, try step("Sqrt", [shifted], of: call)], of: call)
        guard shift > 0 else { return _ = try step("Log", [sum], of: call, as: call.output) }
        let value = try step("Log", [sum], of: call)
        _ = try step("Mul", [value, try step("Sign", [x], of: call)], of: call, as: call.output)
    }

    /// log((1 + x) / (1 − x)) / 2.
    private mutating func areaTangent(_ call: Call) throws(ONNXProblem) {
        let one = number("one", Tensor([], [1]), of: call)
        let above = try step("Add", [one, call.named(0)], of: call)
        let below = try step("Sub", [one, call.named(0)], of: call)
        let value = try step("Log", [try step("Div", [above, below], of: call)], of: call)
        _ = try step("Mul", [value, number("half", Tensor([], [0.5]), of: call)], of: call, as: call.output)
    }

    /// 1 at the first of the largest elements along an axis, 0 elsewhere.
    mutating func hardMaximum(_ call: Call) throws(ONNXProblem) {
        let extents = try shape(of: call.input(0) ?? "", call)
        guard !extents.isEmpty else { throw call.fault("needs an axis, got a scalar") }
        let isOld = operatorSet < 13
        let axis = try call.axis(call.integer("axis", default: isOld ? 1 : -1), rank: extents.count)
        guard !isOld || axis == extents.count - 1 else {
            throw call.unsupported("before operator set 13 it flattens what follows its axis")
        }
        let depth = number("depth", Tensor([], .int64([Int64(extents[axis])])), of: call)
        let values = number("values", Tensor([2], [0, 1]), of: call)
        try composed { (translator) throws(ONNXProblem) in
            let places = try translator.step(
                "ArgMax", [call.named(0)], of: call,
                attributes: [.init("axis", axis), .init("keepdims", 0)])
            _ = try translator.step(
                "OneHot", [places, depth, values], of: call, as: call.output,
                attributes: [.init("axis", axis)])
        }
    }
}
