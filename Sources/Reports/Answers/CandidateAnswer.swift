public import Quantities

/// A candidate on one device, as every verb shows it; nil means unknown.
public struct CandidateAnswer: Hashable, Sendable {
    /// The candidate's id, 64 hexadecimal digits.
    public var id: String
    /// How good its predictions are.
    public var quality: QualityAnswer
    /// How the quality was obtained.
    public var fidelity: Fidelity
    /// What it costs on the device.
    public var costs: CostsAnswer
    /// Multiplications of one inference.
    public var macs: Int?
    /// Trained numbers.
    public var parameters: Int?
    /// Whether it can be deployed within the job's limits.
    public var isFeasible: Bool
    /// Whether nothing feasible of the same fidelity is better everywhere.
    public var isPareto: Bool
    /// Whether it was trained to the end for the device.
    public var isFinalist: Bool
    /// Whether the device can have it.
    public var status: Status
    /// Why the status is not `ok`; for `ok`, an optional remark.
    public var reason: String?
    /// In the space's own encoding.
    public var architecture: String
    /// Such as `structured(0.5)>int8`, or `none`.
    public var compression: String

    /// A candidate on one device.
    public init(
        id: String, quality: QualityAnswer, fidelity: Fidelity, costs: CostsAnswer, macs: Int?,
        parameters: Int?, isFeasible: Bool, isPareto: Bool, isFinalist: Bool, status: Status,
        reason: String?, architecture: String, compression: String
    ) {
        self.id = id
        self.quality = quality
        self.fidelity = fidelity
        self.costs = costs
        self.macs = macs
        self.parameters = parameters
        self.isFeasible = isFeasible
        self.isPareto = isPareto
        self.isFinalist = isFinalist
        self.status = status
        self.reason = reason
        self.architecture = architecture
        self.compression = compression
    }
}

/// How good a candidate's predictions are, by the job's metric.
public struct QualityAnswer: Hashable, Sendable {
    /// The keys under which a quality stands.
    public enum Name: String, Hashable, Sendable {
        /// For classification.
        case accuracy
        /// For all other tasks; the metric says what it is.
        case quality
    }
    /// The keys under which the values stand.
    public var name: Name
    /// On the validation part, in the metric's unit; nil where the candidate could not be evaluated.
    public var value: Double?
    /// Sampling error of `value`.
    public var standardError: Double?
    /// On the test part; finalists only.
    public var test: Double?
    /// Sampling error of `test`.
    public var testStandardError: Double?
    /// By which the search compared it, with inherited weights; finalists of such searches only.
    public var inherited: Double?

    /// A quality under the keys of a task.
    public init(
        _ name: Name = .accuracy, value: Double?, standardError: Double? = nil, test: Double? = nil,
        testStandardError: Double? = nil, inherited: Double? = nil
    ) {
        self.name = name
        self.value = value
        self.standardError = standardError
        self.test = test
        self.testStandardError = testStandardError
        self.inherited = inherited
    }

    /// The value with its error as people read it: `98.70 ± 0.30 %` for classification.
    public var text: String { text(value, error: standardError) }
    /// The value alone.
    public var shortText: String { text(value, error: nil) }
    /// The test value with its error as people read it.
    public var testText: String { text(test, error: testStandardError) }
    /// The test value alone.
    public var shortTestText: String { text(test, error: nil) }

    private func text(_ value: Double?, error: Double?) -> String {
        switch name {
        case .accuracy: Human.percent(value, error: error)
        case .quality: Human.number(value) + (error.map { " ± \(Human.number($0))" } ?? "")
        }
    }
}

/// What a candidate costs on one device; nil means unknown.
public struct CostsAnswer: Hashable, Sendable {
    /// Median of steady-state batch-1 runs, in milliseconds.
    public var latency: Double?
    /// The interval of that median, in milliseconds.
    public var latencyP10, latencyP90: Double?
    /// How the costs were obtained.
    public var provenance: Provenance
    /// One inference, in millijoules.
    public var energy: Double?
    /// In bytes.
    public var peakRAM, flash, modelSize: Int?

    /// Costs on a device.
    public init(
        latency: Double?, latencyP10: Double?, latencyP90: Double?, provenance: Provenance, energy: Double?,
        peakRAM: Int?, flash: Int?, modelSize: Int?
    ) {
        self.latency = latency
        self.latencyP10 = latencyP10
        self.latencyP90 = latencyP90
        self.provenance = provenance
        self.energy = energy
        self.peakRAM = peakRAM
        self.flash = flash
        self.modelSize = modelSize
    }

    /// Latency with its interval as people read it.
    public var latencyText: String { Human.milliseconds(latency, from: latencyP10, to: latencyP90) }
    /// Energy as people read it.
    public var energyText: String { energy.map { "\(Human.number($0)) mJ" } ?? "–" }
}

extension CandidateAnswer: Codable {
    enum CodingKeys: String, CodingKey {
        case id, accuracy, fidelity, provenance, macs, parameters, status, reason, architecture, compression
        case quality
        case accuracySE = "accuracy_se"
        case testAccuracy = "test_accuracy"
        case testAccuracySE = "test_accuracy_se"
        case inheritedAccuracy = "inherited_accuracy"
        case qualitySE = "quality_se"
        case testQuality = "test_quality"
        case testQualitySE = "test_quality_se"
        case inheritedQuality = "inherited_quality"
        case latency = "latency_ms"
        case latencyP10 = "latency_ms_p10"
        case latencyP90 = "latency_ms_p90"
        case energy = "energy_mj"
        case peakRAM = "peak_ram_bytes"
        case flash = "flash_bytes"
        case modelSize = "model_bytes"
        case isFeasible = "is_feasible"
        case isPareto = "is_pareto"
        case isFinalist = "is_finalist"

        /// Value, its error, test value, its error, inherited value.
        static func quality(_ name: QualityAnswer.Name) -> [CodingKeys] {
            switch name {
            case .accuracy: [.accuracy, .accuracySE, .testAccuracy, .testAccuracySE, .inheritedAccuracy]
            case .quality: [.quality, .qualitySE, .testQuality, .testQualitySE, .inheritedQuality]
            }
        }

        /// All keys in the order in which they are written.
        static func all(_ name: QualityAnswer.Name) -> [CodingKeys] {
            let quality = quality(name)
            return [.id] + quality[..<2] + [.fidelity] + quality[2..<4] + [
                .latency, .latencyP10, .latencyP90, .provenance, .energy, .peakRAM, .flash, .modelSize, .macs,
                .parameters, .isFeasible, .isPareto, .isFinalist, .status, .reason, .architecture,
                .compression, quality[4],
            ]
        }
    }

    /// The columns of the CSV form, in their order.
    public static func columns(_ name: QualityAnswer.Name = .accuracy) -> [String] {
        CodingKeys.all(name).map(\.rawValue)
    }

    /// Encodes the candidate under the keys of its task; that of classes under those of the others too.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        let keys = CodingKeys.quality(quality.name)
        try container.encode(id, forKey: .id)
        try container.encodeIfPresent(quality.value, forKey: keys[0])
        try container.encodeIfPresent(quality.standardError, forKey: keys[1])
        try container.encode(fidelity, forKey: .fidelity)
        try container.encodeIfPresent(quality.test, forKey: keys[2])
        try container.encodeIfPresent(quality.testStandardError, forKey: keys[3])
        try container.encodeIfPresent(costs.latency, forKey: .latency)
        try container.encodeIfPresent(costs.latencyP10, forKey: .latencyP10)
        try container.encodeIfPresent(costs.latencyP90, forKey: .latencyP90)
        try container.encode(costs.provenance, forKey: .provenance)
        try container.encodeIfPresent(costs.energy, forKey: .energy)
        try container.encodeIfPresent(costs.peakRAM, forKey: .peakRAM)
        try container.encodeIfPresent(costs.flash, forKey: .flash)
        try container.encodeIfPresent(costs.modelSize, forKey: .modelSize)
        try container.encodeIfPresent(macs, forKey: .macs)
        try container.encodeIfPresent(parameters, forKey: .parameters)
        try container.encode(isFeasible, forKey: .isFeasible)
        try container.encode(isPareto, forKey: .isPareto)
        try container.encode(isFinalist, forKey: .isFinalist)
        try container.encode(status, forKey: .status)
        try container.encodeIfPresent(reason, forKey: .reason)
        try container.encode(architecture, forKey: .architecture)
        try container.encode(compression, forKey: .compression)
        try container.encodeIfPresent(quality.inherited, forKey: keys[4])
        guard quality.name == .accuracy else { return }
        // The same under the names that hold for every task.
        let common = CodingKeys.quality(.quality)
        try container.encodeIfPresent(quality.value, forKey: common[0])
        try container.encodeIfPresent(quality.standardError, forKey: common[1])
        try container.encodeIfPresent(quality.test, forKey: common[2])
        try container.encodeIfPresent(quality.testStandardError, forKey: common[3])
        try container.encodeIfPresent(quality.inherited, forKey: common[4])
    }

    /// Decodes a candidate; which keys it has says which task it is of.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let name: QualityAnswer.Name =
            values.contains(.quality) && !values.contains(.accuracy) ? .quality : .accuracy
        let keys = CodingKeys.quality(name)
        self.init(
            id: try values.decode(String.self, forKey: .id),
            quality: QualityAnswer(
                name, value: try values.decodeIfPresent(Double.self, forKey: keys[0]),
                standardError: try values.decodeIfPresent(Double.self, forKey: keys[1]),
                test: try values.decodeIfPresent(Double.self, forKey: keys[2]),
                testStandardError: try values.decodeIfPresent(Double.self, forKey: keys[3]),
                inherited: try values.decodeIfPresent(Double.self, forKey: keys[4])),
            fidelity: try values.decode(Fidelity.self, forKey: .fidelity),
            costs: CostsAnswer(
                latency: try values.decodeIfPresent(Double.self, forKey: .latency),
                latencyP10: try values.decodeIfPresent(Double.self, forKey: .latencyP10),
                latencyP90: try values.decodeIfPresent(Double.self, forKey: .latencyP90),
                provenance: try values.decode(Provenance.self, forKey: .provenance),
                energy: try values.decodeIfPresent(Double.self, forKey: .energy),
                peakRAM: try values.decodeIfPresent(Int.self, forKey: .peakRAM),
                flash: try values.decodeIfPresent(Int.self, forKey: .flash),
                modelSize: try values.decodeIfPresent(Int.self, forKey: .modelSize)),
            macs: try values.decodeIfPresent(Int.self, forKey: .macs),
            parameters: try values.decodeIfPresent(Int.self, forKey: .parameters),
            isFeasible: try values.decode(Bool.self, forKey: .isFeasible),
            isPareto: try values.decode(Bool.self, forKey: .isPareto),
            isFinalist: try values.decode(Bool.self, forKey: .isFinalist),
            status: try values.decode(Status.self, forKey: .status),
            reason: try values.decodeIfPresent(String.self, forKey: .reason),
            architecture: try values.decode(String.self, forKey: .architecture),
            compression: try values.decode(String.self, forKey: .compression))
    }
}
