import Determinism
import Foundation
import Kernels

/// Blends each sample of a shard with another one, and what it stands for in the same proportion (Zhang and others 2018).
///
/// Samples come in a drawn order, so that the first is blended with the last, the second with the last but one; an odd one
/// in the middle stays as it is.
struct MixUp: Sendable {
    /// α of the Beta(α, α) that proportions are drawn from, in (0, 1]; the smaller, the less is blended.
    let strength: Float

    /// Nil where nothing is blended.
    init?(_ strength: Float) {
        guard strength > 0 else { return nil }
        self.strength = strength
    }

    /// The row that a row is blended with.
    func partner(of row: Int, rows: Int) -> Int { rows - 1 - row }

    /// What a row keeps of itself, from one half to 1; its partner keeps as much.
    func share(of row: Int, rows: Int, _ pass: Pass) -> Float {
        let partner = partner(of: row, rows: rows)
        guard partner != row else { return 1 }
        var random = RandomStream(
            seed: pass.seed, .blending, pass.candidate, pass.step, pass.shard, UInt64(min(row, partner)))
        let share = random.beta(Double(strength))
        return Float(max(share, 1 - share))
    }

    /// Blends the samples of a shard in place.
    func blend(_ samples: FloatBlock, rows: Int, _ pass: Pass) {
        let width = samples.count / rows
        for row in 0..<rows / 2 {
            let own = share(of: row, rows: rows, pass)
            let (a, b) = (row * width, partner(of: row, rows: rows) * width)
            for i in 0..<width {
                let (first, second) = (samples[a + i], samples[b + i])
                samples[a + i] = own * first + (1 - own) * second
                samples[b + i] = own * second + (1 - own) * first
            }
        }
    }
}

extension RandomStream {
    /// Beta(α, α) for α in (0, 1], by rejection (Jöhnk 1964).
    fileprivate mutating func beta(_ alpha: Double) -> Double {
        while true {
            let (a, b) = (pow(uniformDouble(), 1 / alpha), pow(uniformDouble(), 1 / alpha))
            if a + b <= 1, a + b > 0 { return a / (a + b) }
        }
    }
}
