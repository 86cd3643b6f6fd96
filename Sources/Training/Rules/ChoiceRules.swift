import Kernels
import ModelGraph

/// 1 where a comparison or a connective holds, else 0: a step, so that no gradient passes.
struct ComparisonRule: Rule {
    let a, b: Operand
    let result: Result
    let comparison: Comparison

    func forward(_ pass: Pass) {
        let (x, z, y) = (pass[a.value], pass[b.value], pass[result.value])
        Broadcast(a.shape, b.shape, into: result.shape).forEach { i, j, k in
            y[k] = holds(x[i], z[j]) ? 1 : 0
        }
    }

    func backward(_ pass: Pass) {
        a.clearGradient(pass)
        b.clearGradient(pass)
    }

    private func holds(_ x: Float, _ z: Float) -> Bool {
        switch comparison {
        case .equal: x == z
        case .notEqual: x != z
        case .less: x < z
        case .lessOrEqual: x <= z
        case .greater: x > z
        case .greaterOrEqual: x >= z
        case .and: x != 0 && z != 0
        case .or: x != 0 || z != 0
        case .exclusiveOr: (x != 0) != (z != 0)
        }
    }
}

/// One of two operands, as a condition says: the gradient goes to the one that was taken.
struct SelectRule: Rule {
    let condition, a, b: Operand
    let result: Result

    func forward(_ pass: Pass) {
        let (chosen, x, z, y) = (pass[condition.value], pass[a.value], pass[b.value], pass[result.value])
        forEach { c, i, j, k in y[k] = chosen[c] != 0 ? x[i] : z[j] }
    }

    func backward(_ pass: Pass) {
        let (chosen, dy) = (pass[condition.value], pass[result.gradient])
        condition.clearGradient(pass)
        for (operand, isFirst) in [(a, true), (b, false)] {
            guard let slot = operand.gradient else { continue }
            operand.clearGradient(pass)
            let gradient = pass[slot]
            forEach { c, i, j, k in
                if (chosen[c] != 0) == isFirst { gradient[isFirst ? i : j] += dy[k] }
            }
        }
    }

    /// Positions in the condition, both operands and the result.
    private func forEach(_ body: (Int, Int, Int, Int) -> Void) {
        let conditions = Broadcast.strides(of: condition.shape, in: result.shape)
        let firsts = Broadcast.strides(of: a.shape, in: result.shape)
        let seconds = Broadcast.strides(of: b.shape, in: result.shape)
        for k in 0..<result.shape.reduce(1, *) {
            var (c, i, j, rest) = (0, 0, 0, k)
            for axis in result.shape.indices.reversed() {
                let (quotient, place) = rest.quotientAndRemainder(dividingBy: result.shape[axis])
                c += place * conditions[axis]
                i += place * firsts[axis]
                j += place * seconds[axis]
                rest = quotient
            }
            body(c, i, j, k)
        }
    }
}

/// A change of element type: real numbers stay, integers drop fractions, truth values are 0 and 1.
///
/// Only real numbers pass a gradient.
struct CastRule: Rule {
    let input: Operand
    let result: Result
    let target: DataType

    func forward(_ pass: Pass) {
        let (x, y) = (pass[input.value], pass[result.value])
        for i in 0..<x.count { y[i] = value(x[i]) }
    }

    func backward(_ pass: Pass) {
        guard let slot = input.gradient else { return }
        input.clearGradient(pass)
        guard target.isFloatingPoint else { return }
        let (dx, dy) = (pass[slot], pass[result.gradient])
        for i in 0..<dx.count { dx[i] += dy[i] }
    }

    private func value(_ x: Float) -> Float {
        switch target {
        case .float32, .float16, .bfloat16: x
        case .bool: x == 0 ? 0 : 1
        case .int8, .uint8, .int16, .int32, .int64, .binary: x.rounded(.towardZero)
        }
    }
}
