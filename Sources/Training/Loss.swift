import Foundation
import Kernels

/// What one shard's outputs cost, and the gradient that says how to change them.
struct LossTotals: Sendable {
    /// Sum over samples.
    var loss = 0.0
    /// Samples whose largest output is at their label.
    var correct = 0
}

/// A loss of one row of outputs; gradients are scaled by `share` (1 / samples in the batch).
struct RowLoss {
    var share: Float
    var labelSmoothing: Float
    /// Of each class; empty where all samples weigh 1.
    var classWeights: [Float] = []
    var distillation: TrainingRecipe.Distillation?

    /// Cross-entropy w·(1 − α)·CE(smoothed label, softmax z) + α·T²·KL(softmax(t / T) ‖ softmax(z / T)).
    ///
    /// - Parameter other: the label of a sample that was blended in, and its share.
    func classify(
        _ logits: FloatBlock, label: Int, other: (label: Int, share: Float)? = nil, teacher: FloatBlock?,
        gradient: FloatBlock, into totals: inout LossTotals
    ) {
        let alpha = teacher == nil ? 0 : distillation?.weight ?? 0
        let loss = pull(
            logits, towards: label, weight: (1 - alpha) * (1 - (other?.share ?? 0)), gradient, adding: false)
        totals.loss += Double(loss)
        if let other {
            let loss = pull(
                logits, towards: other.label, weight: (1 - alpha) * other.share, gradient, adding: true)
            totals.loss += Double(loss)
        }
        if logits.placeOfLargest == label { totals.correct += 1 }
        if let teacher, let distillation, alpha > 0 {
            totals.loss += Double(alpha * imitate(logits, teacher, distillation.temperature, alpha, gradient))
        }
    }

    /// `weight` times the class's own weight times the cross-entropy against the smoothed label; writes its gradient, or
    /// adds it.
    private func pull(
        _ logits: FloatBlock, towards label: Int, weight: Float, _ gradient: FloatBlock, adding: Bool
    ) -> Float {
        let weight = weight * (classWeights.isEmpty ? 1 : classWeights[label])
        let uniform = labelSmoothing / Float(logits.count)
        let normalizer = logits.logSumExp(temperature: 1)
        var loss: Float = 0
        for c in 0..<logits.count {
            let logProbability = logits[c] - normalizer
            let target = (c == label ? 1 - labelSmoothing : 0) + uniform
            if target > 0 { loss -= target * logProbability }
            let slope = share * weight * (exp(logProbability) - target)
            gradient[c] = adding ? gradient[c] + slope : slope
        }
        return weight * loss
    }

    /// T²·KL(teacher ‖ student) at temperature T; adds its gradient α·T·(p − q).
    private func imitate(
        _ logits: FloatBlock, _ teacher: FloatBlock, _ temperature: Float, _ alpha: Float,
        _ gradient: FloatBlock
    ) -> Float {
        let studentNormalizer = logits.logSumExp(temperature: temperature)
        let teacherNormalizer = teacher.logSumExp(temperature: temperature)
        var divergence: Float = 0
        for c in 0..<logits.count {
            let student = logits[c] / temperature - studentNormalizer
            let target = teacher[c] / temperature - teacherNormalizer
            divergence += exp(target) * (target - student)
            gradient[c] += share * alpha * temperature * (exp(student) - exp(target))
        }
        return temperature * temperature * divergence
    }

    /// Mean over outputs of (1 − α)·(z − target)² + α·(z − t)², t the teacher's outputs.
    func regress(
        _ outputs: FloatBlock, target: FloatBlock, teacher: FloatBlock? = nil, gradient: FloatBlock,
        into totals: inout LossTotals
    ) {
        let alpha = teacher == nil ? 0 : distillation?.weight ?? 0
        var loss: Float = 0
        for i in 0..<outputs.count {
            let difference = outputs[i] - target[i]
            let imitation = teacher.map { outputs[i] - $0[i] } ?? 0
            loss += (1 - alpha) * difference * difference + alpha * imitation * imitation
            gradient[i] = share * 2 * ((1 - alpha) * difference + alpha * imitation) / Float(outputs.count)
        }
        totals.loss += Double(loss) / Double(max(outputs.count, 1))
    }
}

extension FloatBlock {
    /// The first place of the largest number.
    fileprivate var placeOfLargest: Int {
        var best = 0
        for i in 0..<count where self[i] > self[best] { best = i }
        return best
    }

    /// log Σ exp(x / T), without overflow.
    fileprivate func logSumExp(temperature: Float) -> Float {
        var largest = -Float.infinity
        for i in 0..<count { largest = max(largest, self[i] / temperature) }
        guard largest.isFinite else { return .nan }
        var sum: Float = 0
        for i in 0..<count { sum += exp(self[i] / temperature - largest) }
        return largest + log(sum)
    }
}
