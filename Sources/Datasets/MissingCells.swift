import Quantities

/// Which cells of a column are missing, beside what is to be predicted.
struct MissingCells {
    /// One entry a row: whether its cell is missing, and the text of its target.
    let rows: [(isMissing: Bool, target: String)]
    /// How targets are written that are numbers.
    var format = CSVFormat()

    /// Whether targets differ between rows with and without the cell by more than chance explains.
    ///
    /// Classes by the χ² test of independence, numbers by the difference of means; the border is a chance of about one in
    /// five hundred, as a table has many columns.
    func tell(_ task: LearningTask) -> Bool {
        switch task {
        case .regression: meanDifference.magnitude > 3.1
        case .classification, .anomaly: chiSquareExcess > 6
        }
    }

    /// χ² less its mean, in units of √(2 · its mean).
    private var chiSquareExcess: Double {
        let missing = Double(rows.count { $0.isMissing })
        let total = Double(rows.count)
        var counts: [String: (all: Double, missing: Double)] = [:]
        for row in rows {
            counts[row.target, default: (0, 0)].all += 1
            if row.isMissing { counts[row.target, default: (0, 0)].missing += 1 }
        }
        guard counts.count > 1, missing > 0, missing < total else { return 0 }
        let share = missing / total
        let terms = counts.keys.sorted().compactMap { counts[$0] }.map { count -> Double in
            let difference = count.missing - share * count.all
            return difference * difference / (count.all * share * (1 - share))
        }
        let freedom = Double(counts.count - 1)
        return (terms.reduce(0, +) - freedom) / (2 * freedom).squareRoot()
    }

    /// The difference of the mean targets in standard errors.
    private var meanDifference: Double {
        let numbers = rows.compactMap { row in
            NumberText(Array(row.target.utf8)[...], as: format).value.map { (row.isMissing, $0) }
        }
        let (with, without) = (numbers.filter(\.0).map(\.1), numbers.filter { !$0.0 }.map(\.1))
        guard with.count > 1, without.count > 1 else { return 0 }
        let means = (with.reduce(0, +) / Double(with.count), without.reduce(0, +) / Double(without.count))
        let squares =
            with.map { ($0 - means.0) * ($0 - means.0) } + without.map { ($0 - means.1) * ($0 - means.1) }
        let variance = squares.reduce(0, +) / Double(numbers.count - 2)
        let error = (variance * (1 / Double(with.count) + 1 / Double(without.count))).squareRoot()
        return error > 0 ? (means.0 - means.1) / error : 0
    }
}
