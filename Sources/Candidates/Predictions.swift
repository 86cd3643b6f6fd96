import Determinism
public import Quantities

/// Predicted and true classes of the same samples.
public struct Predictions: Hashable, Sendable {
    public let predicted: [Int]
    public let truth: [Int]
    public let classCount: Int
    /// Samples of one group (a speaker, a machine) are not independent; empty where there are no groups.
    public let groups: [Int]

    /// Precondition: as many predictions as truths, and as many groups unless there are none.
    public init(predicted: [Int], truth: [Int], classCount: Int, groups: [Int] = []) {
        precondition(predicted.count == truth.count && (groups.isEmpty || groups.count == truth.count))
        self.predicted = predicted
        self.truth = truth
        self.classCount = classCount
        self.groups = groups
    }

    /// The class with the largest logit of each row; the first of equals.
    public static func classes(ofLogits logits: [Float], classCount: Int) -> [Int] {
        stride(from: 0, to: logits.count, by: classCount).map { start in
            (1..<max(classCount, 1)).reduce(0) { logits[start + $1] > logits[start + $0] ? $1 : $0 }
        }
    }

    /// One bit a sample, 1 where it is right, least significant bit first.
    public var resultBits: [UInt8] {
        var bits = [UInt8](repeating: 0, count: (truth.count + 7) / 8)
        for index in truth.indices where predicted[index] == truth[index] {
            bits[index / 8] |= 1 << (index % 8)
        }
        return bits
    }
}

extension QualityMetric {
    /// The metric over all samples, in [0, 1].
    public func value(of predictions: Predictions) -> Double {
        value(of: predictions, at: predictions.truth.indices)
    }

    /// The sampling error of `value`: √(p(1 − p)/n) for independent samples' accuracy, else a bootstrap of 200
    /// resamples over groups (over samples where there are no groups).
    ///
    /// Efron, Tibshirani: An Introduction to the Bootstrap, 1993.
    public func standardError(of predictions: Predictions) -> Double? {
        let count = predictions.truth.count
        guard count > 1 else { return nil }
        let members = predictions.groupMembers
        if self == .accuracy, members.count < 2 {
            let value = value(of: predictions)
            return (value * (1 - value) / Double(count)).squareRoot()
        }
        var random = RandomStream(seed: 0, .bootstrap)
        let values = (0..<200).map { _ -> Double in
            let sample =
                members.count < 2
                ? (0..<count).map { _ in random.index(below: count) }
                : members.indices.flatMap { _ in members[random.index(below: members.count)] }
            return value(of: predictions, at: sample)
        }
        let mean = values.reduce(0, +) / 200
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 199).squareRoot()
    }

    private func value(of predictions: Predictions, at samples: some Collection<Int>) -> Double {
        guard !samples.isEmpty else { return 0 }
        let counts = ConfusionCounts(predictions, at: samples)
        let classes = 0..<predictions.classCount
        switch self {
        case .accuracy: return Double(counts.right.reduce(0, +)) / Double(samples.count)
        case .balancedAccuracy:
            let present = classes.filter { counts.present[$0] > 0 }
            return present.reduce(0) { $0 + Double(counts.right[$1]) / Double(counts.present[$1]) }
                / Double(present.count)
        case .macroF1:
            let seen = classes.filter { counts.present[$0] + counts.predicted[$0] > 0 }
            return seen.reduce(0) {
                $0 + 2 * Double(counts.right[$1]) / Double(counts.present[$1] + counts.predicted[$1])
            } / Double(seen.count)
        }
    }
}

/// For each class how often it is there, is predicted, and both.
private struct ConfusionCounts {
    var present, predicted, right: [Int]

    init(_ predictions: Predictions, at samples: some Collection<Int>) {
        present = [Int](repeating: 0, count: predictions.classCount)
        (predicted, right) = (present, present)
        for sample in samples {
            let (truth, guess) = (predictions.truth[sample], predictions.predicted[sample])
            present[truth] += 1
            predicted[guess] += 1
            if truth == guess { right[truth] += 1 }
        }
    }
}

extension Predictions {
    /// The samples of each group, in the order of group numbers.
    fileprivate var groupMembers: [[Int]] {
        guard let last = groups.max() else { return [] }
        var members = [[Int]](repeating: [], count: last + 1)
        for (sample, group) in groups.enumerated() { members[group].append(sample) }
        return members.filter { !$0.isEmpty }
    }
}
