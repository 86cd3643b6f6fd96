/// Runs of consecutive rows that may overlap, kept once.
public struct RowWindows: Sendable {
    /// Row by row.
    let rows: [Float]
    /// Values of one row.
    let width: Int
    /// Rows of one run.
    let length: Int
    /// The first row of each run.
    let starts: [Int32]

    init(rows: [Float], width: Int, length: Int, starts: [Int32]) {
        self.rows = rows
        self.width = width
        self.length = length
        self.starts = starts
    }

    /// How many rows there are.
    var count: Int { rows.count / max(width, 1) }

    /// The rows that a run covers.
    func range(_ index: Int) -> Range<Int> { Int(starts[index])..<Int(starts[index]) + length }

    /// Where the values of a run lie.
    func values(_ index: Int) -> Range<Int> {
        let range = range(index)
        return range.lowerBound * width..<range.upperBound * width
    }
}
