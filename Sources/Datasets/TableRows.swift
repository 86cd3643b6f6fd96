/// Rows of tables as numbers.
struct TableRows {
    /// Values of one row.
    let width: Int
    private(set) var values: [Float] = []
    private(set) var classes: [Int32] = []
    private(set) var numbers: [Float] = []
    private(set) var anomalies: [Bool] = []
    private(set) var groups: [Int32] = []
    private(set) var groupNames: [String] = []
    /// Of each row its place in its group.
    private(set) var places: [Int32] = []
    /// What is worth knowing of the order of rows.
    private var remarks: [String] = []
    /// Groups of the test part that are named like groups of other parts.
    private var sharedNames: Set<String> = []
    /// Test rows that are samples; nil where all are.
    private var testEnds: Set<Int>?
    /// The first row of each table.
    private var starts: [Int] = []

    init(width: Int) { self.width = width }

    var count: Int { width == 0 ? 0 : values.count / width }

    /// Appends a table's rows in the order of its time column; groups of the same name in other tables are others.
    mutating func append(
        _ table: CSVTable, _ plan: TablePlan, file: String, isTest: Bool
    ) throws(DatasetError) {
        let order = try table.order(by: plan.time)
        starts.append(count)
        try noteOrder(order, of: table, plan)
        try appendValues(of: table, plan.features, order)
        switch plan.target {
        case .classes(let column, _, let index):
            let texts = try table.texts(column)
            classes += order.map { index[texts[$0]] ?? 0 }
        case .values(let column):
            let present = try table.presentNumbers(column)
            numbers += order.map { present[$0] }
        case .anomalies(let column, let normal):
            let texts = try table.texts(column)
            anomalies += order.map { row in
                if let normal { texts[row] != normal } else { (Double(texts[row]) ?? 1) != 0 }
            }
        case .none: break
        }
        try appendGroups(of: table, plan.group, order, file: file, isTest: isTest)
    }

    /// Notes that rows had to be put in order, or that windows are cut from rows which are not in the order of their dates.
    private mutating func noteOrder(
        _ order: [Int], of table: CSVTable, _ plan: TablePlan
    ) throws(DatasetError) {
        let groups = try plan.group.map { name throws(DatasetError) in try table.texts(name) }
        if let time = plan.time {
            guard table.differs(from: order, within: groups) else { return }
            remarks.append("\(table.file): rows were put in the order of '\(time)'")
            return
        }
        guard plan.isWindowed else { return }
        for (column, name) in table.header.enumerated() where table.tellsTime(column: column) {
            guard table.differs(from: try table.order(by: name), within: groups) else { continue }
            remarks.append(
                "\(table.file): windows are cut from rows in the order of the file, which is not that of '\(name)'; "
                    + "say time: '\(name)'")
        }
    }

    private mutating func appendValues(
        of table: CSVTable, _ features: [TablePlan.Feature], _ order: [Int]
    ) throws(DatasetError) {
        let start = values.count
        values.append(contentsOf: repeatElement(0, count: order.count * width))
        var offset = 0
        for feature in features {
            let column = try table.column(feature.column)
            switch feature.kind {
            case .number(let fill, let hasFlag):
                for (place, row) in order.enumerated() {
                    let isMissing = table.isMissing(row: row, column: column)
                    let number = isMissing ? nil : table.number(row: row, column: column)
                    values[start + place * width + offset] = number.map { Float($0) } ?? fill
                    if hasFlag, isMissing { values[start + place * width + offset + 1] = 1 }
                }
            case .dates(let fill, let hasTimes, let dateOrder):
                let days = table.days(inColumn: column, order: dateOrder) ?? []
                for (place, row) in order.enumerated() {
                    let day = (row < days.count ? days[row] : nil) ?? fill
                    for (part, value) in CalendarDate.features(ofDay: day, hasTimes: hasTimes).enumerated() {
                        values[start + place * width + offset + part] = value
                    }
                }
            case .texts(let texts):
                let places = texts.places
                for (place, row) in order.enumerated() {
                    if let text = places[table[row, column]] {
                        values[start + place * width + offset + Int(text)] = 1
                    }
                }
            }
            offset += feature.names.count
        }
    }

    private mutating func appendGroups(
        of table: CSVTable, _ column: String?, _ order: [Int], file: String, isTest: Bool
    ) throws(DatasetError) {
        guard column != nil || !file.isEmpty else { return }
        let texts = try column.map { name throws(DatasetError) in try table.texts(name) }
        var known: [String: Int32] = [:]
        // Of one column in one file names are as they stand; files tell groups of the same name apart.
        if texts != nil, file.isEmpty, !isTest {
            for (index, name) in groupNames.enumerated() { known[name] = Int32(index) }
        }
        var sizes: [Int32: Int32] = [:]
        let others = isTest && file.isEmpty ? Set(groupNames) : []
        for row in order {
            let text = texts?[row] ?? ""
            if known[text] == nil {
                if others.contains(text) { sharedNames.insert(text) }
                known[text] = Int32(groupNames.count)
                let name = [file, text].filter { !$0.isEmpty }.joined(separator: " ")
                groupNames.append(isTest && file.isEmpty ? "test \(name)" : name)
            }
            let group = known[text] ?? 0
            groups.append(group)
            places.append(sizes[group, default: 0])
            sizes[group, default: 0] += 1
        }
    }

    /// The rows of each group in their order; where there are none, those of each table (a part is one then).
    private var members: [[Int]] {
        guard !groups.isEmpty else {
            return zip(starts, starts.dropFirst() + [count]).map { Array($0..<$1) }
        }
        var members = [[Int]](repeating: [], count: groupNames.count)
        for (row, group) in groups.enumerated() { members[Int(group)].append(row) }
        return members
    }
}

extension TableRows {
    /// Measures the numbers of each group from the mean of its first rows, in their deviations; those rows count as normal.
    ///
    /// A column that does not vary there is only shifted.
    mutating func standardise(by rowCount: Int) {
        for rows in members {
            let first = rows.prefix(rowCount)
            if !anomalies.isEmpty { for row in first { anomalies[row] = false } }
            for column in 0..<width {
                let numbers = first.map { Double(values[$0 * width + column]) }
                let mean = numbers.reduce(0, +) / Double(max(numbers.count, 1))
                let variance =
                    numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(numbers.count, 1))
                let deviation = variance.squareRoot()
                let scale = deviation > 1e-6 * mean.magnitude && deviation > 0 ? 1 / deviation : 1
                for row in rows {
                    let place = row * width + column
                    values[place] = Float((Double(values[place]) - mean) * scale)
                }
            }
        }
    }

    /// Sets the numbers to predict to the rows that are left in the group.
    mutating func countDown(_ life: RemainingLife, testFrom: Int, file: String) throws(DatasetError) {
        numbers = [Float](repeating: 0, count: count)
        let members = members
        let testMembers = members.filter { ($0.first ?? 0) >= testFrom }
        var after = [Float](repeating: 0, count: testMembers.count)
        if let path = life.testFile {
            let table = try CSVTable(
                contentsOf: path, format: CSVFormat(separator: .space, header: .absent))
            after = try table.presentNumbers(table.header[0])
            guard after.count == testMembers.count else {
                throw .file(
                    path,
                    detail:
                        "holds \(after.count) numbers for the \(testMembers.count) groups of the test files")
            }
            testEnds = Set(testMembers.compactMap(\.last))
        }
        let limit = Float(life.atMost ?? .infinity)
        var test = 0
        for rows in members {
            let isTest = (rows.first ?? 0) >= testFrom
            let extra = isTest && test < after.count ? after[test] : 0
            if isTest { test += 1 }
            for (place, row) in rows.enumerated() {
                numbers[row] = min(Float(rows.count - 1 - place) + extra, limit)
            }
        }
    }

    /// Samples: rows, or windows of rows of one group; `ends` are the rows behind the train, validation and test files.
    func dataset(
        _ plan: TablePlan, _ options: TabularOptions, ends: [Int], file: String
    ) throws(DatasetError) -> Dataset {
        var table = self
        let windows: [Window]
        if let sliding = options.window {
            guard (1...1_000_000).contains(sliding.length), sliding.stride > 0 else {
                throw .file(
                    file, detail: "a window of \(sliding.length) rows by \(sliding.stride) is impossible")
            }
            try table.refuseLongerWindows(sliding, file: file)
            windows = table.windows(sliding)
        } else {
            windows = (0..<count).map { Window(start: $0, rows: [$0]) }
        }
        let samples = windows.filter { window in
            guard let testEnds, let last = window.rows.last, last >= ends[1] else { return true }
            return testEnds.contains(last)
        }
        guard samples.count > 0 else { throw .file(file, detail: "has no sample; are windows too long?") }
        let shape = try Self.shape(options, window: options.window?.length ?? 1, width: width, file: file)
        let lasts = samples.map { $0.rows.last ?? 0 }
        let isWindowed = options.window != nil
        var dataset = Dataset(
            name: "csv", sampleShape: shape,
            storage: isWindowed
                ? .windows(
                    RowWindows(
                        rows: table.values, width: width, length: options.window?.length ?? 1,
                        starts: samples.map { Int32($0.start) }))
                : .floats(table.values),
            target: table.target(plan, samples, options.window?.label ?? .last),
            groups: groups.isEmpty ? [] : lasts.map { groups[$0] }, groupNames: groupNames)
        dataset.places = groups.isEmpty ? lasts.map { Int32($0) } : lasts.map { places[$0] }
        dataset.featureNames = plan.featureNames
        dataset.table = TableForm(plan, options)
        // A life that ends in the training file is over: units of the test file are others, numbered anew.
        dataset.remarks = remarks + (options.remainingLife == nil ? leaks : []) + plan.doubts(options)
        dataset.setOfficialParts(ends: ends.map { end in lasts.count { $0 < end } })
        return try dataset.checked(file: file)
    }

    private var leaks: [String] {
        guard let first = sharedNames.min() else { return [] }
        return [
            "\(sharedNames.count) groups of the test file are named like groups of the training file, such as '\(first)': "
                + "where they are the same ones, the quality on test is too good"
        ]
    }

    /// Where a sample's values begin, counted in rows of `values`, and the rows that it shows.
    private struct Window {
        let start: Int
        let rows: ArraySlice<Int>
    }

    /// A few short groups may begin with copies of their first row; where all did, windows would hold little else.
    private func refuseLongerWindows(_ sliding: SlidingWindow, file: String) throws(DatasetError) {
        let lengths = members.map(\.count).filter { $0 > 0 }
        guard let shortest = lengths.min(), let longest = lengths.max(), longest < sliding.length else {
            return
        }
        let held =
            lengths.count == 1
            ? "the \(longest) rows there are"
            : "every one of \(lengths.count) groups, which have \(shortest) to \(longest) rows"
        throw .file(
            file,
            detail:
                "a window of \(sliding.length) rows is longer than \(held); say a length of at most \(longest)"
        )
    }

    /// Puts rows of a group side by side, and cuts them; a group that is shorter than a window begins with copies of its
    /// first row.
    private mutating func windows(_ sliding: SlidingWindow) -> [Window] {
        var (ordered, windows): ([Float], [Window]) = ([], [])
        ordered.reserveCapacity(values.count)
        for rows in members where !rows.isEmpty {
            let padding = max(sliding.length - rows.count, 0)
            let start = ordered.count / width
            for row in repeatElement(rows[0], count: padding) + rows[...] {
                ordered += values[row * width..<(row + 1) * width]
            }
            let total = padding + rows.count
            // Counted from the end, so that the last row is the last of a window.
            let first = (total - sliding.length) % sliding.stride
            for offset in stride(from: first, through: total - sliding.length, by: sliding.stride) {
                let shown = max(offset - padding, 0)..<offset + sliding.length - padding
                windows.append(Window(start: start + offset, rows: rows[shown]))
            }
        }
        values = ordered
        // Samples stand in the order of their last rows' parts: train files, then validation, then test.
        return windows.sorted { ($0.rows.last ?? 0, $0.start) < ($1.rows.last ?? 0, $1.start) }
    }

    private func target(
        _ plan: TablePlan, _ windows: [Window], _ label: SlidingWindow.Label
    ) -> Dataset.Target {
        switch plan.target {
        case .classes(_, let names, _):
            let usual = classes.mostFrequent ?? 0
            return .classes(
                windows.map { label.class(of: $0.rows.map { classes[$0] }, usual: usual) }, names: names)
        case .anomalies:
            return .anomalies(
                windows.map { window in
                    label.class(of: window.rows.map { anomalies[$0] ? 1 : 0 }, usual: 0) == 1
                })
        case .values, .none:
            return .values(windows.map { label.number(of: $0.rows.map { numbers[$0] }) })
        }
    }

    private static func shape(
        _ options: TabularOptions, window: Int, width: Int, file: String
    ) throws(DatasetError) -> [Int] {
        guard let shape = options.shape else {
            return options.window == nil ? [1, 1, width] : [window, 1, width]
        }
        guard shape.count == 3, shape.allSatisfy({ $0 > 0 }), shape.reduce(1, *) == window * width else {
            let text = shape.map(String.init).joined(separator: "×")
            throw .file(
                file, detail: "the shape \(text) does not hold the \(window * width) values of a sample")
        }
        return shape
    }
}

extension SlidingWindow.Label {
    fileprivate func `class`(of classes: [Int32], usual: Int32) -> Int32 {
        let last = classes.last ?? 0
        return switch self {
        case .last: last
        case .majority: classes.mostFrequent ?? last
        case .any: classes.last { $0 != usual } ?? last
        }
    }

    fileprivate func number(of numbers: [Float]) -> Float {
        switch self {
        case .last: numbers.last ?? 0
        case .majority: numbers.reduce(0, +) / Float(max(numbers.count, 1))
        case .any: numbers.max() ?? 0
        }
    }
}

extension [Int32] {
    /// The number that stands most often; the smallest of equals.
    fileprivate var mostFrequent: Int32? {
        var counts: [Int32: Int] = [:]
        for number in self { counts[number, default: 0] += 1 }
        return counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key
    }
}
