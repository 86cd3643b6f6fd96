import Foundation
import ModelGraph

extension Double {
    var exponential: Double { exp(self) }
    func power(_ exponent: Double) -> Double { pow(self, exponent) }
}

extension BinaryOperation {
    func naive(_ a: Float, _ b: Float) -> Float {
        switch self {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .minimum: min(a, b)
        case .maximum: max(a, b)
        case .power: pow(a, b)
        }
    }
}

extension Activation {
    func naive(_ value: Float) -> Float {
        let x = Double(value)
        let y: Double =
            switch self {
            case .relu: max(x, 0)
            case .relu6: min(max(x, 0), 6)
            case .hardSwish: x * min(max(x + 3, 0), 6) / 6
            case .sigmoid: 1 / (1 + exp(-x))
            case .silu: x / (1 + exp(-x))
            case .tanh: Foundation.tanh(x)
            case .hardSigmoid(let alpha, let beta): min(max(Double(alpha) * x + Double(beta), 0), 1)
            case .gelu(let approximate):
                approximate
                    ? 0.5 * x
                        * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
                    : 0.5 * x * (1 + erf(x / 2.squareRoot()))
            case .leakyRelu(let slope): x < 0 ? x * Double(slope) : x
            case .clip(let lower, let upper): min(max(x, Double(lower)), Double(upper))
            }
        return Float(y)
    }
}

extension UnaryOperation {
    func naive(_ value: Float) -> Float {
        let x = Double(value)
        let y: Double =
            switch self {
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
            case .softplus: log(1 + exp(x))
            case .softsign: x / (1 + abs(x))
            }
        return Float(y)
    }
}

extension Padding {
    func naive(_ x: [Float], _ input: Shape, _ at: [Int]) -> Float {
        var source: [Int] = []
        for axis in at.indices {
            var position = at[axis] - before[axis]
            let extent = input[axis]
            if position < 0 || position >= extent {
                switch mode {
                case .constant: return value
                case .edge: position = min(max(position, 0), extent - 1)
                case .reflect: position = position < 0 ? -position : 2 * extent - 2 - position
                }
            }
            source.append(position)
        }
        return x[input.offset(source)]
    }
}
