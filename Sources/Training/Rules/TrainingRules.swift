import Determinism
import Kernels
import ModelGraph

/// Zeroes elements at random and scales the others up, only in training.
struct DropoutRule: Rule {
    let input: Operand
    let result: Result
    let rate: Float
    /// The factor of each element, 0 or 1 / (1 − rate).
    let factors: PassArray
    /// Tells this node's random numbers from those of other nodes.
    let node: UInt64

    func forward(_ pass: Pass) {
        let (x, y) = (pass[input.value], pass[result.value])
        guard pass.isTraining else { return y.copy(from: x) }
        var random = RandomStream(
            seed: pass.seed, .dropout, pass.candidate, pass.step, pass.shard, node)
        let (factors, kept) = (pass[factors], 1 / (1 - rate))
        for i in 0..<x.count {
            factors[i] = random.uniform() < rate ? 0 : kept
            y[i] = x[i] * factors[i]
        }
    }

    func backward(_ pass: Pass) {
        guard let slot = input.gradient else { return }
        let (dx, dy, factors) = (pass[slot], pass[result.gradient], pass[factors])
        for i in 0..<dx.count {
            let gradient = pass.isTraining ? dy[i] * factors[i] : dy[i]
            dx[i] = input.accumulates ? dx[i] + gradient : gradient
        }
    }
}

/// +1 for x ≥ 0, −1 below, with a straight-through gradient inside [−1, 1] (Hubara and others 2016).
struct BinarizeRule: Rule {
    let input: Operand
    let result: Result

    func forward(_ pass: Pass) {
        let (x, y) = (pass[input.value], pass[result.value])
        for i in 0..<x.count { y[i] = x[i] < 0 ? -1 : 1 }
    }

    func backward(_ pass: Pass) {
        guard let slot = input.gradient else { return }
        pass.kernels.applyBackward(
            .clamp(lower: -1, upper: 1), at: pass[input.value], pass[result.gradient], into: pass[slot],
            accumulating: input.accumulates)
    }
}
