/// Tables as samples: one a row, of shape 1 × 1 × features, or one a window of rows, of shape length × 1 × features.
///
/// A column of numbers is one feature. A column of texts is one feature for each different text, 1 where it stands.
enum TableLoader {
    /// - Parameter testPath: tables of the official test part, with the same columns.
    static func load(
        _ path: String, _ options: TabularOptions, testPath: String? = nil, validationPath: String? = nil
    ) throws(DatasetError) -> Dataset {
        var parts: [[CSVTable]] = []
        for path in [path, validationPath, testPath] {
            guard let path else {
                parts.append([])
                continue
            }
            parts.append(try TableFiles.read(path, format: options.format, pattern: options.files))
        }
        let tables = parts.flatMap(\.self)
        let first = tables[0]
        for table in tables where table.header != first.header {
            throw .line(file: table.file, line: 1, detail: "has other columns than \(first.file)")
        }
        guard tables.contains(where: { $0.rowCount > 0 }) else { throw .file(path, detail: "has no rows") }
        let plan = try TablePlan(tables, options)
        var rows = TableRows(width: plan.width)
        var ends: [Int] = []
        for (part, tables) in parts.enumerated() {
            for (index, table) in tables.enumerated() {
                let name = parts[0].count > 1 || tables.count > 1 ? fileName(table.file, index) : ""
                try rows.append(table, plan, file: name, isTest: part == 2)
            }
            ends.append(rows.count)
        }
        if let rowCount = options.baselineRows { rows.standardise(by: rowCount) }
        if let life = options.remainingLife { try rows.countDown(life, testFrom: ends[1], file: path) }
        var dataset = try rows.dataset(plan, options, ends: ends, file: path)
        if let pattern = options.files, !SourceFile.isFolder(path), !FileTree.isArchiveName(path) {
            dataset.remarks.append("\(path): is one file, so that files: '\(pattern)' chooses nothing")
        }
        dataset.unusedColumns = plan.unusedColumns(of: first.header, options)
        return dataset
    }

    /// The file's name without folder and ending.
    private static func fileName(_ path: String, _ index: Int) -> String {
        let parts = path.split(separator: "/").suffix(2)
        return parts.joined(separator: "/")
    }
}
