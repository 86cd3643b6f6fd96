import Kernels

/// Batch normalisation, with the residual addition and the clamp (ReLU, ReLU6) that follow it.
///
/// y = clamp(γ·(x − μ)/√(σ² + ε) + β + r). In training μ and σ² are those of the shard's rows ("ghost" batch
/// normalisation, Hoffer and others 2017), which keeps shards independent of each other; with g the clamped gradient,
/// dx = γ/√(σ² + ε) · (g − mean(g) − (x − μ)·mean(g·(x − μ))/(σ² + ε)), Ioffe and Szegedy 2015.
///
/// With renormalisation (Ioffe 2017) the normalised x̂ becomes r·x̂ + d, where r and d take it to what the running statistics
/// give, within limits; the gradient takes both for constants.
struct NormalizationRule: Rule {
    let input, scale, offset, mean, variance: Operand
    let residual: Operand?
    let result: Result
    let clamp: Clamp
    let epsilon: Float
    /// The shard's mean and variance, [2 × channels].
    let statistics: PassArray
    /// Affine map, slopes and sums, [6 × channels].
    let memory: PassArray

    private var channels: Int { scale.value.count }

    private func remembered(_ index: Int, _ pass: Pass) -> FloatBlock {
        pass[memory].part(index * channels, channels)
    }

    func forward(_ pass: Pass) {
        let (mean, variance) = moments(pass)
        if pass.isTraining { pass.kernels.moments(pass[input.value], mean: mean, variance: variance) }
        let (factor, shift) = (remembered(0, pass), remembered(1, pass))
        let (gamma, beta) = (pass[scale.value], pass[offset.value])
        for c in 0..<channels {
            let correction = correction(c, pass)
            let slope = gamma[c] * correction.scale / (variance[c] + epsilon).squareRoot()
            factor[c] = slope
            shift[c] = beta[c] + gamma[c] * correction.offset - mean[c] * slope
        }
        pass.kernels.normalize(
            pass[input.value], scale: factor, offset: shift, residual: residual.map { pass[$0.value] },
            clamp: clamp,
            into: pass[result.value])
    }

    /// Those of the shard where the network is trained, which the forward pass computes, else the running ones.
    private func moments(_ pass: Pass) -> (mean: FloatBlock, variance: FloatBlock) {
        guard pass.isTraining else { return (pass[mean.value], pass[variance.value]) }
        return (pass[statistics].part(0, channels), pass[statistics].part(channels, channels))
    }

    /// r and d of renormalisation: at its full strength r lies within 1/3…3 and d within ±5, as in the paper.
    private func correction(_ c: Int, _ pass: Pass) -> (scale: Float, offset: Float) {
        guard pass.isTraining, pass.renormalization > 0 else { return (1, 0) }
        let (batch, batchVariance) = moments(pass)
        let running = (pass[variance.value][c] + epsilon).squareRoot()
        let (largest, farthest) = (1 + 2 * pass.renormalization, 5 * pass.renormalization)
        return (
            min(max((batchVariance[c] + epsilon).squareRoot() / running, 1 / largest), largest),
            min(max((batch[c] - pass[mean.value][c]) / running, -farthest), farthest)
        )
    }

    func backward(_ pass: Pass) {
        let gradient = NormalizationGradient(
            x: pass[input.value], y: residual == nil ? nil : pass[result.value], dy: pass[result.gradient],
            scale: remembered(0, pass), offset: remembered(1, pass), clamp: clamp)
        let (mean, variance) = moments(pass)
        let (sums, products) = (remembered(2, pass), remembered(3, pass))
        gradient.sums(about: mean, into: sums, products: products, kernels: pass.kernels)
        addParameterGradients(pass, sums: sums, products: products, variance: variance)
        let (slope, shift) = (remembered(4, pass), remembered(5, pass))
        let rows = Float(input.value.count / channels)
        for c in 0..<channels {
            let factor = remembered(0, pass)[c]
            slope[c] = pass.isTraining ? -factor * products[c] / (rows * (variance[c] + epsilon)) : 0
            shift[c] = pass.isTraining ? -factor * sums[c] / rows - slope[c] * mean[c] : 0
        }
        backwardInputs(pass, gradient, slope: slope, shift: shift)
    }

    private func backwardInputs(
        _ pass: Pass, _ gradient: NormalizationGradient, slope: FloatBlock, shift: FloatBlock
    ) {
        let residualGradient = residual.flatMap { operand in
            operand.gradient.map { (gradient: pass[$0], accumulating: operand.accumulates) }
        }
        // Where nothing upstream of x is trained, dx lands in the incoming gradient, which nobody reads again.
        gradient.backward(
            slope: slope, shift: shift, into: input.gradient.map { pass[$0] } ?? pass[result.gradient],
            accumulating: input.gradient != nil && input.accumulates, residual: residualGradient,
            kernels: pass.kernels)
    }

    private func addParameterGradients(
        _ pass: Pass, sums: FloatBlock, products: FloatBlock, variance: FloatBlock
    ) {
        scale.clearGradient(pass)
        offset.clearGradient(pass)
        if let slot = scale.gradient {
            let gradient = pass[slot]
            for c in 0..<channels {
                let correction = correction(c, pass)
                let own = products[c] / (variance[c] + epsilon).squareRoot()
                gradient[c] += correction.scale * own + correction.offset * sums[c]
            }
        }
        if let slot = offset.gradient {
            let gradient = pass[slot]
            for c in 0..<channels { gradient[c] += sums[c] }
        }
    }
}
