import Kernels
import ModelGraph

/// Sums, means and extremes over axes; an extreme's gradient goes to the first element that attains it.
struct ReductionRule: Rule {
    let input: Operand
    let result: Result
    let kind: Reduction.Kind
    /// The result's shape with the reduced axes kept as 1.
    let keptShape: [Int]
    /// For extremes: which element won, as many as results.
    let chosen: PassArray?

    private var share: Float {
        kind == .mean ? Float(result.value.count) / Float(max(input.value.count, 1)) : 1
    }

    private var walk: Broadcast { Broadcast(keptShape, input.shape, into: input.shape) }

    func forward(_ pass: Pass) {
        let (x, y, share) = (pass[input.value], pass[result.value], share)
        guard let chosen else {
            y.fill(0)
            walk.forEach { k, _, i in y[k] += x[i] * share }
            return
        }
        let winners = pass[chosen]
        winners.fill(-1)
        let wantsLargest = kind == .maximum
        walk.forEach { k, _, i in
            if winners[k] < 0 || (wantsLargest ? x[i] > y[k] : x[i] < y[k]) {
                y[k] = x[i]
                winners[k] = Float(i)
            }
        }
    }

    func backward(_ pass: Pass) {
        guard let slot = input.gradient else { return }
        let (dx, dy, share) = (pass[slot], pass[result.gradient], share)
        input.clearGradient(pass)
        if let chosen {
            let winners = pass[chosen]
            for k in 0..<result.value.count where winners[k] >= 0 { dx[Int(winners[k])] += dy[k] }
        } else {
            walk.forEach { k, _, i in dx[i] += dy[k] * share }
        }
    }
}
