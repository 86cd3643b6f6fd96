/// Which columns of tables serve what, decided from all of them.
struct TablePlan {
    let features: [Feature]
    let target: Target
    let group: String?
    let time: String?
    /// Whether samples are runs of rows, so that their order counts.
    let isWindowed: Bool

    struct Feature {
        let column: String
        let kind: Kind

        enum Kind {
            /// Missing numbers become `fill`, the median of the others; with a flag, a second value is 1 where the number is missing.
            case number(fill: Float, hasFlag: Bool)
            /// Dates and, where some have one, times of day, as `CalendarDate.features`; missing ones become `fill`.
            case dates(fill: Double, hasTimes: Bool, order: CalendarDate.Order)
            /// One value for each text.
            case texts([String])
        }

        var names: [String] {
            switch kind {
            case .number(_, let hasFlag): hasFlag ? [column, "\(column) missing"] : [column]
            case .dates(_, let hasTimes, _): CalendarDate.names(column, hasTimes: hasTimes)
            case .texts(let texts): texts.map { "\(column)=\($0)" }
            }
        }
    }

    enum Target {
        case classes(column: String, names: [String], index: [String: Int32])
        case values(column: String)
        case anomalies(column: String, normal: String?)
        /// What is predicted follows from the rows themselves.
        case none
    }

    /// Values of one row.
    var width: Int { features.reduce(0) { $0 + $1.names.count } }
    var featureNames: [String] { features.flatMap(\.names) }

    init(_ tables: [CSVTable], _ options: TabularOptions) throws(DatasetError) {
        let table = tables[0]
        guard let last = table.header.last else { throw .file(table.file, detail: "has no columns") }
        let targetColumn = options.remainingLife == nil ? options.target ?? last : nil
        let special = [targetColumn, options.group, options.time].compactMap(\.self) + options.ignored
        for name in special + (options.features ?? []) + options.categorical { _ = try table.column(name) }
        if let both = options.features?.first(where: { special.contains($0) }) {
            throw .line(
                file: table.file, line: 1, detail: "'\(both)' cannot be a feature and serve something else")
        }
        (group, time, isWindowed) = (options.group, options.time, options.window != nil)
        var features: [Feature] = []
        for name in options.features ?? table.header.filter({ !special.contains($0) }) {
            features.append(
                Feature(
                    column: name,
                    kind: try TablePlan.kind(
                        of: name, in: tables,
                        isCategorical: options.categorical.contains(name) || table.nominal.contains(name),
                        flagsMissing: options.flagsMissing)))
        }
        guard !features.isEmpty else {
            throw .line(file: table.file, line: 1, detail: "leaves no column as feature")
        }
        self.features = features
        target =
            try targetColumn.map { name throws(DatasetError) in
                try TablePlan.target(name, in: tables, options)
            } ?? .none
    }
}

extension TablePlan {
    /// Numbered classes beyond which they may be numbers to predict.
    private static let mostUsualClasses = 30

    /// What may be meant otherwise.
    func doubts(_ options: TabularOptions) -> [String] {
        guard case .classes(let column, let names, _) = target, options.classNames == nil,
            names.count > TablePlan.mostUsualClasses, names.allSatisfy({ Double($0) != nil })
        else { return [] }
        return [
            "'\(column)' holds \(names.count) different numbers, taken for classes; say task: regression if they are "
                + "numbers to predict"
        ]
    }

    /// A column with more different texts than this is refused, for it is likely an identifier.
    private static let mostTexts = 64

    private static func kind(
        of name: String, in tables: [CSVTable], isCategorical: Bool, flagsMissing: Bool
    ) throws(DatasetError) -> Feature.Kind {
        let column = try tables[0].column(name)
        guard isCategorical || holdsTexts(column, of: tables) else {
            var numbers: [Float] = []
            for table in tables { numbers += try table.presentNumbers(name) }
            guard !numbers.isEmpty else {
                throw .line(file: tables[0].file, line: 1, detail: "the column '\(name)' holds no numbers")
            }
            let rows = tables.reduce(0) { $0 + $1.rowCount }
            let missing = tables.reduce(0) { count, table in
                count + (0..<table.rowCount).count { table.isMissing(row: $0, column: column) }
            }
            return .number(
                fill: numbers.median, hasFlag: flagsMissing && isOften(missing, of: rows))
        }
        let marks = isCategorical ? [] : Set(tables.compactMap { $0.thousands(inColumn: column) })
        if marks.count == 1, let mark = marks.first {
            throw .line(
                file: tables[0].file, line: 1,
                detail:
                    "the column '\(name)' holds numbers with marks between thousands; say thousands: \(mark.key) "
                    + "(or categorical: ['\(name)'] where they are names)")
        }
        if !isCategorical, let dates = dates(column, of: tables) { return dates }
        var texts = Set<String>()
        for table in tables {
            for row in 0..<table.rowCount where !table.isMissing(row: row, column: column) {
                texts.insert(table[row, column])
            }
        }
        guard texts.count <= mostTexts else {
            throw .line(
                file: tables[0].file, line: 1,
                detail:
                    "the column '\(name)' holds \(texts.count) different texts; ignore it (ignore: [\(name)]) "
                    + "or replace it by numbers"
                    + (tables[0].sign(inColumn: column).map { ", or say signs: ['\($0)']" }
                        ?? CSVTable.dateAdvice(ofColumn: column, in: tables)))
        }
        return .texts(Array(texts).indexed().1)
    }

    /// Nil where a field is neither a date nor missing, or where it could be two dates.
    private static func dates(_ column: Int, of tables: [CSVTable]) -> Feature.Kind? {
        guard let order = CSVTable.dateOrder(ofColumn: column, in: tables) else { return nil }
        var all: [Double] = []
        for table in tables where table.rowCount > 0 {
            guard let days = table.days(inColumn: column, order: order) else { return nil }
            all += days.compactMap(\.self)
        }
        guard !all.isEmpty else { return nil }
        return .dates(
            fill: all.sorted()[all.count / 2].rounded(.down),
            hasTimes: all.contains { $0 != $0.rounded(.down) }, order: order)
    }

    /// Whether so many numbers of a column are missing that it may mean something.
    static func isOften(_ missing: Int, of rows: Int) -> Bool { missing > 0 && missing * 20 >= rows }

    /// Whether fewer than half of a column's fields are numbers.
    private static func holdsTexts(_ column: Int, of tables: [CSVTable]) -> Bool {
        var (numbers, texts) = (0, 0)
        for table in tables {
            for row in 0..<table.rowCount where !table.isMissing(row: row, column: column) {
                if table.number(row: row, column: column) != nil {
                    numbers += 1
                } else if !table[row, column].isEmpty {
                    texts += 1
                }
            }
        }
        return texts > numbers
    }
}

extension CSVTable {
    /// The numbers of a column but for missing ones; an empty or impossible field is refused with its line.
    func presentNumbers(_ name: String) throws(DatasetError) -> [Float] {
        let column = try column(name)
        var present: [Float] = []
        for (row, number) in try numbers(name).enumerated() {
            guard let number else {
                guard isMissing(row: row, column: column) else {
                    throw .line(
                        file: file, line: line(ofRow: row),
                        detail: "\(name): is empty; expected a number (or missing: [''] in the job)")
                }
                continue
            }
            guard Float(number).isFinite else {
                throw .line(file: file, line: line(ofRow: row), detail: "\(name): is too large for float32")
            }
            present.append(Float(number))
        }
        return present
    }
}

extension [Float] {
    /// The value in the middle; the mean of the two in the middle of an even number of values.
    fileprivate var median: Float {
        let ordered = sorted()
        let middle = ordered.count / 2
        return ordered.count % 2 == 1 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2
    }
}
