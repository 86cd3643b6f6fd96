/// What a network predicted for samples, beside the truth.
public struct Predictions: Hashable, Sendable {
    /// Predictions and truths.
    public let answers: Answers
    /// Samples of one group (a speaker, a machine) are not independent; empty where there are no groups.
    public let groups: [Int]

    /// Predictions and truths, in the order of the samples.
    public enum Answers: Hashable, Sendable {
        /// Predicted and true classes; `logits` holds `classCount` values a sample, or nothing where they are not known.
        case classes(predicted: [Int], truth: [Int], classCount: Int, logits: [Float])
        /// Predicted and true numbers, in the unit of the data.
        case values(predicted: [Float], truth: [Float])
        /// For each sample the mean squared error of its reconstruction (in deviations of the training part), the same of a
        /// reconstruction by zeros, and whether it is an anomaly; from `threshold` on a sample counts as one.
        case anomalies(errors: [Float], powers: [Float], truth: [Bool], threshold: Float)
    }

    /// Precondition: as many groups as samples unless there are none.
    public init(_ answers: Answers, groups: [Int] = []) {
        self.answers = answers
        self.groups = groups
        precondition(groups.isEmpty || groups.count == count, "Predictions: one group a sample")
    }

    /// Precondition: as many predictions as truths, and as many groups unless there are none.
    public init(predicted: [Int], truth: [Int], classCount: Int, groups: [Int] = []) {
        precondition(predicted.count == truth.count, "Predictions: one prediction a sample")
        self.init(
            .classes(predicted: predicted, truth: truth, classCount: classCount, logits: []), groups: groups)
    }

    /// How many samples there are.
    public var count: Int {
        switch answers {
        case .classes(_, let truth, _, _): truth.count
        case .values(_, let truth): truth.count
        case .anomalies(_, _, let truth, _): truth.count
        }
    }

    /// Predicted and true numbers as they are kept: classes by their index, anomalies as 1 at errors above the threshold.
    public var numbers: (predicted: [Float], truth: [Float]) {
        switch answers {
        case .classes(let predicted, let truth, _, _): (predicted.map(Float.init), truth.map(Float.init))
        case .values(let predicted, let truth): (predicted, truth)
        case .anomalies(let errors, _, let truth, let threshold):
            (errors.map { $0 >= threshold ? 1 : 0 }, truth.map { $0 ? 1 : 0 })
        }
    }

    /// The class with the largest logit of each row; the first of equals.
    public static func classes(ofLogits logits: [Float], classCount: Int) -> [Int] {
        stride(from: 0, to: logits.count, by: classCount).map { start in
            (1..<max(classCount, 1)).reduce(0) { logits[start + $1] > logits[start + $0] ? $1 : $0 }
        }
    }

    /// One bit a sample, 1 where it is right, least significant bit first; nil where numbers are predicted.
    public var resultBits: [UInt8]? {
        if case .values = answers { return nil }
        let (predicted, truth) = numbers
        var bits = [UInt8](repeating: 0, count: (truth.count + 7) / 8)
        for index in truth.indices where predicted[index] == truth[index] {
            bits[index / 8] |= 1 << (index % 8)
        }
        return bits
    }

    /// The samples of each group, in the order of group numbers.
    var groupMembers: [[Int]] {
        guard let last = groups.max() else { return [] }
        var members = [[Int]](repeating: [], count: last + 1)
        for (sample, group) in groups.enumerated() { members[group].append(sample) }
        return members.filter { !$0.isEmpty }
    }
}
