import Datasets

extension Dataset {
    /// Features of a table with two values of which one stands beside a single rare class only, a sentence each: such columns
    /// are often filled in when the answer is known.
    ///
    /// - Parameter rows: those looked at.
    func answersGivenAway(in rows: [Int]) -> [String] {
        guard case .classes(let labels, let names) = target, featureNames.count == sampleSize else {
            return []
        }
        var classRows = [Int](repeating: 0, count: names.count)
        for row in rows { classRows[Int(labels[row])] += 1 }
        var columns = [TwoValues](repeating: TwoValues(), count: sampleSize)
        for row in rows {
            for (column, value) in sample(row).enumerated() {
                columns[column].add(value, label: Int(labels[row]))
            }
        }
        return columns.indices.compactMap { column in
            guard let side = columns[column].pure(leastRows: 20),
                classRows[side.label] * 5 <= rows.count
            else { return nil }
            return
                "all \(side.rows) training samples with \(featureNames[column]) = \(side.value) are of the class "
                + "'\(names[side.label])': is it known before the answer? Else leave the column out (ignore)"
        }
    }
}

/// How often a column holds each of its two values, and beside which classes.
private struct TwoValues {
    struct Side {
        let value: Float
        var rows: Int
        /// The class of the first row.
        let label: Int
        var isPure: Bool
    }

    private var sides: [Side] = []
    private var isVaried = false

    mutating func add(_ value: Float, label: Int) {
        guard !isVaried else { return }
        if let place = sides.firstIndex(where: { $0.value == value }) {
            sides[place].rows += 1
            if sides[place].label != label { sides[place].isPure = false }
        } else if sides.count < 2 {
            sides.append(Side(value: value, rows: 1, label: label, isPure: true))
        } else {
            isVaried = true
        }
    }

    /// The one of two values that stands beside one class only, in so many rows.
    func pure(leastRows: Int) -> Side? {
        guard !isVaried, sides.count == 2 else { return nil }
        let pure = sides.filter { $0.isPure && $0.rows >= leastRows }
        return pure.count == 1 ? pure[0] : nil
    }
}
