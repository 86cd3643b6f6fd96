import Kernels

/// Operations that only move elements: reshape, transpose, slice, concatenate and pad.
///
/// Each operand is a strided box of the result (or the result a box of it); gradients travel the same way back.
struct MovementRule: Rule {
    /// One box of elements: its extents and where it lies in the operand and in the result.
    struct Box: Sendable {
        var extents: [Int]
        var operandStart: Int
        var operandStrides: [Int]
        var resultStart: Int
        var resultStrides: [Int]

        @inline(__always)
        func forEachRun(_ body: (_ operand: Int, _ result: Int, _ count: Int) -> Void) {
            guard let inner = extents.last else { return body(operandStart, resultStart, 1) }
            for row in 0..<extents.dropLast().reduce(1, *) {
                var (i, k, rest) = (operandStart, resultStart, row)
                for axis in stride(from: extents.count - 2, through: 0, by: -1) {
                    let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: extents[axis])
                    i += remainder * operandStrides[axis]
                    k += remainder * resultStrides[axis]
                    rest = quotient
                }
                body(i, k, inner)
            }
        }

        var operandStep: Int { operandStrides.last ?? 1 }
        var resultStep: Int { resultStrides.last ?? 1 }
    }

    let operands: [(operand: Operand, box: Box)]
    let result: Result
    /// What the result holds where no box reaches (padding).
    let background: Float?

    func forward(_ pass: Pass) {
        let y = pass[result.value]
        if let background { y.fill(background) }
        for (operand, box) in operands {
            let x = pass[operand.value]
            let (from, to) = (box.operandStep, box.resultStep)
            box.forEachRun { i, k, count in
                for step in 0..<count { y[k + step * to] = x[i + step * from] }
            }
        }
    }

    func backward(_ pass: Pass) {
        let dy = pass[result.gradient]
        for (operand, box) in operands {
            guard let slot = operand.gradient else { continue }
            let dx = pass[slot]
            operand.clearGradient(pass)
            let (from, to) = (box.operandStep, box.resultStep)
            box.forEachRun { i, k, count in
                for step in 0..<count { dx[i + step * from] += dy[k + step * to] }
            }
        }
    }
}

/// Padding that repeats elements: each result element reads one operand element, and gives its gradient to it.
struct GatherRule: Rule {
    let input: Operand
    let result: Result
    let indices: [Int32]

    func forward(_ pass: Pass) {
        let (x, y) = (pass[input.value], pass[result.value])
        for (k, i) in indices.enumerated() { y[k] = x[Int(i)] }
    }

    func backward(_ pass: Pass) {
        guard let slot = input.gradient else { return }
        let (dx, dy) = (pass[slot], pass[result.gradient])
        input.clearGradient(pass)
        for (k, i) in indices.enumerated() { dx[Int(i)] += dy[k] }
    }
}
