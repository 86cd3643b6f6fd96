import ModelGraph

/// Tests of numbers, and remainders.
extension Translator {
    /// What is no number differs from itself.
    mutating func isNaN(_ call: Call) throws(ONNXProblem) {
        try composed { (translator) throws(ONNXProblem) in
            let isNumber = try translator.step("Equal", [call.named(0), call.named(0)], of: call)
            _ = try translator.step("Not", [isNumber], of: call, as: call.output)
        }
    }

    mutating func remainder(_ call: Call) throws(ONNXProblem) {
        let (a, type) = try real(0, of: call)
        let b = try real(1, of: call).view
        try setResult(call, type) { (translator, name) throws(ONNXProblem) in
            let quotient = try translator.combine(.divide, a, b, call)
            let whole =
                call.flag("fmod")
                ? try translator.truncated(quotient, call)
                : try translator.map(.unary(.floor), quotient, call)
            let product = try translator.combine(.multiply, b, whole, call)
            return try translator.combine(.subtract, a, product, call, name: name)
        }
    }

    /// Toward zero.
    mutating func truncated(_ x: View, _ call: Call, name: String? = nil) throws(ONNXProblem) -> View {
        let size = try map(.unary(.floor), try map(.unary(.absolute), x, call), call)
        return try combine(.multiply, size, try map(.unary(.sign), x, call), call, name: name)
    }
}
