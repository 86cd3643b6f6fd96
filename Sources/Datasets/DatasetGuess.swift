public import Quantities

/// What a file, folder or archive seems to hold, as the keys of a job's `dataset:` that load it.
public struct DatasetGuess: Sendable {
    /// The data set as a loader reads it, with these keys.
    public private(set) var request: DatasetRequest
    /// Keys beside `source` and `path`, in the order to write them.
    public private(set) var keys: [Key] = []

    /// What a person should decide, a sentence each.
    public private(set) var notes: [String] = []

    /// One key, its value as YAML, and a remark for people.
    public struct Key: Hashable, Sendable {
        public let name, value: String
        /// Why the key is written, for a comment beside it.
        public let remark: String
    }

    /// Looks at the data.
    ///
    /// - Parameters:
    ///   - target: the column to predict; nil for one that looks like a class by its name or place, else the last one.
    ///   - task: nil for the one that suits the target.
    ///   - files: of tables in a folder or archive, those whose path fits this pattern; nil for all.
    public init(
        _ path: String, target: String? = nil, task: LearningTask? = nil, files: String? = nil
    ) throws(DatasetError) {
        if path == DatasetSource.digits.rawValue {
            request = DatasetRequest(source: .digits)
            return
        }
        guard SourceFile.exists(path) else { throw .file(path, detail: "is not there or cannot be read") }
        request = DatasetRequest(source: .csv, path: path)
        let tree = try FileTree(path).map { tree throws(DatasetError) in try tree.keeping(files) }
        let source = try files == nil ? DatasetGuess.source(path, tree) : .csv
        request.source = source
        if let files {
            guard tree != nil else {
                throw .file(path, detail: "is one file, of which no pattern ('\(files)') chooses any")
            }
            request.table.files = files
            add("files", quoted(files), "the tables whose path fits")
        }
        switch source {
        case .csv: try guessTable(tree, target: target, task: task)
        case .npz:
            if let task {
                guessTask(task)
            } else {
                guessTask(try NPZLoader.numbers(path).map { DatasetGuess.task(of: $0) })
            }
        case .imageFolder: try guessPictures(path)
        case .digits, .idx, .cifar10, .wavFolder, .table: break
        }
    }

    private static func source(_ path: String, _ tree: FileTree?) throws(DatasetError) -> DatasetSource {
        guard let tree else {
            let start = try SourceFile.read(path).prefix(16)
            if path.lowercased().hasSuffix(".npz") { return .npz }
            if let kind = FileKind(start) {
                throw .file(path, detail: "is \(kind.name); that kind is not read")
            }
            return .csv
        }
        // Both are read from the folder itself; below it lies something else.
        let names = tree.paths.filter { !$0.contains("/") }
        if names.contains(where: { $0.contains("train-images") }) { return .idx }
        if names.contains(where: { $0.contains("data_batch_") }) { return .cifar10 }
        let kinds: [(DatasetSource, [String])] = [
            (.imageFolder, [".png", ".jpg", ".jpeg"]), (.wavFolder, [".wav", ".flac", ".ogg"]),
            (.csv, TableFiles.endings),
        ]
        let counts = kinds.map { ($0.0, tree.files($0.1).count) }
        guard let best = counts.max(by: { $0.1 < $1.1 }), best.1 > 0 else {
            let archives = tree.files([".tar", ".tar.gz", ".tgz", ".zip"])
            guard archives.count == 1, let inner = try FileTree("\(path)/\(archives[0])") else {
                throw .file(
                    path, detail: "holds no pictures, recordings or tables that are read\(tree.unread)")
            }
            return try source("\(path)/\(archives[0])", inner)
        }
        return best.0
    }

    private mutating func add(_ name: String, _ value: String, _ remark: String = "") {
        keys.append(Key(name: name, value: value, remark: remark))
    }

    private mutating func guessTask(_ task: LearningTask?) {
        guard let task, task != .classification else { return }
        request.table.task = task
        add("task", task.rawValue)
    }

    /// Pictures of several sizes get the one that most have, up to 96.
    private mutating func guessPictures(_ path: String) throws(DatasetError) {
        let tree = try FileTree.opening(path, endings: [".png", ".jpg", ".jpeg"])
        let files = tree.files([".png", ".jpg", ".jpeg"]).prefix(2000)
        let sizes = try inParallel(files.count) { index throws(DatasetError) in
            let file = files[files.startIndex + index]
            return try PictureHeader(of: tree.contents(of: file), file: tree.path(of: file)).size
        }
        let counts = Dictionary(sizes.map { ($0, 1) }, uniquingKeysWith: +)
        let sides = counts.keys.map { max($0.height, $0.width) }
        guard counts.count > 1 || (sides.max() ?? 0) > 128 else { return }
        let side = min(sides.sorted()[sides.count / 2], 96)
        request.pictures.size = PictureSize(height: side, width: side)
        add("resize", "{size: \(side), fit: crop}", "pictures have \(counts.count) sizes")
    }
}

extension DatasetGuess {
    private mutating func guessTable(
        _ tree: FileTree?, target: String?, task: LearningTask?
    ) throws(DatasetError) {
        let path = request.path ?? ""
        let file = tree?.tables(request.table.files).first
        let bytes: [UInt8]
        if let tree, let file {
            bytes = try tree.contents(of: file)
        } else {
            bytes = try SourceFile.read(path)
        }
        guessFormat(bytes)
        let named = file.map { "\(path)/\($0)" } ?? path
        guessSigns(try CSVTable(parsing: bytes, file: named, format: request.table.format))
        let table = try CSVTable(parsing: bytes, file: named, format: request.table.format)
        guessThousands(table)
        guessMissing(
            request.table.format.thousands == nil
                ? table
                : try CSVTable(parsing: bytes, file: named, format: request.table.format))
        let full = try CSVTable(parsing: bytes, file: named, format: request.table.format)
        let name = target ?? DatasetGuess.target(of: full)
        _ = try full.column(name)
        request.table.target = name
        add("target", quoted(name), "the column to predict")
        let texts = try full.texts(name)
        guessTask(
            task
                ?? (full.nominal.contains(name)
                    ? .classification : DatasetGuess.task(of: texts, request.table.format)))
        try guessWindows(full, target: name, texts: texts, tree)
        guessIgnored(full, target: name)
        guessFlags(full, target: name, texts: texts)
    }

    /// Signals that were recorded row by row are cut into windows; single rows of them would be much alike in all parts.
    private mutating func guessWindows(
        _ table: CSVTable, target: String, texts: [String], _ tree: FileTree?
    ) throws(DatasetError) {
        guard request.table.task == .classification else { return }
        let columns = table.header.indices.filter { table.header[$0] != target }
        func cells(_ column: Int) -> [String] { (0..<table.rowCount).map { table[$0, column] } }
        var runs: LabelRuns?
        var group: Int?
        let dates = columns.first { table.tellsTime(column: $0) }
        if let tree, tree.tables(request.table.files).count > 1 {
            runs = LabelRuns(
                try DatasetGuess.labels(of: target, tree, request, time: dates.map { table.header[$0] }))
        } else {
            let order = try table.order(by: dates.map { table.header[$0] })
            for column in columns where runs == nil && column != dates {
                guard
                    let found = LabelRuns(
                        names: cells(column), labels: texts, order: order, times: dates.map(cells)),
                    found.areSignals
                else { continue }
                (runs, group) = (found, column)
            }
        }
        guard let runs, runs.areSignals else { return }
        if let group {
            request.table.group = table.header[group]
            add("group", quoted(table.header[group]), "windows stay within a group, and groups within a part")
        }
        let time =
            dates
            ?? columns.first { column in
                column != group
                    && DatasetGuess.rises((0..<table.rowCount).map { table.number(row: $0, column: column) })
            }
        if let time {
            request.table.time = table.header[time]
            add("time", quoted(table.header[time]), "the order of rows")
        }
        let length = runs.windowLength
        let rows = table.rowCount * max(tree?.tables(request.table.files).count ?? 1, 1)
        // Few rows give more windows where these overlap more: a network learns from each of its shifts.
        let stride = max(min(length / 2, rows / DatasetGuess.enoughWindows), length / 8, 1)
        request.table.window = SlidingWindow(length: length, stride: stride, label: .majority)
        add(
            "window", "{length: \(length), stride: \(stride), label: majority}",
            "classes come in runs of rows")
    }

    /// So many windows need no more than half of one in common.
    private static let enoughWindows = 2000

    /// Whether numbers rise from row to row, beginning again now and then.
    private static func rises(_ numbers: [Double?]) -> Bool {
        guard !numbers.contains(nil) else { return false }
        let known = numbers.compactMap(\.self)
        let breaks = zip(known, known.dropFirst()).count { $0 >= $1 }
        return known.count > 32 && breaks * 32 <= known.count
    }

    /// The classes of the rows of at most twenty files.
    private static func labels(
        of target: String, _ tree: FileTree, _ request: DatasetRequest, time: String?
    ) throws(DatasetError) -> [[String]] {
        var labels: [[String]] = []
        for file in tree.tables(request.table.files).prefix(20) {
            let table = try CSVTable(
                parsing: try tree.contents(of: file), file: tree.path(of: file), format: request.table.format)
            let texts = try table.texts(target)
            labels.append(try table.order(by: time).map { texts[$0] })
        }
        return labels
    }

    private mutating func guessFormat(_ bytes: [UInt8]) {
        var format = CSVFormat()
        format.encoding = TextEncoding.suggested(by: bytes)
        let text = (try? format.encoding.decoded(bytes, file: "")) ?? bytes
        if !ARFFTable.isOne(text), let suggestion = CSVFormat.suggested(by: text) {
            (format.separator, format.decimal) = (suggestion.separator, suggestion.decimal)
        }
        request.table.format = format
        if format.encoding != .utf8 { add("encoding", format.encoding.rawValue) }
        if format.separator != .comma { add("separator", "'\(format.separator.rawValue)'") }
        if format.decimal != .point { add("decimal", "'\(format.decimal.rawValue)'") }
    }

    /// Currencies and units that make numbers of columns of texts.
    private mutating func guessSigns(_ table: CSVTable) {
        let columns = table.header.indices.filter { !table.nominal.contains(table.header[$0]) }
        let signs = Set(columns.compactMap { table.sign(inColumn: $0) }).sorted()
        guard !signs.isEmpty else { return }
        request.table.format.signs = signs
        add("signs", "[\(signs.map(quoted).joined(separator: ", "))]", "beside numbers, left out")
    }

    /// The mark that makes numbers of most columns of texts.
    private mutating func guessThousands(_ table: CSVTable) {
        var counts: [CSVFormat.ThousandsMark: Int] = [:]
        for column in table.header.indices {
            if let mark = table.thousands(inColumn: column) { counts[mark, default: 0] += 1 }
        }
        let marks = CSVFormat.ThousandsMark.allCases
        guard let mark = marks.max(by: { counts[$0, default: 0] < counts[$1, default: 0] }),
            counts[mark, default: 0] > 0
        else { return }
        request.table.format.thousands = mark
        add("thousands", mark.key, "between groups of three digits")
    }

    /// Usual marks that stand in columns of numbers.
    private mutating func guessMissing(_ table: CSVTable) {
        let usual = CSVTable.usualMissing
        var marks: Set<String> = []
        for column in table.header.indices {
            let texts = (0..<table.rowCount).filter { table.number(row: $0, column: column) == nil }
                .map { table[$0, column] }
            guard !texts.isEmpty, texts.count * 2 < table.rowCount || Set(texts).isSubset(of: usual) else {
                if texts.contains("") { marks.insert("") }
                continue
            }
            marks.formUnion(texts.filter(usual.contains))
        }
        guard !marks.isEmpty else { return }
        request.table.format.missing = marks.sorted()
        add(
            "missing", "[\(marks.sorted().map { "'\($0)'" }.joined(separator: ", "))]",
            "filled with the column's median")
    }

    /// Where many numbers of a column are missing, that may tell something: the instrument was off, the test not done.
    ///
    /// Features that tell nothing are learned by heart where rows are few, so that flags are added only where targets differ
    /// with them, or where there are a hundred rows for each.
    private mutating func guessFlags(_ table: CSVTable, target: String, texts: [String]) {
        let columns = table.header.indices.filter {
            table.header[$0] != target && !request.table.ignored.contains(table.header[$0])
        }
        let often = columns.compactMap { column -> MissingCells? in
            let cells = (0..<table.rowCount).map { table.isMissing(row: $0, column: column) }
            let hasNumbers = cells.indices.contains {
                !cells[$0] && table.number(row: $0, column: column) != nil
            }
            guard hasNumbers, TablePlan.isOften(cells.count { $0 }, of: table.rowCount) else { return nil }
            return MissingCells(
                rows: zip(cells, texts).map { (isMissing: $0, target: $1) }, format: table.format)
        }
        let task = request.table.task
        guard !often.isEmpty, table.rowCount >= 100 * often.count || often.contains(where: { $0.tell(task) })
        else { return }
        request.table.flagsMissing = true
        add("missing_flags", "true", "of columns with many missing cells, another feature says where")
    }

    /// A column that is named like a class, else the last one; of tables without header the first where only that looks like
    /// a class, as old collections have it.
    private static func target(of table: CSVTable) -> String {
        for name in ["class", "label", "target", "species", "diagnosis", "outcome", "category"] {
            if let column = table.header.first(where: { $0.lowercased() == name }) { return column }
        }
        // Beside x or z, y is a place.
        let names = Set(table.header.map { $0.lowercased() })
        if names.isDisjoint(with: ["x", "z"]),
            let column = table.header.first(where: { $0.lowercased() == "y" })
        {
            return column
        }
        guard let first = table.header.first, let last = table.header.last else { return "" }
        let hasNames = table.header.indices.contains { table.header[$0] != "column\($0 + 1)" }
        return !hasNames && looksLikeClass(first, in: table) && !looksLikeClass(last, in: table)
            ? first : last
    }

    /// Whether a column holds few different values, whole numbers or texts.
    private static func looksLikeClass(_ name: String, in table: CSVTable) -> Bool {
        guard let texts = try? table.texts(name) else { return false }
        let distinct = Set(texts)
        return distinct.count <= 20 && distinct.count * 5 <= texts.count
            && distinct.allSatisfy { text in Double(text).map { $0 == $0.rounded() } ?? true }
    }

    /// Numbers that are fractions or many are to be predicted as numbers.
    private static func task(of texts: [String], _ format: CSVFormat) -> LearningTask {
        let present = texts.filter { !$0.isEmpty }
        let numbers = present.compactMap { NumberText(Array($0.utf8)[...], as: format).value }
        return numbers.count == present.count ? task(of: numbers) : .classification
    }

    private static func task(of numbers: [Double]) -> LearningTask {
        let counts = Dictionary(numbers.map { ($0, 1) }, uniquingKeysWith: +)
        let distinct = counts.count
        let isFraction = numbers.contains { $0 != $0.rounded() }
        // Counts of things thin out to numbers that occur once; of a class there are more.
        let thinsOut = distinct > 7 && counts.values.contains { $0 < 3 }
        return isFraction || thinsOut || distinct > 30 || distinct > 12 && distinct * 10 > numbers.count
            ? .regression : .classification
    }

    /// Identifiers: texts that hardly repeat, and numbers that only count the rows.
    private mutating func guessIgnored(_ table: CSVTable, target: String) {
        var ignored: [String] = []
        let others = [target, request.table.group, request.table.time]
        for (column, name) in table.header.enumerated() where !others.contains(name) {
            let texts = (0..<table.rowCount).map { table[$0, column] }
            let numbers = (0..<table.rowCount).compactMap { table.number(row: $0, column: column) }
            if numbers.count * 2 < texts.count {
                if Set(texts).count > 64, CSVTable.dateOrder(ofColumn: column, in: [table]) == nil {
                    ignored.append(name)
                }
            } else if DatasetGuess.isNumberedName(name, numbers, of: texts.count) {
                if Set(numbers).count == numbers.count {
                    ignored.append(name)
                } else {
                    notes.append(
                        "'\(name)' repeats: if it names things, write group: \(quoted(name)), or ignore it")
                }
            } else if numbers.count == texts.count, numbers.count > 10,
                zip(numbers, numbers.dropFirst()).allSatisfy({ $1 == $0 + 1 })
            {
                ignored.append(name)
            }
        }
        guard !ignored.isEmpty else { return }
        request.table.ignored = ignored
        add("ignore", "[\(ignored.map(quoted).joined(separator: ", "))]", "identifiers tell nothing")
    }

    /// Whether a column is called an identifier and holds whole numbers.
    private static func isNumberedName(_ name: String, _ numbers: [Double], of rows: Int) -> Bool {
        let words = name.lowercased().split { " _-.".contains($0) }
        let isCalledSo =
            ["id", "uid", "uuid", "key"].contains(words.last ?? "") || name.hasSuffix("Id")
            || name.hasSuffix("ID")
        return isCalledSo && numbers.count == rows && rows > 10 && Set(numbers).count > 2
            && numbers.allSatisfy { $0 == $0.rounded() }
    }

    private func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }
}

extension FileTree {
    /// The files that end like tables, or all where a pattern chose them.
    fileprivate func tables(_ pattern: String?) -> [String] {
        pattern == nil ? files(TableFiles.endings) : paths
    }

    /// What most of the files are, where nothing is read: the end of a sentence, or nothing.
    fileprivate var unread: String {
        var counts: [String: Int] = [:]
        for path in paths {
            let name = path.split(separator: "/").last ?? ""
            guard let dot = name.lastIndex(of: ".") else { continue }
            counts[name[dot...].lowercased(), default: 0] += 1
        }
        guard let most = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else { return "" }
        return
            "; \(most.value) of its files end in \(most.key): store pictures as PNG or JPEG, recordings as WAV, FLAC "
            + "or Ogg, tables as CSV, arrays as NPZ"
    }
}
