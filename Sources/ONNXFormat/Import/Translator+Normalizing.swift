import ModelGraph

/// Normalisations without an operation of their own: means and deviations over some axes, lengths along one.
extension Translator {
    /// x over the root of its mean square, over the last axes from `axis` on, times a scale.
    mutating func rootNormalization(_ call: Call) throws(ONNXProblem) {
        let rank = try shape(of: call.input(0) ?? "", call).count
        let axis = try call.axis(call.integer("axis", default: -1), rank: max(rank, 1))
        let epsilon = call.float("epsilon", default: 1e-5)
        try composed { (translator) throws(ONNXProblem) in
            let even = try translator.normalized(
                call.named(0), over: Array(axis..<rank), epsilon: epsilon, isCentred: false, of: call)
            guard let scale = call.input(1) else { return try translator.identity(even, of: call) }
            _ = try translator.step("Mul", [even, scale], of: call, as: call.output)
        }
    }

    /// (x − mean) / deviation over the axes named, without a scale.
    mutating func meanVarianceNormalization(_ call: Call) throws(ONNXProblem) {
        let rank = try shape(of: call.input(0) ?? "", call).count
        let axes = try call.axes(call.integers("axes") ?? [0, 2, 3], rank: rank)
        try composed { (translator) throws(ONNXProblem) in
            let result = try translator.normalized(call.named(0), over: axes, epsilon: 1e-9, of: call)
            try translator.identity(result, of: call)
        }
    }

    /// x / ‖x‖ along one axis.
    mutating func lengthNormalization(_ call: Call) throws(ONNXProblem) {
        let rank = try shape(of: call.input(0) ?? "", call).count
        let axis = try call.axis(call.integer("axis", default: -1), rank: max(rank, 1))
        let type = call.integer("p", default: 2) == 1 ? "ReduceL1" : "ReduceL2"
        try composed { (translator) throws(ONNXProblem) in
            let length = try translator.step(
                type, [call.named(0)], of: call, attributes: [.init("axes", [axis]), .init("keepdims", 1)])
            // A vector of zeros stays one.
            let least = translator.number("least", Tensor([], [Float.leastNormalMagnitude]), of: call)
            let divisor = try translator.step("Max", [length, least], of: call)
            _ = try translator.step("Div", [call.named(0), divisor], of: call, as: call.output)
        }
    }

    private mutating func normalized(
        _ x: String, over axes: [Int], epsilon: Float, isCentred: Bool = true, of call: Call
    ) throws(ONNXProblem) -> String {
        let over: [ProtoAttribute] = [.init("axes", axes), .init("keepdims", 1)]
        var centred = x
        if isCentred {
            let mean = try step("ReduceMean", [x], of: call, attributes: over)
            centred = try step("Sub", [x, mean], of: call)
        }
        let squares = try step("Mul", [centred, centred], of: call)
        let variance = try step("ReduceMean", [squares], of: call, attributes: over)
        let shifted = try step(
            "Add", [variance, number("epsilon", Tensor([], [epsilon]), of: call)], of: call)
        let deviation = try step("Sqrt", [shifted], of: call)
        return try step("Div", [centred, deviation], of: call)
    }

    mutating func axesTensor(_ extents: [Int], _ stem: String, of call: Call) -> String {
        number(stem, Tensor([extents.count], .int64(extents.map(Int64.init))), of: call)
    }

    /// Gives a composed result the node's own name.
    mutating func identity(_ name: String, of call: Call) throws(ONNXProblem) {
        known[call.output] = try lookUp(name, for: call)
    }
}
