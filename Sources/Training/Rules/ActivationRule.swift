import Kernels
import ModelGraph

/// An element-wise non-linearity: dx = dy · f′(x).
struct ActivationRule: Rule {
    let input: Operand
    let result: Result
    let activation: TrainingActivation

    func forward(_ pass: Pass) {
        pass.kernels.apply(activation, to: pass[input.value], into: pass[result.value])
    }

    func backward(_ pass: Pass) {
        guard let slot = input.gradient else { return }
        pass.kernels.applyBackward(
            activation, at: pass[input.value], pass[result.gradient], into: pass[slot],
            accumulating: input.accumulates)
    }
}

extension Activation {
    /// The kernel that computes it and its derivative.
    var trainingForm: TrainingActivation {
        switch self {
        case .relu: .clamp(lower: 0, upper: .infinity)
        case .relu6: .clamp(lower: 0, upper: 6)
        case .hardSwish: .hardSwish
        case .sigmoid: .sigmoid
        case .silu: .silu
        case .tanh: .tanh
        case .hardSigmoid(let alpha, let beta): .hardSigmoid(alpha: alpha, beta: beta)
        case .gelu(let approximate): approximate ? .approximateGelu : .gelu
        case .leakyRelu(let slope): .leakyRelu(slope: slope)
        case .clip(let lower, let upper): .clamp(lower: lower, upper: upper)
        }
    }

    /// The limits, where the activation is nothing but a clamp.
    var clamp: Clamp? {
        switch self {
        case .relu: Clamp(lower: 0)
        case .relu6: Clamp(lower: 0, upper: 6)
        case .clip(let lower, let upper): Clamp(lower: lower, upper: upper)
        case .hardSwish, .sigmoid, .silu, .tanh, .hardSigmoid, .gelu, .leakyRelu: nil
        }
    }
}
