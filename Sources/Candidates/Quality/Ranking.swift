import Foundation

/// Samples in the order of a score that is high for positive ones.
struct Ranking {
    /// For each distinct score, from the highest: how many positive and negative samples have it.
    private let steps: [(score: Double, positive: Int, negative: Int)]
    private let positives, negatives: Int

    init(scores: [Double], truth: [Bool]) {
        var steps: [(score: Double, positive: Int, negative: Int)] = []
        for index in scores.indices.sorted(by: { scores[$0] > scores[$1] }) {
            if steps.last?.score != scores[index] { steps.append((scores[index], 0, 0)) }
            if truth[index] {
                steps[steps.count - 1].positive += 1
            } else {
                steps[steps.count - 1].negative += 1
            }
        }
        self.steps = steps
        positives = truth.count { $0 }
        negatives = truth.count - positives
    }

    /// Σ (recallₙ − recallₙ₋₁) · precisionₙ over distinct scores; 0 where nothing is positive.
    var averagePrecision: Double {
        guard positives > 0 else { return 0 }
        var (hits, seen, sum) = (0, 0, 0.0)
        for step in steps {
            hits += step.positive
            seen += step.positive + step.negative
            sum += Double(step.positive) / Double(positives) * Double(hits) / Double(seen)
        }
        return sum
    }

    /// The chance that a positive sample has a higher score than a negative one, equal scores counting half; ½ where all are of
    /// one kind.
    var areaUnderROC: Double {
        guard positives > 0, negatives > 0 else { return 0.5 }
        var (above, sum) = (0, 0.0)
        for step in steps {
            sum += Double(step.negative) * (Double(above) + Double(step.positive) / 2)
            above += step.positive
        }
        return sum / (Double(positives) * Double(negatives))
    }

    /// F1 where samples from a score on count as positive; 0 where nothing is or counts as positive.
    func f1(from threshold: Double) -> Double {
        let taken = steps.filter { $0.score >= threshold }
        let hits = taken.reduce(0) { $0 + $1.positive }
        let counted = taken.reduce(0) { $0 + $1.positive + $1.negative }
        return counted + positives > 0 ? 2 * Double(hits) / Double(counted + positives) : 0
    }

    /// The score from which on F1 is largest, the highest of equals; nil where nothing is positive.
    var bestThreshold: Double? {
        guard positives > 0 else { return nil }
        var (hits, seen) = (0, 0)
        var best: (threshold: Double, f1: Double)?
        for step in steps {
            hits += step.positive
            seen += step.positive + step.negative
            let f1 = 2 * Double(hits) / Double(seen + positives)
            if f1 > best?.f1 ?? -1 { best = (step.score, f1) }
        }
        return best?.threshold
    }
}

/// The mean over classes of a measure of one class against the others; of two classes that of the second.
///
/// Classes without samples, or of all samples, are left out.
func meanOverClasses(
    _ logits: [Float], _ truth: [Int], _ classCount: Int, _ measure: ([Double], [Bool]) -> Double
) -> Double {
    guard logits.count == truth.count * classCount, classCount > 1 else { return 0 }
    if classCount == 2 {
        let scores = truth.indices.map { Double(logits[2 * $0 + 1]) - Double(logits[2 * $0]) }
        return measure(scores, truth.map { $0 == 1 })
    }
    let shares = truth.indices.flatMap { softmax(logits[$0 * classCount..<($0 + 1) * classCount]) }
    let values = (0..<classCount).compactMap { index -> Double? in
        let positive = truth.map { $0 == index }
        guard positive.contains(true), positive.contains(false) else { return nil }
        return measure(truth.indices.map { shares[$0 * classCount + index] }, positive)
    }
    return values.reduce(0, +) / Double(max(values.count, 1))
}

/// The share of samples whose class is among those of the `count` largest logits.
func topAccuracy(_ count: Int, logits: [Float], truth: [Int], classCount: Int) -> Double {
    guard logits.count == truth.count * classCount else { return 0 }
    let right = truth.indices.count { sample in
        let own = logits[sample * classCount + truth[sample]]
        let row = logits[sample * classCount..<(sample + 1) * classCount]
        let ahead = row.enumerated().count {
            $0.element > own || $0.element == own && $0.offset < truth[sample]
        }
        return ahead < count
    }
    return Double(right) / Double(max(truth.count, 1))
}

private func softmax(_ logits: ArraySlice<Float>) -> [Double] {
    let largest = Double(logits.max() ?? 0)
    let powers = logits.map { exp(Double($0) - largest) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
}
