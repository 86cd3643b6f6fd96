import Datasets
import Foundation
public import Training
import Trees

/// Random and boosted trees, grown on the training part, that networks for tables learn from.
///
/// Trees find which columns matter and where their thresholds lie from few rows; a network that copies what they say of rows
/// beside the known ones comes to agree with them (Bucilă, Caruana and Niculescu-Mizil 2006).
public struct TableTeacher: RowTeacher {
    /// Their answers are added up, each times its share.
    private let ensembles: [(trees: TreeEnsemble, share: Float)]
    private let columns: Int
    /// Of each class, what is added to the logarithm of its probability; empty where numbers are predicted.
    private let offsets: [Float]

    /// The name under which recipes ask for it.
    public static let name = "trees"
    /// Values that a sample has at most.
    public static let mostColumns = 1024
    /// What it asks of data.
    public static let limits = "trees teach classes or numbers of samples of at most \(mostColumns) values"
    /// Rows that trees are grown on, at most.
    private static let mostRows = 20_000

    /// Grows the trees; nil where samples have too many values, or the task predicts neither classes nor numbers.
    ///
    /// - Parameter balances: whether rare classes weigh more, in inverse proportion to their samples.
    init?(_ data: PreparedData, balances: Bool) {
        guard TableTeacher.suits(data) else { return nil }
        let source = data.trainingSource(seed: 0)
        let rows = (0..<min(source.count, TableTeacher.mostRows)).map {
            $0 * source.count / min(source.count, TableTeacher.mostRows)
        }
        let values = data.samples(rows.map { source.indices[$0] })
        let targets: TreeEnsemble.Targets
        switch data.task {
        case .classification(let classes, _):
            targets = .classes(rows.map(source.label), count: classes)
            offsets =
                balances
                ? data.balancedClassWeights.map { log(max($0, 1e-6)) } : [Float](repeating: 0, count: classes)
        case .regression:
            targets = .numbers(
                rows.map { row in
                    var number: [Float] = [0]
                    var span = number.mutableSpan
                    source.fillTarget(&span, row: row)
                    return number[0]
                })
            offsets = []
        case .anomaly: return nil
        }
        columns = data.dataset.sampleSize
        let table = KnownTable(values: values, columns: columns, targets: targets)
        let share = table.shareOfForest
        ensembles = [(table.forest, share), (table.boosted, 1 - share)].filter { $0.1 > 0 }
    }

    /// Whether there can be such a teacher.
    public static func suits(_ data: PreparedData) -> Bool {
        if case .anomaly = data.task { return false }
        return data.dataset.sampleSize <= mostColumns
    }

    /// Writes the logarithm of each class's probability, or a number in the unit that networks learn in.
    public func answer(_ samples: Span<Float>, into answers: inout MutableSpan<Float>) {
        for place in 0..<answers.count { answers[place] = 0 }
        for ensemble in ensembles {
            var own = [Float](repeating: 0, count: answers.count)
            var span = own.mutableSpan
            ensemble.trees.answer(samples, columns: columns, into: &span)
            for place in 0..<answers.count { answers[place] += ensemble.share * span[place] }
        }
        guard !offsets.isEmpty else { return }
        for place in 0..<answers.count {
            answers[place] = log(max(answers[place], 1e-4)) + offsets[place % offsets.count]
        }
    }
}
