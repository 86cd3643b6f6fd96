/// One step of an optimiser over a stretch of weights.
public struct WeightUpdate: Sendable {
    /// Step length η.
    public var learningRate: Float
    /// Decay of these weights; 0 for biases and norms.
    public var decay: Float
    /// Scales the gradient first (clipping).
    public var gradientScale: Float

    /// A step of length `learningRate` with this decay; gradients are multiplied by `gradientScale` first.
    public init(learningRate: Float, decay: Float, gradientScale: Float) {
        self.learningRate = learningRate
        self.decay = decay
        self.gradientScale = gradientScale
    }

    /// v ← µ·v + g, w ← w − η·(g + µ·v), with g including the decay (Nesterov's form as Sutskever and others write it, 2013).
    public func momentum(_ mu: Float, weights: FloatBlock, gradient: FloatBlock, velocity: FloatBlock) {
        precondition(
            weights.count == gradient.count && weights.count == velocity.count, "momentum: sizes differ")
        let (w, g, v) = (weights.base, gradient.base, velocity.base)
        for i in 0..<weights.count {
            let slope = g[i] * gradientScale + decay * w[i]
            let speed = mu * v[i] + slope
            v[i] = speed
            w[i] -= learningRate * (slope + mu * speed)
        }
    }

    /// AdamW; `step` counts from 1.
    public func adamW(
        beta1: Float, beta2: Float, step: Int, weights: FloatBlock, gradient: FloatBlock, first: FloatBlock,
        second: FloatBlock
    ) {
        precondition(
            [gradient.count, first.count, second.count].allSatisfy { $0 == weights.count },
            "adamW: sizes differ")
        let (w, g, m, v) = (weights.base, gradient.base, first.base, second.base)
        let correction1 = 1 - WeightUpdate.power(beta1, step),
            correction2 = 1 - WeightUpdate.power(beta2, step)
        for i in 0..<weights.count {
            let slope = g[i] * gradientScale
            m[i] = beta1 * m[i] + (1 - beta1) * slope
            v[i] = beta2 * v[i] + (1 - beta2) * slope * slope
            let direction = (m[i] / correction1) / ((v[i] / correction2).squareRoot() + 1e-8)
            w[i] -= learningRate * (direction + decay * w[i])
        }
    }

    /// By squaring, so that every machine rounds alike.
    private static func power(_ base: Float, _ exponent: Int) -> Float {
        var (result, factor, rest) = (Float(1), base, exponent)
        while rest > 0 {
            if rest & 1 == 1 { result *= factor }
            factor *= factor
            rest >>= 1
        }
        return result
    }
}

extension FloatBlock {
    /// Σ x², in double precision.
    public var sumOfSquares: Double {
        var sum = 0.0
        for i in 0..<count { sum += Double(base[i]) * Double(base[i]) }
        return sum
    }

    /// Holds every element within ±limit.
    public func clip(to limit: Float) {
        for i in 0..<count { base[i] = min(max(base[i], -limit), limit) }
    }

    /// x ← x · mask.
    public func multiply(by mask: FloatBlock) {
        precondition(mask.count == count, "multiply: sizes differ")
        for i in 0..<count { base[i] *= mask.base[i] }
    }
}
