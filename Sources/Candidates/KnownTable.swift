import Foundation
import Trees

/// Rows of a table with what they stand for, on which trees are grown.
struct KnownTable {
    /// Row after row.
    let values: [Float]
    let columns: Int
    let targets: TreeEnsemble.Targets

    /// Random trees.
    var forest: TreeEnsemble { .forest(on: values, columns: columns, targets: targets, seed: 0) }
    /// Boosted trees.
    var boosted: TreeEnsemble { .boosted(on: values, columns: columns, targets: targets, seed: 0) }

    /// What the random trees' share of the answers should be, the rest being that of the boosted ones: which of some shares loses
    /// least on thirds of the rows that the trees did not know.
    ///
    /// Random trees are better where few rows tell of smooth classes, boosted ones where thresholds of some columns matter.
    var shareOfForest: Float {
        let thirds = (0..<KnownTable.parts).map { part -> (known: KnownTable, unknown: KnownTable) in
            let rows = 0..<min(targets.count, KnownTable.mostJudged)
            return (
                subset(rows.filter { $0 % KnownTable.parts != part }),
                subset(rows.filter { $0 % KnownTable.parts == part })
            )
        }.filter { $0.known.targets.count > 0 && $0.unknown.targets.count > 0 }
        var losses = [Double](repeating: 0, count: KnownTable.shares.count)
        for third in thirds {
            let (forest, boosted) = (third.known.forest, third.known.boosted)
            let first = third.unknown.answers(of: forest)
            let second = third.unknown.answers(of: boosted)
            for (place, share) in KnownTable.shares.enumerated() {
                losses[place] += third.unknown.loss(
                    of: zip(first, second).map { share * $0 + (1 - share) * $1 })
            }
        }
        return KnownTable.shares[losses.indices.min { losses[$0] < losses[$1] } ?? 0]
    }

    private static let parts = 3
    /// Rows that shares are judged on, at most.
    private static let mostJudged = 3000
    /// The first of those that lose equally is taken.
    private static let shares: [Float] = [0.5, 0.25, 0.75, 0, 1]

    private func subset(_ rows: [Int]) -> KnownTable {
        KnownTable(
            values: rows.flatMap { values[$0 * columns..<($0 + 1) * columns] }, columns: columns,
            targets: targets.subset(rows))
    }

    private func answers(of trees: TreeEnsemble) -> [Float] {
        var answers = [Float](repeating: 0, count: targets.count * trees.outputs)
        var span = answers.mutableSpan
        trees.answer(values.span, columns: columns, into: &span)
        return answers
    }

    /// The sum over rows of the cross-entropy, or of squared errors.
    private func loss(of answers: [Float]) -> Double {
        switch targets {
        case .classes(let classes, let count):
            classes.indices.reduce(0) { $0 - log(Double(max(answers[$1 * count + classes[$1]], 1e-3))) }
        case .numbers(let numbers):
            zip(answers, numbers).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
        }
    }
}

extension TreeEnsemble.Targets {
    /// Rows.
    fileprivate var count: Int {
        switch self {
        case .classes(let classes, _): classes.count
        case .numbers(let numbers): numbers.count
        }
    }

    fileprivate func subset(_ rows: [Int]) -> Self {
        switch self {
        case .classes(let classes, let count): .classes(rows.map { classes[$0] }, count: count)
        case .numbers(let numbers): .numbers(rows.map { numbers[$0] })
        }
    }
}
