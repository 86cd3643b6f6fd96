public import Quantities

/// What every compression of an architecture costs and gains against the architecture as it is: what `study` answers.
public struct StudyAnswer: Answer, Hashable {
    /// The job's name.
    public var job: String
    /// How many seeds were compared.
    public var seeds: Int
    /// One entry a finished candidate.
    public var rows: [CompressionStudyAnswer]

    /// A study.
    public init(job: String, seeds: Int, rows: [CompressionStudyAnswer]) {
        self.job = job
        self.seeds = seeds
        self.rows = rows
    }
}

/// One compression over all seeds; nil means unknown.
public struct CompressionStudyAnswer: Hashable, Sendable {
    /// Such as `structured(0.5)>int8`, or `none`.
    public var compression: String
    /// In the space's own encoding.
    public var architecture: String
    /// Mean over seeds on the test part.
    public var accuracy: Double?
    /// Against the uncompressed network, each test sample judged by both.
    public var loss: Loss?
    /// What the compression promises.
    public var nominalWeightBytes, nominalMACs: Int?
    /// Milliseconds on this computer, measured in turn with all others.
    public var hostLatency: Double?
    /// How many times as fast as the uncompressed network.
    public var hostSpeedUp: Double?
    /// Why it could not be evaluated.
    public var failure: String?
    /// In the job's order.
    public var devices: [OnDevice]

    /// What a compression loses, as shares of samples.
    public struct Loss: Hashable, Sendable {
        /// Mean over samples and seeds.
        public var mean: Double
        /// The loss stays below this with 95 % confidence.
        public var bound: Double
        /// The mean of each seed.
        public var seeds: [Double]

        /// A loss.
        public init(mean: Double, bound: Double, seeds: [Double]) {
            self.mean = mean
            self.bound = bound
            self.seeds = seeds
        }
    }

    /// What a device makes of a compression.
    public struct OnDevice: Hashable, Sendable {
        /// The device.
        public var device: String
        /// In milliseconds.
        public var latency: Double?
        /// How many times as fast as the uncompressed network there; not part of the coding.
        public var speedUp: Double?
        /// How the latency was obtained; not part of the coding.
        public var provenance: Provenance
        /// In bytes.
        public var modelSize, peakRAM: Int?
        /// Multiplications that the runtime does.
        public var effectiveMACs: Int?
        /// Whether the device can have it.
        public var status: Status
        /// Why not, or where what it gives is not what was promised.
        public var note: String?

        /// A compression on a device.
        public init(
            device: String, latency: Double?, speedUp: Double?, provenance: Provenance, modelSize: Int?,
            peakRAM: Int?, effectiveMACs: Int?, status: Status, note: String?
        ) {
            self.device = device
            self.latency = latency
            self.speedUp = speedUp
            self.provenance = provenance
            self.modelSize = modelSize
            self.peakRAM = peakRAM
            self.effectiveMACs = effectiveMACs
            self.status = status
            self.note = note
        }
    }

    /// A compression over all seeds.
    public init(
        compression: String, architecture: String, accuracy: Double?, loss: Loss?, nominalWeightBytes: Int?,
        nominalMACs: Int?, hostLatency: Double?, hostSpeedUp: Double?, failure: String?, devices: [OnDevice]
    ) {
        self.compression = compression
        self.architecture = architecture
        self.accuracy = accuracy
        self.loss = loss
        self.nominalWeightBytes = nominalWeightBytes
        self.nominalMACs = nominalMACs
        self.hostLatency = hostLatency
        self.hostSpeedUp = hostSpeedUp
        self.failure = failure
        self.devices = devices
    }
}

extension CompressionStudyAnswer: Codable {
    /// Encodes the fixed keys, then `<device>:<key>` for each device.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: OpenKey.self)
        try container.encode(compression, forKey: "compression")
        try container.encode(architecture, forKey: "architecture")
        try container.encodeIfPresent(accuracy, forKey: "accuracy")
        try container.encodeIfPresent(loss?.mean, forKey: "loss")
        try container.encodeIfPresent(loss?.bound, forKey: "loss_bound")
        try container.encode(loss?.seeds ?? [], forKey: "loss_seeds")
        try container.encodeIfPresent(nominalWeightBytes, forKey: "nominal_weight_bytes")
        try container.encodeIfPresent(nominalMACs, forKey: "nominal_macs")
        try container.encodeIfPresent(hostLatency, forKey: "host_latency_ms")
        try container.encodeIfPresent(hostSpeedUp, forKey: "host_speed_up")
        try container.encodeIfPresent(failure, forKey: "failure")
        for entry in devices {
            func key(_ name: String) -> OpenKey { OpenKey("\(entry.device):\(name)") }
            try container.encodeIfPresent(entry.latency, forKey: key("latency_ms"))
            try container.encodeIfPresent(entry.modelSize, forKey: key("model_bytes"))
            try container.encodeIfPresent(entry.peakRAM, forKey: key("peak_ram_bytes"))
            try container.encodeIfPresent(entry.effectiveMACs, forKey: key("effective_macs"))
            try container.encode(entry.status, forKey: key("status"))
            try container.encodeIfPresent(entry.note, forKey: key("note"))
        }
    }

    /// Decodes what `encode(to:)` writes; devices by name, as a decoder does not tell their order.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: OpenKey.self)
        func double(_ name: String) throws -> Double? {
            try container.decodeIfPresent(Double.self, forKey: OpenKey(name))
        }
        func integer(_ name: String) throws -> Int? {
            try container.decodeIfPresent(Int.self, forKey: OpenKey(name))
        }
        let suffix = ":status"
        let names = container.allKeys.map(\.stringValue).filter { $0.hasSuffix(suffix) }
            .map { String($0.dropLast(suffix.count)) }.sorted()
        let seeds = try container.decode([Double].self, forKey: "loss_seeds")
        var loss: Loss?
        if let mean = try double("loss"), let bound = try double("loss_bound") {
            loss = Loss(mean: mean, bound: bound, seeds: seeds)
        }
        self.init(
            compression: try container.decode(String.self, forKey: "compression"),
            architecture: try container.decode(String.self, forKey: "architecture"),
            accuracy: try double("accuracy"), loss: loss,
            nominalWeightBytes: try integer("nominal_weight_bytes"),
            nominalMACs: try integer("nominal_macs"), hostLatency: try double("host_latency_ms"),
            hostSpeedUp: try double("host_speed_up"),
            failure: try container.decodeIfPresent(String.self, forKey: "failure"),
            devices: try names.map { name in
                OnDevice(
                    device: name, latency: try double("\(name):latency_ms"), speedUp: nil,
                    provenance: .estimated, modelSize: try integer("\(name):model_bytes"),
                    peakRAM: try integer("\(name):peak_ram_bytes"),
                    effectiveMACs: try integer("\(name):effective_macs"),
                    status: try container.decode(Status.self, forKey: OpenKey("\(name):status")),
                    note: try container.decodeIfPresent(String.self, forKey: OpenKey("\(name):note")))
            })
    }
}

extension StudyAnswer {
    /// One row a compression.
    public var csv: CSVRows {
        get throws { rows.isEmpty ? CSVRows(columns: ["compression"], rows: []) : try CSVRows(of: rows) }
    }

    /// Quality, what was promised and this computer's times; then one table a device.
    public func table(_ style: TableStyle) -> String {
        let devices = rows.first?.devices.map(\.device) ?? []
        return ([summary] + devices.map(table)).joined(separator: "\n")
    }

    private var summary: String {
        var table = TextTable([
            ("compression", .left), ("test accuracy", .right), ("loss, points", .right),
            ("95 % bound", .right), ("nominal weights", .right), ("nominal MACs", .right),
            ("host latency", .right), ("speed-up", .right), ("architecture", .left),
        ])
        for row in rows {
            table.append([
                row.compression, Human.percent(row.accuracy), row.loss?.mean.points ?? "–",
                row.loss?.bound.points ?? "–", Human.bytes(row.nominalWeightBytes),
                Human.count(row.nominalMACs), Human.milliseconds(row.hostLatency), row.hostSpeedUp.times,
                row.architecture,
            ])
        }
        let failures = rows.compactMap { row in row.failure.map { "\(row.compression): \($0)\n" } }
        return table.text + failures.joined()
    }

    private func table(of device: String) -> String {
        var table = TextTable([
            ("compression", .left), ("latency", .right), ("speed-up", .right), ("source", .left),
            ("model", .right), ("peak RAM", .right), ("MACs", .right), ("note", .left),
        ])
        for row in rows {
            guard let entry = row.devices.first(where: { $0.device == device }) else { continue }
            table.append([
                row.compression, Human.milliseconds(entry.latency), entry.speedUp.times,
                entry.provenance.rawValue, Human.bytes(entry.modelSize), Human.bytes(entry.peakRAM),
                Human.count(entry.effectiveMACs), entry.note ?? "",
            ])
        }
        return "\(device)\n\(table.text)"
    }
}

extension Double {
    /// A share of one in percentage points, with its sign.
    fileprivate var points: String {
        let hundredths = (self * 10_000).rounded() / 100
        // A loss that rounds to nothing has no sign.
        return hundredths == 0 ? "0.0" : (hundredths > 0 ? "+" : "") + "\(hundredths)"
    }
}

extension Double? {
    fileprivate var times: String { map { "\(Human.number($0)) ×" } ?? "–" }
}
