import Determinism
public import Quantities

/// What a model costs on a device: what `predict MODEL` answers.
public struct PredictionAnswer: Answer, Hashable {
    /// The model's file.
    public var model: String
    /// The device.
    public var device: String
    /// In milliseconds, and the interval of the median.
    public var latency, latencyP10, latencyP90: Double?
    /// One inference, in millijoules.
    public var energy: Double?
    /// In bytes.
    public var peakRAM, flash, modelSize: Int?
    /// Whether the device can have it.
    public var status: Status
    /// Why the status is not `ok`; for `ok`, an optional remark.
    public var reason: String?
    /// In the order in which they run.
    public var layers: [LayerAnswer]
    /// The device's title and how the costs were obtained; not part of the coding.
    public var source: Source?

    /// Where a prediction comes from.
    public struct Source: Hashable, Sendable {
        /// The device's title.
        public var title: String
        /// How the costs were obtained.
        public var provenance: Provenance

        /// A prediction's source.
        public init(title: String, provenance: Provenance) {
            self.title = title
            self.provenance = provenance
        }
    }

    enum CodingKeys: String, CodingKey {
        case model, device
        case latency = "latency_ms"
        case latencyP10 = "latency_ms_p10"
        case latencyP90 = "latency_ms_p90"
        case energy = "energy_mj"
        case peakRAM = "peak_ram_bytes"
        case flash = "flash_bytes"
        case modelSize = "model_bytes"
        case status, reason, layers
    }

    /// A prediction.
    public init(
        model: String, device: String, costs: CostsAnswer, status: Status, reason: String?,
        layers: [LayerAnswer], title: String
    ) {
        self.model = model
        self.device = device
        (latency, latencyP10, latencyP90) = (costs.latency, costs.latencyP10, costs.latencyP90)
        energy = costs.energy
        (peakRAM, flash, modelSize) = (costs.peakRAM, costs.flash, costs.modelSize)
        self.status = status
        self.reason = reason
        self.layers = layers
        source = Source(title: title, provenance: costs.provenance)
    }

    /// One row a layer.
    public var csv: CSVRows { get throws { try layers.csv } }

    /// The costs, then one line a layer.
    public func table(_ style: TableStyle) throws -> String {
        """
        \(model) on \(source?.title ?? device): \(status.rawValue)\(reason.map { " – \($0)" } ?? "")
        latency  \(Human.milliseconds(latency))  (80 %: \
        \(Human.milliseconds(latencyP10)) to \(Human.milliseconds(latencyP90))\
        \(source.map { ", \($0.provenance.rawValue)" } ?? ""))
        energy   \(energy.map { "\(Human.number($0)) mJ" } ?? "–")
        memory   \(Human.bytes(peakRAM)) RAM, \(Human.bytes(flash)) flash, \(Human.bytes(modelSize)) model


        """ + (layers.isEmpty ? "" : try layers.table(style))
    }
}

/// What architectures of a space cost on a device: what `predict --space` answers.
public struct PredictionsAnswer: Answer, Hashable {
    /// The space's name.
    public var space: String
    /// The device.
    public var device: String
    /// In the order in which the architectures were given.
    public var predictions: [ArchitecturePredictionAnswer]

    /// Predictions of one space.
    public init(space: String, device: String, predictions: [ArchitecturePredictionAnswer]) {
        self.space = space
        self.device = device
        self.predictions = predictions
    }

    private static var columns: [String] {
        ArchitecturePredictionAnswer.CodingKeys.allCases.map(\.rawValue)
    }

    /// One row an architecture.
    public var csv: CSVRows { get throws { try CSVRows(Self.columns, of: predictions) } }

    /// One line an architecture.
    public func table(_ style: TableStyle) -> String {
        guard let csv = try? csv else { return "" }
        var text = TextTable(
            csv.columns.map { ($0, $0 == "architecture" || $0 == "status" ? .left : .right) })
        for row in csv.rows { text.append(row.entries.map(\.value.plain)) }
        return text.text
    }
}

/// What one architecture costs on a device; nil means unknown.
public struct ArchitecturePredictionAnswer: Codable, Hashable, Sendable {
    /// In the space's own encoding.
    public var architecture: String
    /// In milliseconds, and the interval of the median.
    public var latency, latencyP10, latencyP90: Double?
    /// One inference, in millijoules.
    public var energy: Double?
    /// In bytes.
    public var peakRAM, flash, modelSize: Int?
    /// Whether the device can have it.
    public var status: Status?
    /// Why the status is not `ok`; for `ok`, an optional remark.
    public var reason: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case architecture
        case latency = "latency_ms"
        case latencyP10 = "latency_ms_p10"
        case latencyP90 = "latency_ms_p90"
        case energy = "energy_mj"
        case peakRAM = "peak_ram_bytes"
        case flash = "flash_bytes"
        case modelSize = "model_bytes"
        case status, reason
    }

    /// A prediction; `costs` nil where the device has no score.
    public init(architecture: String, costs: CostsAnswer?, status: Status?, reason: String?) {
        self.architecture = architecture
        (latency, latencyP10, latencyP90) = (costs?.latency, costs?.latencyP10, costs?.latencyP90)
        energy = costs?.energy
        (peakRAM, flash, modelSize) = (costs?.peakRAM, costs?.flash, costs?.modelSize)
        self.status = status
        self.reason = reason
    }
}
