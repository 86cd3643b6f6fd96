/// The balanced model for one device, beside what the same network would take there otherwise: how `search` ends.
public struct PickAnswer: Codable, Hashable, Sendable {
    /// The device.
    public var device: String
    /// The balanced model; nil where no feasible one keeps the limits.
    public var candidate: CandidateAnswer?
    /// Milliseconds of the same architecture uncompressed, and in int8 without pruning; nil where it is unknown.
    public var float32Latency, int8Latency: Double?

    enum CodingKeys: String, CodingKey {
        case device, candidate
        case float32Latency = "float32_latency_ms"
        case int8Latency = "int8_latency_ms"
    }

    /// A pick for a device.
    public init(
        device: String, candidate: CandidateAnswer?, float32Latency: Double? = nil, int8Latency: Double? = nil
    ) {
        self.device = device
        self.candidate = candidate
        self.float32Latency = float32Latency
        self.int8Latency = int8Latency
    }
}

extension [PickAnswer] {
    /// One line a device that has a model.
    func table(_ style: TableStyle) throws -> String {
        let picks = compactMap { pick in pick.candidate.map { (pick: pick, candidate: $0) } }
        guard !picks.isEmpty else { return "" }
        let times = picks.flatMap {
            [$0.candidate.costs.latency, $0.pick.float32Latency, $0.pick.int8Latency]
        }
        let time = ColumnUnit.time(times), size = ColumnUnit.size(picks.map(\.candidate.costs.modelSize))
        func column(_ name: String, _ title: String, _ values: [Double?]) -> FittedTable.Column {
            FittedTable.Column(
                name, title: time.title(title), .right, rank: 0, cells: values.map { time.text($0) })
        }
        let table = try FittedTable([
            FittedTable.Column("device", .left, rank: 0, cells: picks.map(\.pick.device), foldsTo: 10),
            FittedTable.Column(
                "candidate", .left, rank: 0, cells: picks.map { String($0.candidate.id.prefix(8)) }),
            FittedTable.Column(
                "quality", title: picks[0].candidate.quality.name.rawValue, .right, rank: 0,
                cells: picks.map(\.candidate.quality.text),
                shortCells: picks.map(\.candidate.quality.shortText)),
            column("latency", "latency", picks.map(\.candidate.costs.latency)),
            column("float32", "float32", picks.map(\.pick.float32Latency)),
            column("int8", "int8", picks.map(\.pick.int8Latency)),
            FittedTable.Column(
                "model", title: size.title("model"), .right, rank: 2,
                cells: picks.map { size.text($0.candidate.costs.modelSize) }),
            FittedTable.Column(
                "compression", .left, rank: 3, cells: picks.map(\.candidate.compression), foldsTo: 12),
            FittedTable.Column(
                "architecture", .left, rank: 4, cells: picks.map(\.candidate.architecture), foldsTo: 12),
        ]).text(TableStyle(width: style.width))
        return "balanced model for each device, beside the same network in float32 and int8 without pruning\n"
            + table
    }
}
