import Determinism
import Foundation

/// Trees whose sum predicts classes or numbers of a table's rows.
public struct TreeEnsemble: Sendable {
    /// What the trees learn.
    public enum Targets: Sendable {
        /// The class of each row, from 0.
        case classes([Int], count: Int)
        /// A number for each row.
        case numbers([Float])
    }

    private let trees: [DecisionTree]
    /// What each output is before the first tree.
    private let base: [Float]
    /// The factor of every tree.
    private let factor: Float
    /// Whether the sums are scores whose softmax is the answer; else they are the answer.
    private let isSoftened: Bool

    /// Numbers that an answer has for each row: a probability for each class, or one number.
    public var outputs: Int { base.count }
}

extension TreeEnsemble {
    /// Extremely randomised trees (Geurts, Ernst and Wehenkel 2006): the mean of trees whose nodes take the best of a few random
    /// splits, grown until leaves are pure, or nearly so where numbers are predicted.
    ///
    /// - Parameters:
    ///   - rows: finite numbers, row after row.
    ///   - seed: keys the random numbers.
    public static func forest(
        on rows: [Float], columns: Int, targets: Targets, trees count: Int = 100, seed: UInt64
    ) -> TreeEnsemble {
        let table = BinnedTable(rows, columns: columns)
        let outputs = targets.outputs
        let columnsEach: Int =
            switch targets {
            case .classes: max(1, Int(Double(columns).squareRoot().rounded(.up)))
            case .numbers: columns
            }
        let grower = TreeGrower(
            table: table, outputs: outputs, search: .random, mostLeaves: .max,
            leastRows: targets.isNumbers ? 2 : 1,
            columnsEach: columnsEach, penalty: 1e-6)
        let gradients = targets.values.map { -$0 }
        let curvatures = [Float](repeating: 1, count: gradients.count)
        let trees = (0..<count).map { index in
            var random = RandomStream(seed: seed, .initialization, 0, UInt64(index))
            return grower.grow(
                on: Array(0..<table.rows), gradients: gradients, curvatures: curvatures, using: &random)
        }
        return TreeEnsemble(
            trees: trees, base: [Float](repeating: 0, count: outputs), factor: 1 / Float(count),
            isSoftened: false)
    }

    /// Trees that are added one after another, each to lower what the loss of those before it leaves (Friedman 2001).
    ///
    /// The loss is the cross-entropy of classes, or the squared error of numbers; a tree has as many outputs as there are classes.
    public static func boosted(
        on rows: [Float], columns: Int, targets: Targets, trees count: Int = 120, learningRate: Float = 0.1,
        leaves: Int = 12, penalty: Float = 1, seed: UInt64
    ) -> TreeEnsemble {
        let table = BinnedTable(rows, columns: columns)
        let outputs = targets.outputs
        let wanted = targets.values
        let base = targets.base
        let grower = TreeGrower(
            table: table, outputs: outputs, search: .best, mostLeaves: leaves,
            leastRows: max(1, min(20, table.rows / 20)), columnsEach: columns, penalty: penalty)
        var sums = (0..<table.rows).flatMap { _ in base }
        var gradients = [Float](repeating: 0, count: sums.count)
        var curvatures = [Float](repeating: 1, count: sums.count)
        let trees = (0..<count).map { index in
            for row in 0..<table.rows {
                let range = row * outputs..<(row + 1) * outputs
                if targets.isNumbers {
                    gradients[row] = sums[row] - wanted[row]
                } else {
                    let chances = sums[range].softened
                    for (place, chance) in zip(range, chances) {
                        gradients[place] = chance - wanted[place]
                        curvatures[place] = chance * (1 - chance)
                    }
                }
            }
            var random = RandomStream(seed: seed, .initialization, 1, UInt64(index))
            let tree = grower.grow(
                on: Array(0..<table.rows), gradients: gradients, curvatures: curvatures, using: &random)
            var span = sums.mutableSpan
            tree.add(learningRate, for: rows.span, columns: columns, to: &span)
            return tree
        }
        return TreeEnsemble(trees: trees, base: base, factor: learningRate, isSoftened: !targets.isNumbers)
    }
}

extension TreeEnsemble {
    /// Writes a probability for each class, or a number, of each row to `answers`.
    public func answer(_ rows: Span<Float>, columns: Int, into answers: inout MutableSpan<Float>) {
        let count = rows.count / columns
        precondition(
            answers.count == count * outputs, "TreeEnsemble: \(answers.count) answers for \(count) rows")
        for place in 0..<answers.count { answers[place] = base[place % outputs] }
        for tree in trees { tree.add(factor, for: rows, columns: columns, to: &answers) }
        guard isSoftened else { return }
        for row in 0..<count {
            let scores = (row * outputs..<(row + 1) * outputs).map { answers[$0] }
            for (output, chance) in scores[...].softened.enumerated() {
                answers[row * outputs + output] = chance
            }
        }
    }
}

extension TreeEnsemble.Targets {
    fileprivate var isNumbers: Bool {
        if case .numbers = self { true } else { false }
    }

    fileprivate var outputs: Int {
        switch self {
        case .classes(_, let count): count
        case .numbers: 1
        }
    }

    /// 1 for the class of a row and 0 for the others, or its number.
    fileprivate var values: [Float] {
        switch self {
        case .classes(let classes, let count):
            classes.flatMap { own in (0..<count).map { $0 == own ? 1 : 0 } }
        case .numbers(let numbers): numbers
        }
    }

    /// The logarithms of the classes' shares, or the mean.
    fileprivate var base: [Float] {
        switch self {
        case .classes(let classes, let count):
            var counts = [Float](repeating: 1, count: count)
            for own in classes { counts[own] += 1 }
            return counts.map { log($0 / Float(classes.count + count)) }
        case .numbers(let numbers):
            return [Float(numbers.reduce(0.0) { $0 + Double($1) } / Double(max(numbers.count, 1)))]
        }
    }
}

extension ArraySlice<Float> {
    /// exp(x) / Σ exp(x).
    fileprivate var softened: [Float] {
        let largest = self.max() ?? 0
        let powers = map { exp($0 - largest) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }
}
