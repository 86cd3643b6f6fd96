import Quantities

extension CandidateAnswer {
    /// The most wanted first: a narrow terminal cuts lines.
    static let headings: [(String, TextTable.Alignment)] = [
        ("candidate", .left), ("accuracy", .right), ("test", .right), ("latency (80 % interval)", .right),
        ("model", .right), ("RAM", .right), ("energy", .right), ("source", .left), ("compression", .left),
        ("architecture", .left),
    ]

    var cells: [String] {
        [
            String(id.prefix(8)) + (isPareto ? "" : " ·"), quality.text, quality.shortTestText,
            costs.latencyText, Human.bytes(costs.modelSize), Human.bytes(costs.peakRAM), costs.energyText,
            costs.provenance.rawValue, compression, architecture,
        ]
    }

    /// The value of a metric in its unit; nil where unknown.
    func value(of metric: Metric) -> Double? {
        switch metric {
        case .accuracy: quality.value
        case .latency: costs.latency
        case .energy: costs.energy
        case .peakRAM: costs.peakRAM.map(Double.init)
        case .flash: costs.flash.map(Double.init)
        case .modelSize: costs.modelSize.map(Double.init)
        case .macs: macs.map(Double.init)
        case .parameters: parameters.map(Double.init)
        }
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
}
