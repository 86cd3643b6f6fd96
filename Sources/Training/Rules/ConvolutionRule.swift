import Kernels

/// Convolution and dense layers: y = x ∗ w + b, dx = dy ∗ wᵀ, dw = xᵀ ∗ dy, db = Σ dy.
struct ConvolutionRule: Rule {
    let input, weights: Operand
    let bias: Operand?
    let result: Result
    let convolution: TrainingConvolution

    var scratchCount: Int { convolution.scratchCount }

    func forward(_ pass: Pass) {
        convolution.forward(
            pass[input.value], weights: pass[weights.value], bias: bias.map { pass[$0.value] },
            into: pass[result.value], scratch: pass.scratch)
    }

    func backward(_ pass: Pass) {
        let dy = pass[result.gradient]
        if let slot = weights.gradient {
            weights.clearGradient(pass)
            convolution.backwardWeights(pass[input.value], dy, into: pass[slot], scratch: pass.scratch)
        }
        if let bias, let slot = bias.gradient {
            bias.clearGradient(pass)
            pass.kernels.addColumnSums(dy, into: pass[slot])
        }
        if let slot = input.gradient {
            convolution.backwardInput(
                dy, weights: pass[weights.value], into: pass[slot], accumulating: input.accumulates,
                scratch: pass.scratch)
        }
    }
}
