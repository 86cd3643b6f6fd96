import Determinism
import Testing
import Trees

@Suite("Trees of tables")
struct TreeTests {
    /// Rows of uniform numbers.
    private func rows(_ count: Int, columns: Int, key: UInt64 = 1) -> [Float] {
        var random = RandomStream(seed: key, .bootstrap)
        return (0..<count * columns).map { _ in random.uniform() }
    }

    private func answers(_ ensemble: TreeEnsemble, _ rows: [Float], columns: Int) -> [Float] {
        var answers = [Float](repeating: 0, count: rows.count / columns * ensemble.outputs)
        var span = answers.mutableSpan
        ensemble.answer(rows.span, columns: columns, into: &span)
        return answers
    }

    private func right(_ ensemble: TreeEnsemble, _ rows: [Float], columns: Int, _ labels: [Int]) -> Double {
        let answers = answers(ensemble, rows, columns: columns)
        let count = ensemble.outputs
        let hits = labels.indices.count { row in
            let own = answers[row * count..<(row + 1) * count]
            return own.indices.max { own[$0] < own[$1] } == own.startIndex + labels[row]
        }
        return Double(hits) / Double(labels.count)
    }

    @Test("One split of one boosted tree is the best of all splits, as trying each of them finds")
    func findsBestSplit() {
        let (values, count) = (rows(60, columns: 3), 60)
        let numbers = (0..<count).map { row in
            (values[row * 3 + 1] > 0.4 ? 2 : 0) + values[row * 3]
        }
        let tree = TreeEnsemble.boosted(
            on: values, columns: 3, targets: .numbers(numbers), trees: 1, learningRate: 1, leaves: 2,
            penalty: 0, seed: 1)
        var least = Float.infinity
        for column in 0..<3 {
            for cut in (0..<count).map({ values[$0 * 3 + column] }) {
                let sides = [true, false].map { side in
                    (0..<count).filter { (values[$0 * 3 + column] <= cut) == side }.map { numbers[$0] }
                }
                guard sides.allSatisfy({ $0.count >= 3 }) else { continue }
                least = min(
                    least,
                    sides.reduce(0) { sum, side in
                        let mean = side.reduce(0, +) / Float(side.count)
                        return sum + side.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
                    })
            }
        }
        let found = zip(answers(tree, values, columns: 3), numbers).reduce(0) { sum, pair in
            sum + (pair.0 - pair.1) * (pair.0 - pair.1)
        }
        #expect(abs(found - least) < 1e-3 * least)
    }

    @Test("Both kinds learn a box in two of six columns, and answer with probabilities")
    func learnsBoxes() {
        func labels(_ values: [Float]) -> [Int] {
            stride(from: 0, to: values.count, by: 6).map {
                (0.2...0.7).contains(values[$0]) && (0.3...0.9).contains(values[$0 + 3]) ? 1 : 0
            }
        }
        let (known, unknown) = (rows(800, columns: 6), rows(400, columns: 6, key: 2))
        let targets = TreeEnsemble.Targets.classes(labels(known), count: 2)
        for ensemble in [
            TreeEnsemble.forest(on: known, columns: 6, targets: targets, seed: 1),
            .boosted(on: known, columns: 6, targets: targets, seed: 1),
        ] {
            #expect(right(ensemble, unknown, columns: 6, labels(unknown)) > 0.9)
            let answers = answers(ensemble, unknown, columns: 6)
            #expect(answers.allSatisfy { $0 >= -1e-6 && $0 <= 1 + 1e-5 })
            #expect(
                stride(from: 0, to: answers.count, by: 2).allSatisfy {
                    abs(answers[$0] + answers[$0 + 1] - 1) < 1e-4
                })
        }
    }

    @Test("Both kinds explain most of a sum and a product of columns beside eight that tell nothing")
    func learnsNumbers() {
        func numbers(_ values: [Float]) -> [Float] {
            stride(from: 0, to: values.count, by: 11).map {
                3 * values[$0] + 4 * values[$0 + 1] * values[$0 + 2]
            }
        }
        let (known, unknown) = (rows(1000, columns: 11), rows(300, columns: 11, key: 2))
        let wanted = numbers(unknown)
        let mean = wanted.reduce(0, +) / Float(wanted.count)
        let spread = wanted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        for ensemble in [
            TreeEnsemble.forest(on: known, columns: 11, targets: .numbers(numbers(known)), seed: 1),
            .boosted(on: known, columns: 11, targets: .numbers(numbers(known)), seed: 1),
        ] {
            let errors = zip(answers(ensemble, unknown, columns: 11), wanted).reduce(0) {
                $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
            }
            #expect(errors < 0.15 * spread)
        }
    }

    @Test(
        "Tables that tell nothing give the shares of the classes",
        arguments: [[0], [0, 0], [0, 0, 1, 1]] as [[Int]])
    func answersWithoutSplits(_ labels: [Int]) {
        let values = [Float](repeating: 3, count: labels.count * 2)
        let shares = (0..<2).map { own in Float(labels.count { $0 == own }) / Float(labels.count) }
        let targets = TreeEnsemble.Targets.classes(labels, count: 2)
        let forest = TreeEnsemble.forest(on: values, columns: 2, targets: targets, trees: 3, seed: 1)
        for (answer, share) in zip(answers(forest, [0, 5], columns: 2), shares) {
            #expect(abs(answer - share) < 1e-4)
        }
        let boosted = TreeEnsemble.boosted(on: values, columns: 2, targets: targets, trees: 3, seed: 1)
        #expect(answers(boosted, [0, 5], columns: 2).allSatisfy { $0.isFinite })
    }

    @Test("A column has at most 256 bins, whose edges lie between its numbers")
    func bins() {
        let few = BinnedTable([1, 2, 2, 5], columns: 1)
        #expect(few.edges == [[1.5, 3.5]])
        #expect(few.codes == [0, 1, 1, 2])
        let many = BinnedTable(rows(5000, columns: 1).map { $0 * $0 * $0 }, columns: 1)
        #expect(many.edges[0].count == 255)
        let counts = Dictionary(many.codes.map { ($0, 1) }, uniquingKeysWith: +).values
        #expect(counts.max() ?? 0 < 23)
    }

    @Test(
        "A step is found to within a few of two thousand rows, wherever it lies",
        arguments: [0.037, 0.35, 0.6])
    func findsSteps(place: Float) {
        let values = rows(2000, columns: 1)
        let numbers: [Float] = values.map { $0 > place ? 1 : 0 }
        let tree = TreeEnsemble.boosted(
            on: values, columns: 1, targets: .numbers(numbers), trees: 1, learningRate: 1, leaves: 2,
            penalty: 0, seed: 1)
        let wrong = zip(answers(tree, values, columns: 1), numbers).count { abs($0 - $1) > 0.5 }
        #expect(wrong <= 4)
    }

    @Test("The same seed grows the same trees, another one others")
    func repeats() {
        let values = rows(200, columns: 4)
        let targets = TreeEnsemble.Targets.numbers((0..<200).map { values[$0 * 4] })
        let all = [1, 1, 2].map { (seed: UInt64) in
            answers(
                .forest(on: values, columns: 4, targets: targets, trees: 5, seed: seed),
                rows(50, columns: 4, key: 3), columns: 4)
        }
        #expect(all[0] == all[1])
        #expect(all[0] != all[2])
    }
}
