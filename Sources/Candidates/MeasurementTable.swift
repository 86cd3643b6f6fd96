public import Datasets
public import Determinism
public import Quantities
public import Search
public import SearchSpaces

/// Published measurements of a space's architectures, in place of training and timing.
public struct MeasurementTable: Pricer {
    /// Which columns hold what.
    public struct Columns: Sendable {
        /// The column of architectures, in the space's own encoding.
        public var architecture: String
        /// The column of qualities.
        public var accuracy: String
        /// Whether qualities are in per cent instead of [0, 1].
        public var isPercent: Bool
        /// The columns of a device's costs.
        public typealias DeviceCosts = (device: String, columns: [(metric: Metric, column: String)])
        /// For each device, the column of each cost.
        public var costs: [DeviceCosts]

        /// Names of columns; tables may each hold some of them.
        public init(
            architecture: String, accuracy: String, isPercent: Bool,
            costs: [DeviceCosts]
        ) {
            self.architecture = architecture
            self.accuracy = accuracy
            self.isPercent = isPercent
            self.costs = costs
        }
    }

    /// The space that the architectures belong to.
    public let space: SearchSpace
    /// Devices with costs, in the order of the columns.
    public let devices: [String]
    private let columns: Columns
    /// The points that have an accuracy and a cost, in the order of the table; nil where they are the whole space.
    public private(set) var listed: [Genotype]?
    /// By architecture in normal form.
    private var accuracies: [String: Double] = [:]
    private var scores: [String: [Score]] = [:]

    /// Joins tables on the architecture column; architectures outside the space are refused with their line.
    public init(_ tables: [CSVTable], columns: Columns, space: SearchSpace) throws {
        self.space = space
        self.columns = columns
        devices = columns.costs.map(\.device)
        for table in tables {
            let names = try MeasurementTable.normalForms(table, columns.architecture, space)
            if table.header.contains(columns.accuracy) {
                try readAccuracies(table, columns, names)
            }
            for (index, cost) in columns.costs.enumerated() {
                for (metric, column) in cost.columns where table.header.contains(column) {
                    try readCosts(table, column, metric, device: index, names)
                }
            }
        }
        try requireColumns(columns, tables)
        listed = try points(of: tables, columns.architecture)
    }

    private func points(of tables: [CSVTable], _ column: String) throws -> [Genotype]? {
        var seen: Set<String> = []
        var points: [Genotype] = []
        for table in tables {
            for name in try MeasurementTable.normalForms(table, column, space)
            where accuracies[name] != nil && scores[name] != nil && seen.insert(name).inserted {
                points.append(try space.genotype(architecture: name))
            }
        }
        return UInt128(points.count) == space.count ? nil : points
    }

    private static func normalForms(_ table: CSVTable, _ column: String, _ space: SearchSpace) throws
        -> [String]
    {
        try table.texts(column).enumerated().map { row, text in
            do {
                return try space.architecture(of: space.genotype(architecture: text))
            } catch {
                throw DatasetError.line(file: table.file, line: table.line(ofRow: row), detail: "\(error)")
            }
        }
    }

    private mutating func readAccuracies(_ table: CSVTable, _ columns: Columns, _ names: [String]) throws {
        for (row, value) in try table.numbers(columns.accuracy).enumerated() {
            guard let value else { continue }
            let accuracy = columns.isPercent ? value / 100 : value
            guard (0...1).contains(accuracy) else {
                throw DatasetError.line(
                    file: table.file, line: table.line(ofRow: row),
                    detail:
                        "\(columns.accuracy): expected \(columns.isPercent ? "0 to 100" : "0 to 1"), got \(value)"
                )
            }
            accuracies[names[row]] = accuracy
        }
    }

    private mutating func readCosts(
        _ table: CSVTable, _ column: String, _ metric: Metric, device: Int, _ names: [String]
    ) throws {
        for (row, value) in try table.numbers(column).enumerated() {
            guard let value else { continue }
            guard value >= 0 else {
                throw DatasetError.line(
                    file: table.file, line: table.line(ofRow: row),
                    detail: "\(column): expected a cost, got \(value)")
            }
            scores[names[row], default: devices.map { Score(device: $0, provenance: .measured) }][device]
                .set(metric, to: value)
        }
    }

    private func requireColumns(_ columns: Columns, _ tables: [CSVTable]) throws {
        let needed = [columns.accuracy] + columns.costs.flatMap { $0.columns.map(\.column) }
        for column in needed where !tables.contains(where: { $0.header.contains(column) }) {
            throw DatasetError.file(
                tables.map(\.file).joined(separator: ", "), detail: "none of these has a column '\(column)'")
        }
    }

    /// The accuracy of a point; nil where the table has none.
    public func accuracy(of genotype: Genotype) -> Double? { accuracies[space.architecture(of: genotype)] }

    /// The measured costs of a point; where the table has none the status says so.
    public func costs(of genotype: Genotype) -> Costs {
        guard accuracy(of: genotype) != nil, let scores = scores[space.architecture(of: genotype)] else {
            return Costs(
                scores: devices.map {
                    Score(device: $0, status: .failed, reason: "The table has no such architecture.")
                })
        }
        return Costs(
            scores: scores.map { score in
                guard score.latency == nil, score.energy == nil else { return score }
                var score = score
                score.status = .unsupported
                score.reason = "The table has no measurement on this device."
                return score
            })
    }

    /// Everything that decides an accuracy of the table: its accuracies in order of architectures, and where they stood.
    public var accuracyIdentity: Identity {
        let sorted = accuracies.sorted { $0.key < $1.key }
        return [
            "version": .integer(1), "column": .text(columns.accuracy), "percent": .flag(columns.isPercent),
            "values": .text(
                Identity.list(sorted.map { ["architecture": .text($0.key), "accuracy": .number($0.value)] })
                    .hash),
        ]
    }

    /// Everything that decides what a job on the table proposes: accuracies, and the costs of each device by themselves, so that
    /// a device may join.
    public var identity: Identity {
        let sorted = scores.sorted { $0.key < $1.key }
        let costs = devices.indices.map { device -> Identity.Entry in
            let values = sorted.map { architecture, scores -> Identity in
                let costs = columns.costs[device].columns.map { column -> Identity in
                    .number(orAbsent: scores[device].value(of: column.metric))
                }
                return ["architecture": .text(architecture), "costs": .list(costs)]
            }
            let names = columns.costs[device].columns.map { column -> Identity in
                ["metric": .text(column.metric.rawValue), "column": .text(column.column)]
            }
            return .init(devices[device], .text(Identity.list(names + values).hash))
        }
        return ["version": .integer(1), "accuracy": accuracyIdentity, "costs": .record(costs)]
    }

    /// The smallest and the largest value of a cost on a device; nil where there is none.
    public func range(of metric: Metric, on device: Int) -> ClosedRange<Double>? {
        let values = scores.values.compactMap { $0[device].value(of: metric) }
        guard let low = values.min(), let high = values.max() else { return nil }
        return low...high
    }

    /// The smallest and the largest accuracy.
    public var accuracyRange: ClosedRange<Double>? {
        guard let low = accuracies.values.min(), let high = accuracies.values.max() else { return nil }
        return low...high
    }
}

extension Score {
    fileprivate mutating func set(_ metric: Metric, to value: Double) {
        switch metric {
        case .latency: latency = value
        case .energy: energy = value
        case .peakRAM: peakRAM = Int(min(value, 1e15))
        case .flash: flash = Int(min(value, 1e15))
        case .modelSize: modelSize = Int(min(value, 1e15))
        case .accuracy, .macs, .parameters: break
        }
    }
}

/// Looks accuracies up.
public struct TableEvaluator: Evaluator {
    /// The table that is looked up.
    public let table: MeasurementTable
    private let content: String

    /// Looks qualities up in `table`; nothing is trained.
    public init(_ table: MeasurementTable) {
        self.table = table
        content = table.accuracyIdentity.hash
    }

    /// Always `table`.
    public var fidelity: Fidelity { .table }

    /// Hash of the table's qualities and the candidate.
    public func accuracyKey(of genotype: Genotype, rung: Int) -> String {
        Identity.record([
            .init("version", .integer(1)), .init("table", .text(content)),
            .init("candidate", .text(table.space.id(of: genotype))),
        ]).hash
    }

    /// The quality in the table; failed where it has none.
    public func evaluate(_ genotype: Genotype, rung: Int) async throws -> Finding {
        guard let accuracy = table.accuracy(of: genotype) else {
            return Finding(.failed(reason: "The table has no such architecture."))
        }
        return Finding(.evaluated(Quality(accuracy: accuracy)))
    }
}
