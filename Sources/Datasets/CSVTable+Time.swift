extension CSVTable {
    /// The rows in the order of a column: numbers, texts that begin with the year, or other dates.
    func order(by name: String?) throws(DatasetError) -> [Int] {
        guard let name else { return Array(0..<rowCount) }
        let column = try column(name)
        let numbers = (0..<rowCount).map { number(row: $0, column: column) }
        if numbers.allSatisfy({ $0 != nil }) {
            return (0..<rowCount).sorted { (numbers[$0] ?? 0, $0) < (numbers[$1] ?? 0, $1) }
        }
        if let other = CSVTable.dateOrder(ofColumn: column, in: [self]), other != .yearFirst,
            let days = days(inColumn: column, order: other), !days.contains(nil)
        {
            return (0..<rowCount).sorted { (days[$0] ?? 0, $0) < (days[$1] ?? 0, $1) }
        }
        let texts = try texts(name)
        if let row = texts.firstIndex(where: { !$0.beginsWithYear }) {
            throw .line(
                file: file, line: line(ofRow: row),
                detail:
                    "\(name): expected a number or a date such as 2024-01-31 12:00, got '\(texts[row].prefix(40))'"
                    + CSVTable.dateAdvice(ofColumn: column, in: [self])
            )
        }
        let keys = texts.map(\.withFullHours)
        return (0..<rowCount).sorted { (keys[$0], $0) < (keys[$1], $1) }
    }

    /// Whether a column seems to say when rows were taken: dates, or numbers under such a name.
    func tellsTime(column: Int) -> Bool {
        guard rowCount > 1 else { return false }
        if (0..<rowCount).allSatisfy({ self[$0, column].beginsWithYear }) { return true }
        if let order = CSVTable.dateOrder(ofColumn: column, in: [self]),
            days(inColumn: column, order: order)?.contains(nil) == false
        {
            return true
        }
        let name = header[column].lowercased()
        return ["time", "timestamp", "datetime", "date"].contains(name)
            && (0..<rowCount).allSatisfy { number(row: $0, column: column) != nil }
    }

    /// Whether rows with equal names stand in another order than this one.
    func differs(from order: [Int], within names: [String]?) -> Bool {
        var last: [String: Int] = [:]
        for row in order {
            let name = names?[row] ?? ""
            if row < last[name] ?? 0 { return true }
            last[name] = row
        }
        return false
    }
}

extension String {
    /// `2024-01-31…` or `2024/01/31…`.
    fileprivate var beginsWithYear: Bool {
        let bytes = Array(utf8.prefix(10))
        return bytes.count == 10
            && bytes.enumerated().allSatisfy { place, byte in
                place == 4 || place == 7 ? byte == 45 || byte == 47 : byte >= 48 && byte <= 57
            }
    }

    /// A date and time with an hour of two digits, so that 9:30 comes before 10:00.
    fileprivate var withFullHours: String {
        let bytes = Array(utf8)
        guard bytes.count > 12, bytes[11] >= 48, bytes[11] <= 57, bytes[12] == UInt8(ascii: ":") else {
            return self
        }
        return "\(prefix(11))0\(dropFirst(11))"
    }
}
