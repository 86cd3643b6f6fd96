import ModelGraph

/// Einsum of one or two operands: sums, transposes and one product of matrices.
extension Translator {
    mutating func einsum(_ call: Call) throws(ONNXProblem) {
        var shapes: [[Int]] = []
        for name in call.inputs { shapes.append(try shape(of: name, call)) }
        let equation = try EinsumEquation(call, shapes)
        try composed { (translator) throws(ONNXProblem) in
            var operands: [(name: String, labels: [Character])] = []
            for (index, labels) in equation.operands.enumerated() {
                let others = equation.operands.enumerated().filter { $0.offset != index }.flatMap(\.element)
                operands.append(
                    try translator.summed(
                        call.named(index), labels, keeping: equation.result + others, of: call))
            }
            guard operands.count == 2 else {
                return try translator.ordered(operands[0], equation.result, of: call)
            }
            try translator.product(operands[0], operands[1], equation, of: call)
        }
    }

    /// Axes that nothing else names are summed up.
    private mutating func summed(
        _ name: String, _ labels: [Character], keeping: [Character], of call: Call
    ) throws(ONNXProblem) -> (name: String, labels: [Character]) {
        let axes = labels.indices.filter { !keeping.contains(labels[$0]) }
        guard !axes.isEmpty else { return (name, labels) }
        let sum = try step(
            "ReduceSum", [name, self.axes(axes, of: call)], of: call, attributes: [.init("keepdims", 0)])
        return (sum, labels.indices.filter { !axes.contains($0) }.map { labels[$0] })
    }

    private mutating func ordered(
        _ operand: (name: String, labels: [Character]), _ result: [Character], of call: Call
    ) throws(ONNXProblem) {
        let order = result.compactMap { operand.labels.firstIndex(of: $0) }
        guard order.count == result.count else { throw call.fault("names an axis that no input has") }
        _ = try step(
            "Transpose", [operand.name], of: call, as: call.output, attributes: [.init("perm", order)])
    }

    private mutating func product(
        _ a: (name: String, labels: [Character]), _ b: (name: String, labels: [Character]),
        _ equation: EinsumEquation, of call: Call
    ) throws(ONNXProblem) {
        let shared = a.labels.filter(b.labels.contains)
        let batch = shared.filter(equation.result.contains)
        let summed = shared.filter { !batch.contains($0) }
        let rows = a.labels.filter { !shared.contains($0) }
        let columns = b.labels.filter { !shared.contains($0) }
        func extents(_ labels: [Character]) -> [Int] { labels.map { equation.extents[$0] ?? 1 } }
        func count(_ labels: [Character]) -> Int { extents(labels).reduce(1, *) }
        let left = try matrices(
            a, batch + rows + summed, [count(batch), count(rows), count(summed)], of: call)
        let right = try matrices(
            b, batch + summed + columns, [count(batch), count(summed), count(columns)], of: call)
        let product = try step("MatMul", [left, right], of: call)
        let labels = batch + rows + columns
        let apart = try step("Reshape", [product, axesTensor(extents(labels), "axes", of: call)], of: call)
        try ordered((apart, labels), equation.result, of: call)
    }

    private mutating func matrices(
        _ operand: (name: String, labels: [Character]), _ labels: [Character], _ shape: [Int], of call: Call
    ) throws(ONNXProblem) -> String {
        let order = labels.compactMap { operand.labels.firstIndex(of: $0) }
        let turned = try step("Transpose", [operand.name], of: call, attributes: [.init("perm", order)])
        return try step("Reshape", [turned, axesTensor(shape, "matrices", of: call)], of: call)
    }
}

/// The labels of an equation such as `bhid,bhjd->bhij`, ellipses replaced by labels of their own.
private struct EinsumEquation {
    let operands: [[Character]]
    let result: [Character]
    private(set) var extents: [Character: Int] = [:]

    init(_ call: Call, _ shapes: [[Int]]) throws(ONNXProblem) {
        let text = call.text("equation", default: "").filter { !$0.isWhitespace }
        guard text.utf8.count <= 1000 else { throw call.fault("has an equation of more than 1000 letters") }
        let sides = text.components(of: "->")
        let terms = sides[0].components(of: ",")
        guard terms.count == shapes.count, (1...2).contains(terms.count), sides.count <= 2 else {
            throw call.unsupported("it multiplies \(shapes.count) tensors; one or two are supported")
        }
        var operands: [[Character]] = []
        var hidden: [Character] = []
        for (term, shape) in zip(terms, shapes) {
            let named = term.filter { $0 != "." }.count
            let ellipsis = Self.ellipsis(shape.count - named)
            let labels = Self.labels(term, ellipsis)
            guard labels.count == shape.count, Set(labels).count == labels.count else {
                throw call.unsupported("'\(term.shortened)' does not name each axis of \(Shape(shape)) once")
            }
            if ellipsis.count > hidden.count { hidden = ellipsis }
            for (label, extent) in zip(labels, shape) {
                if let known = extents[label], known != extent {
                    throw call.fault("'\(label)' is \(known) and \(extent)")
                }
                extents[label] = extent
            }
            operands.append(labels)
        }
        self.operands = operands
        let all = operands.flatMap(\.self)
        let once = all.filter { label in all.count { $0 == label } == 1 && !hidden.contains(label) }
        result = sides.count == 2 ? Self.labels(sides[1], hidden) : hidden + once.sorted()
        guard Set(result).count == result.count, result.allSatisfy(all.contains) else {
            throw call.fault("its result names an axis twice, or one that no input has")
        }
    }

    /// Labels for the axes that an ellipsis stands for, aligned at the last.
    private static func ellipsis(_ count: Int) -> [Character] {
        (0..<max(min(count, 32), 0)).reversed().compactMap { UnicodeScalar(0x2460 + $0).map(Character.init) }
    }

    private static func labels(_ term: String, _ ellipsis: [Character]) -> [Character] {
        var labels: [Character] = []
        for part in term.components(of: "...").enumerated() {
            if part.offset > 0 { labels += ellipsis }
            labels += part.element
        }
        return labels
    }
}

extension String {
    /// The pieces between separators.
    fileprivate func components(of separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}
