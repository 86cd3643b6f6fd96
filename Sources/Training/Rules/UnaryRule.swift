import Foundation
import Kernels
import ModelGraph

/// Element-wise functions of imported models; rounding functions have a zero gradient.
struct UnaryRule: Rule {
    let input: Operand
    let result: Result
    let operation: UnaryOperation

    func forward(_ pass: Pass) {
        let (x, y) = (pass[input.value], pass[result.value])
        for i in 0..<x.count { y[i] = value(x[i]) }
    }

    func backward(_ pass: Pass) {
        guard let slot = input.gradient else { return }
        let (x, dx, dy) = (pass[input.value], pass[slot], pass[result.gradient])
        for i in 0..<x.count {
            let gradient = dy[i] * slope(x[i])
            dx[i] = input.accumulates ? dx[i] + gradient : gradient
        }
    }

    private func value(_ x: Float) -> Float {
        switch operation {
        case .absolute: abs(x)
        case .negate: -x
        case .exponential: exp(x)
        case .logarithm: log(x)
        case .squareRoot: x.squareRoot()
        case .reciprocal: 1 / x
        case .floor: x.rounded(.down)
        case .ceiling: x.rounded(.up)
        case .round: x.rounded(.toNearestOrEven)
        case .sign: x > 0 ? 1 : x < 0 ? -1 : 0
        case .sine: sin(x)
        case .cosine: cos(x)
        case .errorFunction: erf(x)
        case .softplus: max(x, 0) + log1p(exp(-abs(x)))
        case .softsign: x / (1 + abs(x))
        }
    }

    private func slope(_ x: Float) -> Float {
        switch operation {
        case .absolute: x > 0 ? 1 : x < 0 ? -1 : 0
        case .negate: -1
        case .exponential: exp(x)
        case .logarithm: 1 / x
        case .squareRoot: 0.5 / x.squareRoot()
        case .reciprocal: -1 / (x * x)
        case .floor, .ceiling, .round, .sign: 0
        case .sine: cos(x)
        case .cosine: -sin(x)
        case .errorFunction: 2 / Float.pi.squareRoot() * exp(-x * x)
        case .softplus: 1 / (1 + exp(-x))
        case .softsign: 1 / ((1 + abs(x)) * (1 + abs(x)))
        }
    }
}
