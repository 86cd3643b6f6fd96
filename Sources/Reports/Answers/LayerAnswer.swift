import Quantities

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

    /// For people.
    var table: TextTable {
        var table = TextTable([
            ("layer", .left), ("operation", .left), ("latency", .right), ("MACs", .right),
            ("weights", .right), ("output", .right), ("runs on", .left),
        ])
        for layer in self {
            table.append([
                layer.name.shortened(to: 40), layer.operation, Human.milliseconds(layer.latency),
                Human.count(layer.macs), Human.bytes(layer.weightBytes), Human.bytes(layer.outputBytes),
                layer.isOnFallback ? "host" : "device",
            ])
        }
        return table
    }
}

extension String {
    /// The text, its middle left out where it is longer than a width.
    func shortened(to width: Int) -> String {
        count <= width ? self : prefix(width - 13) + "…" + suffix(12)
    }

    /// The text with spaces up to a width.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
