import ModelGraph

/// GatherElements and GatherND: a look-up in the flattened input at places worked out from the indices.
extension Translator {
    /// One element for each index, which stands for the coordinate along `axis`.
    mutating func gatherElements(_ call: Call) throws(ONNXProblem) {
        let extents = try shape(of: call.named(0), call), wanted = try shape(of: call.named(1), call)
        let axis = try call.axis(call.integer("axis", default: 0), rank: max(extents.count, 1))
        guard extents.count == wanted.count,
            extents.indices.allSatisfy({ $0 == axis || wanted[$0] <= extents[$0] })
        else { throw call.fault("indices \(Shape(wanted)) do not fit \(Shape(extents))") }
        var strides = Shape(extents).strides
        let step = strides[axis]
        strides[axis] = 0
        try lookUpFlat(
            call, rows: extents, tail: [], limits: [extents[axis]], steps: [step],
            bases: (wanted, strides), keepsLast: true)
    }

    /// One element (or slice) for each tuple of indices, the tuples along the last axis.
    mutating func gatherTuples(_ call: Call) throws(ONNXProblem) {
        let extents = try shape(of: call.named(0), call), wanted = try shape(of: call.named(1), call)
        let batch = call.integer("batch_dims", default: 0), count = wanted.last ?? 0
        guard batch >= 0, count > 0, batch < wanted.count, batch + count <= extents.count,
            wanted[..<batch] == extents[..<batch]
        else { throw call.fault("indices \(Shape(wanted)) do not fit \(Shape(extents))") }
        let rows = Array(extents[..<(batch + count)])
        let strides = Shape(rows).strides
        let leading = Array(wanted.dropLast())
        try lookUpFlat(
            call, rows: rows, tail: Array(extents[(batch + count)...]), limits: Array(rows[batch...]),
            steps: Array(strides[batch...]),
            bases: (leading, leading.indices.map { $0 < batch ? strides[$0] : 0 }), keepsLast: false)
    }

    /// Looks up Σ index · step + base among `rows`; an index below 0 counts from the end of its axis.
    ///
    /// `bases`: the shape of the places, and how far each of its axes moves them. `keepsLast`: every index is a place of its own, instead of
    /// the tuples along the last axis.
    private mutating func lookUpFlat(
        _ call: Call, rows: [Int], tail: [Int], limits: [Int], steps: [Int],
        bases: (shape: [Int], strides: [Int]), keepsLast: Bool
    ) throws(ONNXProblem) {
        let total = Shape(rows).elementCount
        guard total < 1 << 24, total > 0 else {
            throw call.unsupported("it chooses among \(total) elements; 1 to 2²⁴ are")
        }
        try reserve(Shape(bases.shape), call)
        let own = Tensor.positions(bases.shape, offset: 0, strides: bases.strides).map(Float.init)
        try composed { (translator) throws(ONNXProblem) in
            let real = try translator.step("Cast", [call.named(1)], of: call, attributes: [.init("to", 1)])
            func row(_ stem: String, _ values: [Int], _ translator: inout Translator) -> String {
                translator.number(
                    stem, Tensor(keepsLast ? [] : [values.count], values.map(Float.init)), of: call)
            }
            let zero = translator.number("zero", Tensor([], [0]), of: call)
            let isNegative = try translator.step("Less", [real, zero], of: call)
            let wrapped = try translator.step("Add", [real, row("extents", limits, &translator)], of: call)
            let index = try translator.step("Where", [isNegative, wrapped, real], of: call)
            var moved = try translator.step("Mul", [index, row("steps", steps, &translator)], of: call)
            if !keepsLast {
                moved = try translator.step(
                    "ReduceSum", [moved, translator.axes([-1], of: call)], of: call,
                    attributes: [.init("keepdims", 0)])
            }
            let base = translator.number("bases", Tensor(Shape(bases.shape), own), of: call)
            let sum = try translator.step("Add", [moved, base], of: call)
            let places = try translator.step("Cast", [sum], of: call, attributes: [.init("to", 7)])
            let flat = try translator.step(
                "Reshape", [call.named(0), translator.axesTensor([total] + tail, "flat", of: call)], of: call)
            try translator.lookUp(call.reading([flat, places]), axis: 0)
        }
    }
}
