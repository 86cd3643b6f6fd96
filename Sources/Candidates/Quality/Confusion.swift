/// How often each class is predicted for samples of each class.
public struct Confusion: Hashable, Sendable {
    /// How many classes there are.
    public let classCount: Int
    /// Row by row: of true class i, how many were predicted as class j.
    public let counts: [Int]

    /// Counts pairs of predicted and true classes, both from 0 to `classCount` − 1.
    public init(predicted: [Int], truth: [Int], classCount: Int) {
        var counts = [Int](repeating: 0, count: classCount * classCount)
        for (guess, right) in zip(predicted, truth) { counts[right * classCount + guess] += 1 }
        self.classCount = classCount
        self.counts = counts
    }

    /// Of one class: samples that have it, samples predicted as it, and both.
    public func totals(_ index: Int) -> (present: Int, predicted: Int, right: Int) {
        let present = counts[index * classCount..<(index + 1) * classCount].reduce(0, +)
        let predicted = (0..<classCount).reduce(0) { $0 + counts[$1 * classCount + index] }
        return (present, predicted, counts[index * classCount + index])
    }

    var accuracy: Double {
        let right = (0..<classCount).reduce(0) { $0 + counts[$1 * classCount + $1] }
        return Double(right) / Double(max(counts.reduce(0, +), 1))
    }

    /// The mean recall of the classes that have samples.
    var balancedAccuracy: Double {
        let present = (0..<classCount).map(totals).filter { $0.present > 0 }
        return present.reduce(0) { $0 + Double($1.right) / Double($1.present) }
            / Double(max(present.count, 1))
    }

    /// The mean F1 of the classes that have samples or predictions.
    var macroF1: Double {
        let seen = (0..<classCount).map(totals).filter { $0.present + $0.predicted > 0 }
        return seen.reduce(0) { $0 + 2 * Double($1.right) / Double($1.present + $1.predicted) }
            / Double(max(seen.count, 1))
    }
}
