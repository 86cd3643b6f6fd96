import Archives
import Datasets
import Determinism
import Foundation
import Jobs
import Reports
import Runners

/// A table of models to be timed, a row a repeat, as it is filled in by hand; written after every run.
struct MeasuringTable {
    let path: String
    private var columns: [String]
    private(set) var rows: [Row]

    /// A row's fields by column.
    struct Row {
        fileprivate(set) var fields: [String: String]

        var model: String { fields["model"] ?? "" }
        var repetition: Int { fields["repeat"].flatMap(Int.init) ?? 1 }
        /// Whether it is for a second time, of a model whose first one is doubtful.
        var isAgain: Bool { fields[MeasuringTable.again]?.isEmpty == false }
        var milliseconds: Double? { fields["latency_ms"].flatMap(Double.init) }
        var isTimed: Bool { fields["latency_ms"]?.isEmpty == false }
        var hasFailed: Bool { !isTimed && fields["remark"]?.isEmpty == false }
        /// In which place it was timed, from 1; nil where a person did.
        fileprivate var run: Int? { fields["run"].flatMap(Int.init) }
    }

    /// Reads the table and completes it to so many rows a model.
    init(_ path: String, repeats: Int) throws {
        self.path = path
        let table = try CSVTable(contentsOf: path)
        _ = try (table.column("model"), table.numbers("latency_ms"))
        let added = MeasuringTable.addedColumns.filter { !table.header.contains($0) }
        columns = table.header + added
        rows = (0..<table.rowCount).map { row in
            var fields = Dictionary(
                uniqueKeysWithValues: table.header.enumerated().map { ($1, table[row, $0]) })
            if added.contains("repeat") { fields["repeat"] = "1" }
            return Row(fields: fields)
        }
        complete(to: repeats)
    }

    /// Copies of each model's first row for repeats that have none.
    private mutating func complete(to repeats: Int) {
        var seen: Set<String> = []
        append(rows.filter { seen.insert($0.model).inserted }, repeats: repeats, again: false)
    }

    /// Adds rows for second times of these models, so many a model.
    mutating func open(again models: [String], repeats: Int) {
        if !columns.contains(MeasuringTable.again) { columns.append(MeasuringTable.again) }
        append(
            models.compactMap { model in rows.first { $0.model == model } }, repeats: repeats, again: true)
    }

    /// Copies of these rows without times, for repeats that have no row.
    private mutating func append(_ firsts: [Row], repeats: Int, again: Bool) {
        let known = Set(rows.filter { $0.isAgain == again }.map { "\($0.repetition) \($0.model)" })
        for repetition in 1...repeats {
            for first in firsts where !known.contains("\(repetition) \(first.model)") {
                var row = first
                for column in ["latency_ms"] + MeasuringTable.addedColumns { row.fields[column] = "" }
                row.fields["repeat"] = "\(repetition)"
                row.fields[MeasuringTable.again] = again ? "yes" : ""
                rows.append(row)
            }
        }
    }

    /// Rows without a time of one repeat, those of models that failed before last; every second repeat runs backwards, so
    /// that a device that heats up shows it.
    func open(repetition: Int, again: Bool = false) -> [Int] {
        let open = rows.indices.filter {
            rows[$0].isAgain == again && rows[$0].repetition == repetition && !rows[$0].isTimed
        }
        let ordered = repetition.isMultiple(of: 2) ? open.reversed() : open
        return ordered.filter { !rows[$0].hasFailed } + ordered.filter { rows[$0].hasFailed }
    }

    /// The runs that a runner made, in their order, without those of second times.
    var runs: [Drift.Run] {
        rows.filter { $0.run != nil && !$0.isAgain }.sorted { ($0.run ?? 0) < ($1.run ?? 0) }.compactMap {
            row in
            row.milliseconds.map { Drift.Run(model: row.model, milliseconds: $0) }
        }
    }

    /// Models of which no repeat has a time, with what was remarked of them.
    var failures: [(model: String, remark: String)] {
        let timed = Set(rows.filter(\.isTimed).map(\.model))
        var seen = timed
        return rows.filter { $0.hasFailed && seen.insert($0.model).inserted }.map {
            ($0.model, $0.fields["remark"] ?? "")
        }
    }

    /// How many models have a time.
    var timedModels: Int { Set(rows.filter(\.isTimed).map(\.model)).count }

    mutating func keep(_ reading: RunnerReading, of row: Int, by runner: Runner) throws {
        rows[row].fields["latency_ms"] = "\(reading.milliseconds)"
        if let energy = reading.millijoules { rows[row].fields["energy_mj"] = "\(energy)" }
        rows[row].fields["run"] = "\((rows.compactMap(\.run).max() ?? 0) + 1)"
        rows[row].fields["machine"] = reading.machine?.oneLine ?? ""
        rows[row].fields["runner"] = runner.command.oneLine
        rows[row].fields["remark"] = ""
        try write()
    }

    mutating func remark(_ text: String, of row: Int) throws {
        rows[row].fields["remark"] = text.oneLine
        try write()
    }

    private func write() throws {
        let objects = rows.map { row in
            JSONObject(columns.map { ($0, .text(row.fields[$0] ?? "")) })
        }
        try DurableFile.write(Array(CSVRows(columns: columns, rows: objects).text.utf8), to: path)
    }

    /// Holds something in rows of second times only, and is there where there are such.
    static let again = "again"
    private static let addedColumns = ["repeat", "energy_mj", "run", "machine", "runner", "remark"]
}

extension MeasuringTable {
    /// Refuses to fill in a table that another command or device began.
    func require(_ runner: Runner) throws {
        for row in rows where row.isTimed {
            guard let other = row.fields["runner"], !other.isEmpty, other != runner.command.oneLine else {
                continue
            }
            throw KitError.refused(
                "\(path): its times were taken by '\(other)'; a table holds times of one device, so this "
                    + "runner needs another --output, or --force to begin anew")
        }
    }

    /// Refuses a time of another machine than those before it.
    func requireMachine(_ reading: RunnerReading) throws {
        guard let machine = reading.machine?.oneLine else { return }
        let others = rows.compactMap { $0.isTimed ? $0.fields["machine"] : nil }
        guard let other = others.first(where: { !$0.isEmpty && $0 != machine }) else { return }
        throw KitError.refused(
            "\(path): '\(machine)' answers now, and '\(other)' did before; a table holds times of one device")
    }
}

extension CSVTable {
    /// Refuses rows that were timed by different commands or on different machines, where columns say so.
    func requireOneDevice() throws {
        let timed = try texts("latency_ms").map { !$0.isEmpty }
        for name in ["machine", "runner", "device"] where header.contains(name) {
            let texts = try texts(name)
            let named = texts.indices.filter { timed[$0] && !texts[$0].isEmpty }
            guard let first = named.first, let other = named.first(where: { texts[$0] != texts[first] })
            else {
                continue
            }
            throw KitError.refused(
                "\(file):\(line(ofRow: other)): \(name) is '\(texts[other])' here and '\(texts[first])' on line "
                    + "\(line(ofRow: first)); a profile is fitted to the times of one device")
        }
    }
}

extension String {
    /// The same without characters that a line of a table cannot hold.
    fileprivate var oneLine: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 })
        ).trimmingCharacters(in: .whitespaces)
    }
}
