import Kernels
import ModelGraph

/// Rounds activations to the grid of their range and back; the gradient passes straight through inside the range (Jacob and
/// others 2018).
struct ActivationRoundingRule: Rule {
    let input: Operand
    let result: Result
    let scale: Float
    let zeroPoint: Float

    /// The smallest and largest number of steps from zero.
    private var steps: ClosedRange<Float> { -128 - zeroPoint...127 - zeroPoint }

    func forward(_ pass: Pass) {
        let (x, y) = (pass[input.value], pass[result.value])
        let (perUnit, steps) = (1 / scale, steps)
        for i in 0..<x.count {
            y[i] = min(max(x[i] * perUnit, steps.lowerBound), steps.upperBound).roundedToEven * scale
        }
    }

    func backward(_ pass: Pass) {
        guard let slot = input.gradient else { return }
        let (x, dx, dy) = (pass[input.value], pass[slot], pass[result.gradient])
        let (low, high) = (steps.lowerBound * scale, steps.upperBound * scale)
        for i in 0..<x.count {
            let gradient = x[i] >= low && x[i] <= high ? dy[i] : 0
            dx[i] = input.accumulates ? dx[i] + gradient : gradient
        }
    }
}

/// Rounds weights to the symmetric grid of 127 steps up to the largest of those that share a scale; the gradient passes
/// straight through.
///
/// The grid follows the weights while they train, so that it is the one that conversion will find.
struct WeightRoundingRule: Rule {
    let input: Operand
    let result: Result
    /// Neighbours that share a scale: those of one output channel, or all.
    let run: Int

    func forward(_ pass: Pass) {
        let (w, y) = (pass[input.value], pass[result.value])
        for start in stride(from: 0, to: w.count, by: max(run, 1)) {
            let channel = start..<min(start + run, w.count)
            var largest: Float = 0
            for i in channel { largest = max(largest, abs(w[i])) }
            let scale = max(largest / 127, 0x1p-60)
            for i in channel { y[i] = (w[i] / scale).roundedToEven * scale }
        }
    }

    func backward(_ pass: Pass) {
        guard let slot = input.gradient else { return }
        let (dw, dy) = (pass[slot], pass[result.gradient])
        for i in 0..<dw.count { dw[i] = input.accumulates ? dw[i] + dy[i] : dy[i] }
    }
}

extension Float {
    /// The nearest whole number, ties to even, of magnitudes below 2²²: adding 1.5 · 2²³ leaves no bits for a fraction.
    fileprivate var roundedToEven: Float { (self + 0x1.8p23) - 0x1.8p23 }
}
