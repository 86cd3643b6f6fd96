/// Numbers of a table's columns, each in one of at most 256 bins between quantiles of its column.
///
/// Trees are grown on the bins and remember the numbers between them.
package struct BinnedTable: Sendable {
    let rows: Int
    let columns: Int
    /// The bin of each row, column after column.
    package let codes: [UInt8]
    /// For each column the numbers between neighbouring bins, ascending; one fewer than it has bins.
    package let edges: [[Float]]

    /// - Parameter values: finite numbers, row after row.
    package init(_ values: [Float], columns: Int) {
        precondition(columns > 0 && values.count % columns == 0, "BinnedTable: ragged rows")
        let rows = values.count / columns
        var codes: [UInt8] = []
        codes.reserveCapacity(values.count)
        var edges: [[Float]] = []
        for column in 0..<columns {
            let numbers = (0..<rows).map { values[$0 * columns + column] }
            let between = BinnedTable.edges(of: numbers.sorted())
            codes += numbers.map { UInt8(between.placeOfFirst(notBelow: $0)) }
            edges.append(between)
        }
        (self.rows, self.columns, self.codes, self.edges) = (rows, columns, codes, edges)
    }

    /// Bins that a column has at most.
    static let mostBins = 256

    /// Halfway between neighbouring numbers: between all that differ, or at quantiles where those are too many.
    private static func edges(of sorted: [Float]) -> [Float] {
        let changes = sorted.indices.dropFirst().filter { sorted[$0] > sorted[$0 - 1] }
        var kept = changes
        if changes.count >= mostBins {
            kept = []
            for step in 1..<mostBins {
                let wanted = step * sorted.count / mostBins
                // The first change at or after the quantile.
                let place = changes.placeOfFirst(notBelow: wanted)
                guard place < changes.count, changes[place] != kept.last else { continue }
                kept.append(changes[place])
            }
        }
        return kept.map { sorted[$0 - 1] + (sorted[$0] - sorted[$0 - 1]) / 2 }
    }
}

extension Array where Element: Comparable {
    /// The first place in an ascending list whose element is not below this one; the count where all are.
    fileprivate func placeOfFirst(notBelow wanted: Element) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
