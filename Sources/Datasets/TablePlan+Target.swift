import Quantities

extension TablePlan {
    /// Numbered classes may be so many without being named.
    static let mostNumberedClasses = 100

    static func target(
        _ name: String, in tables: [CSVTable], _ options: TabularOptions
    ) throws(DatasetError) -> Target {
        switch options.task {
        case .regression:
            for table in tables {
                let numbers = try table.presentNumbers(name)
                guard numbers.count == table.rowCount else {
                    throw .file(table.file, detail: "the number to predict, '\(name)', is missing in a row")
                }
            }
            return .values(column: name)
        case .classification: return try classes(name, in: tables, options)
        case .anomaly:
            return .anomalies(column: name, normal: try normalText(name, in: tables, options.normal))
        }
    }

    private static func classes(
        _ name: String, in tables: [CSVTable], _ options: TabularOptions
    ) throws(DatasetError) -> Target {
        var texts = Set<String>()
        for table in tables { texts.formUnion(try presentTexts(name, in: table)) }
        let first = tables[0]
        let rows = tables.reduce(0) { $0 + $1.rowCount }
        let numbers = texts.compactMap {
            NumberText(Array($0.utf8)[...], as: first.format).value
        }
        let isNumeric = numbers.count == texts.count
        if isNumeric, numbers.contains(where: { $0 != $0.rounded() }) {
            throw .line(
                file: first.file, line: 1,
                detail: "'\(name)' holds fractions, no classes; is it a number to predict (task: regression)?"
            )
        }
        if let given = options.classNames {
            return try named(given, name, texts, isNumeric, first.file)
        }
        let names = Array(texts).indexed().1
        guard !isNumeric || names.count <= mostNumberedClasses, names.count <= 10_000,
            names.count * 4 <= rows * 3 || rows < 20
        else {
            throw .line(
                file: first.file, line: 1,
                detail:
                    "'\(name)' holds \(names.count) different classes in \(rows) rows; is it a number to predict "
                    + "(task: regression)? Classes that are numbers can be named by class_names")
        }
        return .classes(column: name, names: names, index: names.places)
    }

    /// Numbers index the given names; texts are among them.
    private static func named(
        _ names: [String], _ column: String, _ texts: Set<String>, _ isNumeric: Bool, _ file: String
    ) throws(DatasetError) -> Target {
        var index: [String: Int32] = [:]
        for text in texts.sorted() {
            let place = names.firstIndex(of: text) ?? (isNumeric ? Double(text).map { Int($0) } : nil)
            guard let place, names.indices.contains(place) else {
                throw .line(
                    file: file, line: 1,
                    detail:
                        "'\(column)' holds the class '\(text)', which is none of the \(names.count) class_names"
                )
            }
            index[text] = Int32(place)
        }
        return .classes(column: column, names: names, index: index)
    }

    private static func presentTexts(_ name: String, in table: CSVTable) throws(DatasetError) -> Set<String> {
        let texts = try table.texts(name)
        if let empty = texts.firstIndex(where: { $0.isEmpty || table.format.missing.contains($0) }) {
            throw .line(
                file: table.file, line: table.line(ofRow: empty), detail: "the class in '\(name)' is empty")
        }
        return Set(texts)
    }

    /// The text of normal rows; nil where rows are numbers and 0 is normal.
    private static func normalText(
        _ name: String, in tables: [CSVTable], _ given: String?
    ) throws(DatasetError) -> String? {
        var texts = Set<String>()
        for table in tables { texts.formUnion(try presentTexts(name, in: table)) }
        if given == nil, texts.allSatisfy({ Double($0) != nil }) { return nil }
        return try NormalText(texts, given) {
            .line(file: tables[0].file, line: 1, detail: "'\(name)' \($0)")
        }.text
    }
}

extension [String] {
    /// The place of each name.
    var places: [String: Int32] {
        var places: [String: Int32] = [:]
        for (place, name) in enumerated() where places[name] == nil { places[name] = Int32(place) }
        return places
    }

    /// For each text the index of its name, and the names: in numerical order where all are numbers, else in byte order.
    func indexed() -> ([Int32], [String]) {
        let distinct = Array(Set(self))
        let numbers = distinct.map { Double($0) }
        let names =
            numbers.allSatisfy { $0?.isFinite == true }
            ? zip(distinct, numbers).sorted { ($0.1 ?? 0, $0.0) < ($1.1 ?? 0, $1.0) }.map(\.0)
            : distinct.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let places = names.places
        return (map { places[$0] ?? 0 }, names)
    }
}
