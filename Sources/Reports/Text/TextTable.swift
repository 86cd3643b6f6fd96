import Quantities

/// Rows of text under headings, aligned for a person to read.
public struct TextTable: Sendable {
    /// Where a column keeps its spaces.
    public enum Alignment: Sendable { case left, right }
    private let headings: [(title: String, alignment: Alignment)]
    private var rows: [[String]] = []

    /// A table without rows; each heading comes with the alignment of its column.
    public init(_ headings: [(String, Alignment)]) {
        self.headings = headings.map { (title: $0.0, alignment: $0.1) }
    }

    /// Whether there are no rows.
    public var isEmpty: Bool { rows.isEmpty }

    /// Precondition: one cell a heading.
    public mutating func append(_ cells: [String]) {
        precondition(
            cells.count == headings.count, "TextTable: \(cells.count) cells for \(headings.count) headings")
        rows.append(cells.map(\.printable))
    }

    /// Headings, a rule, and one line a row.
    public var text: String {
        let widths = headings.indices.map { column in
            ([headings[column].title] + rows.map { $0[column] }).map(\.count).max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            let padded = cells.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - cells[column].count)
                return headings[column].alignment == .left ? cells[column] + space : space + cells[column]
            }
            var line = padded.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
        return ([line(headings.map(\.title)), rule] + rows.map(line)).joined(separator: "\n") + "\n"
    }
}
