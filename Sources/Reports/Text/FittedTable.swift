/// Columns of text that fit a width: long texts are folded, then short forms taken, then columns dropped, in a stated order.
struct FittedTable {
    /// One column of a table.
    struct Column {
        /// What a person calls it to choose it.
        let name: String
        /// One line or several, with the unit of the whole column.
        let title: String
        let alignment: TextTable.Alignment
        /// The column with the highest rank is dropped first; one of rank 0 always stays.
        let rank: Int
        var cells: [String]
        /// Shorter forms of the cells, such as without their interval.
        var shortCells: [String]?
        /// The middle of longer texts may be left out down to this width; nil where they may not.
        var foldsTo: Int?

        init(
            _ name: String, title: String? = nil, _ alignment: TextTable.Alignment, rank: Int,
            cells: [String], shortCells: [String]? = nil, foldsTo: Int? = nil
        ) {
            self.name = name
            self.title = title ?? name
            self.alignment = alignment
            self.rank = rank
            self.cells = cells
            self.shortCells = shortCells
            self.foldsTo = foldsTo
        }

        fileprivate var titleLines: [String] {
            title.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        }

        fileprivate var width: Int { (titleLines + cells).map(\.count).max() ?? 0 }

        /// The least width that folding can reach.
        fileprivate var leastWidth: Int {
            guard let foldsTo else { return width }
            return min(width, max(foldsTo, titleLines.map(\.count).max() ?? 0))
        }

        fileprivate func folded(to width: Int) -> Column {
            var column = self
            column.cells = cells.map { $0.shortened(to: width) }
            return column
        }
    }

    /// Every column there is, to be chosen by name.
    private let all: [Column]
    /// Those with something in them, and those that always stay.
    private var columns: [Column] {
        all.filter { column in column.rank == 0 || column.cells.contains { $0 != "–" && !$0.isEmpty } }
    }

    /// A table of the columns; those without any cell but dashes are shown only by name, unless they always stay.
    init(_ columns: [Column]) { all = columns }

    /// The table as text, and what had to be left out of it.
    ///
    /// Throws `ReportError.unknownColumn` where the style asks for one that is not there.
    func text(_ style: TableStyle) throws -> String {
        guard !all.isEmpty else { return "" }
        let wanted = try chosen(style.columns)
        guard let width = style.width else { return FittedTable.lines(wanted) }
        let (shown, dropped) = FittedTable.fitted(wanted, to: max(width, 20))
        return FittedTable.lines(shown) + FittedTable.remark(dropped, width: width)
    }

    /// Names the columns that are left out, as many as a line has room for.
    private static func remark(_ dropped: [String], width: Int) -> String {
        guard !dropped.isEmpty else { return "" }
        let lines = (0...dropped.count).reversed().map { count in
            let rest = dropped.count - count
            let names =
                dropped.prefix(count) + (rest == 0 ? [] : ["\(rest) \(count == 0 ? "columns" : "more")"])
            return "not shown: \(names.joined(separator: ", "))\n"
        }
        return lines.first { $0.count <= width + 1 } ?? ""
    }

    /// All columns as a table of HTML; nothing without columns.
    var html: String {
        guard let first = columns.first else { return "" }
        func row(_ tag: String, _ text: (Column) -> String) -> String {
            let cells = columns.map { column in
                let style = column.alignment == .left ? " class=\"text\"" : ""
                return "<\(tag)\(style)>\(text(column).escapedForHTML)</\(tag)>"
            }
            return "<tr>\(cells.joined())</tr>"
        }
        let titles = row("th") { $0.titleLines.joined(separator: " ") }
        let rows = first.cells.indices.map { place in row("td") { $0.cells[place] } }
        return "<table>\n\(([titles] + rows).joined(separator: "\n"))\n</table>"
    }

    private func chosen(_ names: [String]?) throws -> [Column] {
        guard let names else { return columns }
        return try names.map { name in
            guard let column = all.first(where: { $0.name == name }) else {
                throw ReportError.unknownColumn(name, known: all.map(\.name))
            }
            return column
        }
    }

    /// Folds texts, then takes short forms one column at a time, then drops the column of the highest rank, until all fits.
    private static func fitted(_ columns: [Column], to width: Int) -> (shown: [Column], dropped: [String]) {
        var (shown, dropped) = (columns, [String]())
        while leastWidth(of: shown) > width {
            if let place = shown.indices.last(where: { shown[$0].shortCells != nil }) {
                shown[place].cells = shown[place].shortCells ?? []
                shown[place].shortCells = nil
            } else if let place = shown.indices.max(by: { shown[$0].rank < shown[$1].rank }),
                shown[place].rank > 0, shown.count > 1
            {
                dropped.append(shown.remove(at: place).name)
            } else {
                break
            }
        }
        return (folded(shown, to: width), dropped)
    }

    private static func leastWidth(of columns: [Column]) -> Int {
        columns.map(\.leastWidth).reduce(2 * (columns.count - 1), +)
    }

    /// The widest foldable column gives way first.
    private static func folded(_ columns: [Column], to width: Int) -> [Column] {
        var widths = columns.map(\.width)
        let gaps = 2 * (columns.count - 1)
        while widths.reduce(gaps, +) > width {
            let foldable = columns.indices.filter { widths[$0] > columns[$0].leastWidth }
            guard let place = foldable.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[place] -= 1
        }
        return columns.indices.map { place in
            widths[place] < columns[place].width ? columns[place].folded(to: widths[place]) : columns[place]
        }
    }

    private static func lines(_ columns: [Column]) -> String {
        let height = columns.map(\.titleLines.count).max() ?? 0
        let titles = (0..<height).map { line in
            columns.map { column in
                let lines = column.titleLines
                let place = line - (height - lines.count)
                return place >= 0 ? lines[place] : ""
            }
        }
        let rows = (columns.first?.cells.indices ?? 0..<0).map { row in columns.map { $0.cells[row] } }
        let widths = columns.map(\.width)
        func padded(_ cells: [String]) -> String {
            let texts = cells.indices.map { place in
                let space = String(repeating: " ", count: max(widths[place] - cells[place].count, 0))
                return columns[place].alignment == .left ? cells[place] + space : space + cells[place]
            }
            var line = texts.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
        return (titles.map(padded) + [rule] + rows.map(padded)).joined(separator: "\n") + "\n"
    }
}

extension String {
    /// The text, its middle left out where it is longer than a width of at least 3.
    func shortened(to width: Int) -> String {
        guard count > width, width > 2 else { return self }
        let end = min(12, (width - 1) / 2)
        return prefix(width - 1 - end) + "…" + suffix(end)
    }

    /// The text with spaces up to a width.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
