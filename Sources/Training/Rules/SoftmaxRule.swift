import Foundation
import Kernels

/// Softmax along one axis: dx = y · (dy − Σ dy·y).
struct SoftmaxRule: Rule {
    let input: Operand
    let result: Result
    let axis: Int

    private var extent: Int { input.shape[axis] }
    private var inner: Int { input.shape[(axis + 1)...].reduce(1, *) }

    /// Calls `body` with the first position of every line along the axis.
    private func forEachLine(_ body: (Int) -> Void) {
        guard extent > 0 else { return }
        for outer in 0..<input.shape[..<axis].reduce(1, *) {
            for position in 0..<inner { body(outer * extent * inner + position) }
        }
    }

    func forward(_ pass: Pass) {
        let (x, y, step) = (pass[input.value], pass[result.value], inner)
        forEachLine { start in
            var largest = -Float.infinity
            for i in 0..<extent { largest = max(largest, x[start + i * step]) }
            var sum: Float = 0
            for i in 0..<extent {
                let value = exp(x[start + i * step] - largest)
                y[start + i * step] = value
                sum += value
            }
            for i in 0..<extent { y[start + i * step] /= sum }
        }
    }

    func backward(_ pass: Pass) {
        guard let slot = input.gradient else { return }
        let (y, dy, dx, step) = (pass[result.value], pass[result.gradient], pass[slot], inner)
        forEachLine { start in
            var sum: Float = 0
            for i in 0..<extent { sum += dy[start + i * step] * y[start + i * step] }
            for i in 0..<extent {
                let at = start + i * step
                let gradient = y[at] * (dy[at] - sum)
                dx[at] = input.accumulates ? dx[at] + gradient : gradient
            }
        }
    }
}
