import Foundation
import Kernels
import ModelGraph

/// Element-wise arithmetic of two broadcast operands; a broadcast operand's gradient sums over what it was repeated for.
struct BinaryRule: Rule {
    let a, b: Operand
    let result: Result
    let operation: BinaryOperation

    private var isPlain: Bool { a.shape == result.shape && b.shape == result.shape }

    func forward(_ pass: Pass) {
        let (x, z, y) = (pass[a.value], pass[b.value], pass[result.value])
        if operation == .add && isPlain {
            pass.kernels.add(x, z, into: y)
        } else {
            Broadcast(a.shape, b.shape, into: result.shape).forEach { i, j, k in y[k] = value(x[i], z[j]) }
        }
    }

    func backward(_ pass: Pass) {
        for (operand, isFirst) in [(a, true), (b, false)] {
            guard let slot = operand.gradient else { continue }
            let gradient = pass[slot]
            if (operation == .add || operation == .subtract) && operand.shape == result.shape {
                let sign: Float = operation == .subtract && !isFirst ? -1 : 1
                pass.kernels.scale(
                    pass[result.gradient], by: sign, into: gradient, accumulating: operand.accumulates)
            } else {
                operand.clearGradient(pass)
                addGradient(pass, to: gradient, isFirst: isFirst)
            }
        }
    }

    private func addGradient(_ pass: Pass, to gradient: FloatBlock, isFirst: Bool) {
        let (x, z, dy) = (pass[a.value], pass[b.value], pass[result.gradient])
        let broadcast = Broadcast(a.shape, b.shape, into: result.shape)
        if isFirst {
            broadcast.forEach { i, j, k in gradient[i] += dy[k] * slopes(x[i], z[j]).a }
        } else {
            broadcast.forEach { i, j, k in gradient[j] += dy[k] * slopes(x[i], z[j]).b }
        }
    }

    private func value(_ x: Float, _ z: Float) -> Float {
        switch operation {
        case .add: x + z
        case .subtract: x - z
        case .multiply: x * z
        case .divide: x / z
        case .minimum: x < z ? x : z
        case .maximum: x > z ? x : z
        case .power: pow(x, z)
        }
    }

    /// The partial derivatives; of equal operands the second receives the minimum's and maximum's.
    private func slopes(_ x: Float, _ z: Float) -> (a: Float, b: Float) {
        switch operation {
        case .add: (1, 1)
        case .subtract: (1, -1)
        case .multiply: (z, x)
        case .divide: (1 / z, -x / (z * z))
        case .minimum: x < z ? (1, 0) : (0, 1)
        case .maximum: x > z ? (1, 0) : (0, 1)
        case .power: (z * pow(x, z - 1), x > 0 ? pow(x, z) * log(x) : 0)
        }
    }
}
