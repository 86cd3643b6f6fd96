/// What one layer costs on a device.
public struct LayerAnswer: Codable, Hashable, Sendable {
    /// The layer's name in the model.
    public var name: String
    /// The name of its operation.
    public var operation: String
    /// Its share of the latency, in milliseconds.
    public var latency: Double
    /// Multiplications.
    public var macs: Int
    /// Bytes of its weights as the runtime stores them.
    public var weightBytes: Int
    /// Bytes of its output.
    public var outputBytes: Int
    /// Whether it runs beside the device, on its fallback.
    public var isOnFallback: Bool

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, operation
        case latency = "latency_ms"
        case macs
        case weightBytes = "weight_bytes"
        case outputBytes = "output_bytes"
        case isOnFallback = "on_fallback"
    }

    /// A layer's cost.
    public init(
        name: String, operation: String, latency: Double, macs: Int, weightBytes: Int, outputBytes: Int,
        isOnFallback: Bool
    ) {
        self.name = name
        self.operation = operation
        self.latency = latency
        self.macs = macs
        self.weightBytes = weightBytes
        self.outputBytes = outputBytes
        self.isOnFallback = isOnFallback
    }
}

extension [LayerAnswer] {
    /// One row a layer.
    var csv: CSVRows { get throws { try CSVRows(LayerAnswer.CodingKeys.allCases.map(\.rawValue), of: self) } }

    /// One line a layer.
    func table(_ style: TableStyle) throws -> String {
        let latency = ColumnUnit.time(map(\.latency)), macs = ColumnUnit.count(map(\.macs))
        let weights = ColumnUnit.size(map(\.weightBytes)), output = ColumnUnit.size(map(\.outputBytes))
        return try FittedTable([
            FittedTable.Column("layer", .left, rank: 0, cells: map(\.name), foldsTo: 12),
            FittedTable.Column("operation", .left, rank: 1, cells: map(\.operation), foldsTo: 10),
            FittedTable.Column(
                "latency", title: latency.title("latency"), .right, rank: 0,
                cells: map { latency.text($0.latency) }),
            FittedTable.Column(
                "macs", title: macs.title("MACs"), .right, rank: 2, cells: map { macs.text($0.macs) }),
            FittedTable.Column(
                "weights", title: weights.title("weights"), .right, rank: 3,
                cells: map { weights.text($0.weightBytes) }),
            FittedTable.Column(
                "output", title: output.title("output"), .right, rank: 4,
                cells: map { output.text($0.outputBytes) }),
            FittedTable.Column(
                "runs_on", title: "runs on", .left, rank: 5,
                cells: map { $0.isOnFallback ? "host" : "device" }),
        ]).text(TableStyle(width: style.width))
    }
}
