import Quantities

/// A table of candidates: the columns that `--columns` can name, in their order.
///
/// Where the width is short, architectures and compressions are folded, intervals go, then columns in the order of their
/// rank: frames a second, flash, RAM, energy, source, test, compression, model.
struct CandidateTable {
    private let candidates: [CandidateAnswer]
    private let leading: [FittedTable.Column]

    /// - Parameter leading: columns before the candidate's own, with one cell a candidate.
    init(_ candidates: [CandidateAnswer], leading: [FittedTable.Column] = []) {
        self.candidates = candidates
        self.leading = leading
    }

    /// The table as text; nothing without candidates.
    func text(_ style: TableStyle) throws -> String {
        // What is wanted by name may be any column; else the rare ones stay away.
        try FittedTable(style.columns == nil ? usualColumns : columns).text(style)
    }

    /// The usual columns as a table of HTML; nothing without candidates.
    var html: String { FittedTable(usualColumns).html }

    private var columns: [FittedTable.Column] {
        candidates.isEmpty ? [] : leading + identity + quality + times + sizes + energy + choices
    }

    private var usualColumns: [FittedTable.Column] {
        columns.filter { !["flash", "macs", "parameters"].contains($0.name) }
    }

    private var identity: [FittedTable.Column] {
        [
            FittedTable.Column(
                "candidate", .left, rank: 0,
                cells: candidates.map { String($0.id.prefix(8)) + ($0.isPareto ? "" : " ·") })
        ]
    }

    private var quality: [FittedTable.Column] {
        let name = candidates[0].quality.name
        let unit = name == .accuracy ? " %" : ""
        func cell(_ value: Double?, _ error: Double?) -> String {
            switch name {
            case .accuracy:
                (value.map { Human.fixed($0 * 100, decimals: 2) } ?? "–")
                    + (error.map { " ± \(Human.fixed($0 * 100, decimals: 2))" } ?? "")
            case .quality: Human.number(value) + (error.map { " ± \(Human.number($0))" } ?? "")
            }
        }
        let values = candidates.map(\.quality)
        return [
            FittedTable.Column(
                name.rawValue, title: name.rawValue + unit, .right, rank: 0,
                cells: values.map { cell($0.value, $0.standardError) },
                shortCells: values.map { cell($0.value, nil) }),
            FittedTable.Column(
                "test", title: "test" + unit, .right, rank: 4, cells: values.map { cell($0.test, nil) }),
        ]
    }

    private var times: [FittedTable.Column] {
        let costs = candidates.map(\.costs)
        let unit = ColumnUnit.time(costs.map(\.latency))
        func interval(_ costs: CostsAnswer) -> String {
            guard let low = costs.latencyP10, let high = costs.latencyP90 else {
                return unit.text(costs.latency)
            }
            return "\(unit.text(costs.latency)) (\(unit.text(low))–\(unit.text(high)))"
        }
        let rates = costs.map { costs in
            costs.latency.flatMap { $0 > 0 ? Int(exactly: (1000 / $0).rounded()) : nil }
        }
        let rateUnit = ColumnUnit.count(rates)
        return [
            FittedTable.Column(
                "latency", title: unit.title("latency"), .right, rank: 0, cells: costs.map(interval),
                shortCells: costs.map { unit.text($0.latency) }),
            FittedTable.Column(
                "fps", title: rateUnit.title("per s"), .right, rank: 9, cells: rates.map { rateUnit.text($0) }
            ),
        ]
    }

    private var energy: [FittedTable.Column] {
        let costs = candidates.map(\.costs)
        let unit = ColumnUnit.energy(costs.map(\.energy))
        return [
            FittedTable.Column(
                "energy", title: unit.title("energy"), .right, rank: 6,
                cells: costs.map { unit.text($0.energy) }),
            FittedTable.Column("source", .left, rank: 5, cells: costs.map(\.provenance.rawValue)),
        ]
    }

    private var sizes: [FittedTable.Column] {
        func size(_ name: String, _ title: String, rank: Int, _ values: [Int?]) -> FittedTable.Column {
            let unit = ColumnUnit.size(values)
            return FittedTable.Column(
                name, title: unit.title(title), .right, rank: rank, cells: values.map { unit.text($0) })
        }
        func count(_ name: String, _ title: String, _ values: [Int?]) -> FittedTable.Column {
            let unit = ColumnUnit.count(values)
            return FittedTable.Column(
                name, title: unit.title(title), .right, rank: 8, cells: values.map { unit.text($0) })
        }
        return [
            size("model", "model", rank: 2, candidates.map(\.costs.modelSize)),
            size("ram", "RAM", rank: 7, candidates.map(\.costs.peakRAM)),
            size("flash", "flash", rank: 8, candidates.map(\.costs.flash)),
            count("macs", "MACs", candidates.map(\.macs)),
            count("parameters", "parameters", candidates.map(\.parameters)),
        ]
    }

    private var choices: [FittedTable.Column] {
        [
            FittedTable.Column(
                "compression", .left, rank: 3, cells: candidates.map(\.compression), foldsTo: 12),
            FittedTable.Column(
                "architecture", .left, rank: 1, cells: candidates.map(\.architecture), foldsTo: 12),
        ]
    }
}

/// A candidate with the name of the device before it: one row of the CSV form.
public struct DeviceCandidateAnswer: Codable, Hashable, Sendable {
    /// The device that the costs are of.
    public var device: String
    /// The candidate there.
    public var candidate: CandidateAnswer

    enum CodingKeys: String, CodingKey { case device }

    /// A candidate on a device.
    public init(device: String, candidate: CandidateAnswer) {
        self.device = device
        self.candidate = candidate
    }

    /// Encodes the device, then the candidate's keys beside it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(device, forKey: .device)
        try candidate.encode(to: encoder)
    }

    /// Decodes what `encode(to:)` writes.
    public init(from decoder: any Decoder) throws {
        device = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .device)
        candidate = try CandidateAnswer(from: decoder)
    }
}

extension [DeviceCandidateAnswer] {
    /// The keys of a candidate behind `device`.
    var csv: CSVRows {
        get throws {
            try CSVRows(
                ["device"] + CandidateAnswer.columns(first?.candidate.quality.name ?? .accuracy), of: self)
        }
    }

    /// One line a device.
    func table(_ style: TableStyle) throws -> String {
        let devices = FittedTable.Column("device", .left, rank: 0, cells: map(\.device), foldsTo: 10)
        return try CandidateTable(map(\.candidate), leading: [devices]).text(style)
    }
}
