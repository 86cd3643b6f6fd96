import Quantities

/// A CSV file as samples of shape [1, 1, features].
///
/// A column of numbers is one feature. A column of texts is one feature for each different text, 1 where it stands. A first
/// line of numbers only is taken for a row; columns are then called `column1`, `column2` and so on.
enum CSVLoader {
    /// A column with more different texts than this is refused, for it is likely an identifier.
    private static let mostTexts = 64

    static func load(_ path: String, _ options: TabularOptions) throws(DatasetError) -> Dataset {
        let table = try CSVTable(contentsOf: path, header: .detected)
        guard let last = table.header.last, table.rowCount > 0 else {
            throw .file(path, detail: "has no rows")
        }
        let target = options.target ?? last
        let special = [target] + [options.group, options.order].compactMap(\.self) + options.ignored
        for name in special { _ = try table.column(name) }
        let rows = try order(of: table, by: options.order)
        var features: [[Float]] = []
        for name in table.header where !special.contains(name) {
            features += try columns(name, of: table)
        }
        guard !features.isEmpty else {
            throw .line(file: path, line: 1, detail: "leaves no column as feature")
        }
        var values: [Float] = []
        values.reserveCapacity(rows.count * features.count)
        for row in rows { for column in features { values.append(column[row]) } }
        var (groups, groupNames): ([Int32], [String]) = ([], [])
        if let group = options.group { (groups, groupNames) = try table.texts(group).indexed() }
        return try Dataset(
            name: "csv", sampleShape: [1, 1, features.count], storage: .floats(values),
            target: try self.target(target, of: table, rows, options.task),
            groups: groups.isEmpty ? [] : rows.map { groups[$0] }, groupNames: groupNames
        ).checked(file: path)
    }

    private static func order(of table: CSVTable, by name: String?) throws(DatasetError) -> [Int] {
        guard let name else { return Array(0..<table.rowCount) }
        let keys = try table.completeNumbers(name)
        return (0..<table.rowCount).sorted { keys[$0] != keys[$1] ? keys[$0] < keys[$1] : $0 < $1 }
    }

    private static func columns(_ name: String, of table: CSVTable) throws(DatasetError) -> [[Float]] {
        let texts = try table.texts(name)
        guard texts.contains(where: { !$0.isEmpty && Double($0) == nil }), Double(texts[0]) == nil else {
            return [try table.completeNumbers(name).map { Float($0) }]
        }
        let (indices, names) = texts.indexed()
        guard names.count <= mostTexts else {
            throw .line(
                file: table.file, line: 1,
                detail:
                    "the column '\(name)' holds \(names.count) different texts; ignore it or replace it by numbers"
            )
        }
        return names.indices.map { index in indices.map { $0 == Int32(index) ? 1 : 0 } }
    }

    private static func target(
        _ name: String, of table: CSVTable, _ rows: [Int], _ task: LearningTask
    ) throws(DatasetError) -> Dataset.Target {
        switch task {
        case .regression:
            let values = try table.completeNumbers(name)
            return .values(rows.map { Float(values[$0]) })
        case .classification, .anomaly:
            let texts = try table.texts(name)
            if let empty = texts.firstIndex(of: "") {
                throw .line(
                    file: table.file, line: table.line(ofRow: empty),
                    detail: "the class in '\(name)' is empty")
            }
            let (labels, names) = texts.indexed()
            guard names.count <= 10_000 else {
                throw .line(
                    file: table.file, line: 1,
                    detail:
                        "'\(name)' holds \(names.count) different classes; is it a number to predict (task: regression)?"
                )
            }
            return .classes(rows.map { labels[$0] }, names: names)
        }
    }
}

extension CSVTable {
    /// A column of numbers that all rows have.
    fileprivate func completeNumbers(_ name: String) throws(DatasetError) -> [Double] {
        var complete: [Double] = []
        for (row, number) in try numbers(name).enumerated() {
            guard let number, Float(number).isFinite else {
                throw .line(
                    file: file, line: line(ofRow: row),
                    detail: "\(name): "
                        + (number == nil ? "is empty; expected a number" : "is too large for float32"))
            }
            complete.append(number)
        }
        return complete
    }
}

extension [String] {
    /// For each text the index of its name, and the names: in numerical order where all are whole numbers, else in byte order.
    func indexed() -> ([Int32], [String]) {
        var names = Array(Set(self))
        let numbers = names.compactMap { Int($0) }
        guard numbers.count == names.count, Set(numbers).count == names.count else {
            return sortedByBytes(names: names)
        }
        names = numbers.sorted().map(String.init)
        guard names.allSatisfy(Set(self).contains) else { return sortedByBytes(names: Array(Set(self))) }
        return (indices(in: names), names)
    }

    private func sortedByBytes(names: [String]) -> ([Int32], [String]) {
        let names = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return (indices(in: names), names)
    }

    private func indices(in names: [String]) -> [Int32] {
        var index: [String: Int32] = [:]
        for (place, name) in names.enumerated() { index[name] = Int32(place) }
        return map { index[$0] ?? 0 }
    }
}
