/// The tables that a path stands for.
enum TableFiles {
    /// How the names of tables end.
    static let endings = [".csv", ".tsv", ".txt", ".arff"]

    /// One file; or those below a folder, or in a tar or ZIP archive, that end like tables, or fit `pattern`.
    static func read(
        _ path: String, format: CSVFormat, pattern: String?
    ) throws(DatasetError) -> [CSVTable] {
        let source = try FileTree(path)
        guard let source else { return [try CSVTable(contentsOf: path, format: format)] }
        let wanted = try source.paths.filter(filter(pattern, path))
        guard !wanted.isEmpty else {
            throw .file(
                path, detail: pattern.map { "has no file that fits '\($0)'" } ?? "holds no .csv files")
        }
        var tables: [CSVTable] = []
        for name in wanted {
            tables.append(
                try CSVTable(parsing: try source.contents(of: name), file: "\(path)/\(name)", format: format))
        }
        for table in tables.dropFirst() where table.header != tables[0].header {
            throw .line(
                file: table.file, line: 1,
                detail: "has other columns than \(tables[0].file); leave one out by files: PATTERN")
        }
        return tables
    }

    private static func filter(
        _ pattern: String?, _ path: String
    ) throws(DatasetError) -> (String) -> Bool {
        guard let pattern else {
            return { name in endings.contains { name.lowercased().hasSuffix($0) } }
        }
        guard let glob = Glob(pattern) else {
            throw .file(path, detail: "'\(pattern)' is no file-name pattern")
        }
        return { glob.matches($0) }
    }
}
