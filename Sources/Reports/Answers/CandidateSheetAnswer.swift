public import Quantities

/// One candidate: its choices, and what it costs on each device; what `show` and `finish` answer.
public struct CandidateSheetAnswer: Answer, Hashable {
    /// The job's name.
    public var job: String
    /// The candidate's id.
    public var id: String
    /// In the space's own encoding.
    public var architecture: String
    /// Such as `structured(0.5)>int8`, or `none`.
    public var compression: String
    /// The candidate on each device, at the most trusted fidelity that it has.
    public var devices: [DeviceCandidateAnswer]
    /// What times on this computer were measured on.
    public var hostMachines: [MachineAnswer]
    /// What was measured on devices and handed in.
    public var measurements: [MeasurementSourceAnswer]
    /// What the compression promises beside what runtimes give; finalists only.
    public var accounts: [CompressionAccountAnswer]
    /// What a front-end takes before the network, on microcontrollers; nil where there is none to price.
    public var frontEnds: [FrontEndAnswer]?
    /// What it predicted for the test part; finalists only.
    public var tested: TestedAnswer?
    /// How it was trained, one training after the other; nil where that was not kept.
    public var training: [TrainingAnswer]?
    /// Of a finalist, what the search compared by: its quality with inherited weights, on validation; nil where none were.
    ///
    /// The first is for classification, the second for other tasks.
    public var inheritedAccuracy, inheritedQuality: Double?
    /// What each pass of the engine saves; nil where it was not asked for.
    public var passes: PassesAnswer?
    /// Costs layer by layer; nil where they were not asked for.
    public var layers: [DeviceLayersAnswer]?
    /// Quality and counts as they stand in the heading; not part of the coding, for every device has them.
    public var heading: Heading?

    /// What is said of a candidate whatever the device.
    public struct Heading: Hashable, Sendable {
        /// What its quality is: the metric's name in job files.
        public var metric: String
        /// How good its predictions are.
        public var quality: QualityAnswer
        /// How the quality was obtained.
        public var fidelity: Fidelity
        /// Multiplications of one inference, and trained numbers.
        public var macs, parameters: Int?

        /// A candidate's quality and counts.
        public init(
            metric: String, quality: QualityAnswer, fidelity: Fidelity, macs: Int?, parameters: Int?
        ) {
            self.metric = metric
            self.quality = quality
            self.fidelity = fidelity
            self.macs = macs
            self.parameters = parameters
        }
    }

    enum CodingKeys: String, CodingKey {
        case job, id, architecture, compression, devices, measurements, accounts, tested, training, passes
        case layers
        case hostMachines = "host_machines"
        case frontEnds = "front_ends"
        case inheritedAccuracy = "inherited_accuracy"
        case inheritedQuality = "inherited_quality"
    }

    /// A candidate's sheet.
    public init(
        job: String, id: String, architecture: String, compression: String,
        devices: [DeviceCandidateAnswer], hostMachines: [MachineAnswer] = [],
        measurements: [MeasurementSourceAnswer] = [], accounts: [CompressionAccountAnswer] = [],
        passes: PassesAnswer? = nil, layers: [DeviceLayersAnswer]? = nil, heading: Heading? = nil
    ) {
        self.job = job
        self.id = id
        self.architecture = architecture
        self.compression = compression
        self.devices = devices
        self.hostMachines = hostMachines
        self.measurements = measurements
        self.accounts = accounts
        self.passes = passes
        self.layers = layers
        self.heading = heading
    }

    /// Writes `frontEnds` where there are any, `tested`, `training` and the inherited quality for finalists, `passes` and
    /// `layers` only where they were asked for.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(job, forKey: .job)
        try container.encode(id, forKey: .id)
        try container.encode(architecture, forKey: .architecture)
        try container.encode(compression, forKey: .compression)
        try container.encode(devices, forKey: .devices)
        try container.encode(hostMachines, forKey: .hostMachines)
        try container.encode(measurements, forKey: .measurements)
        try container.encode(accounts, forKey: .accounts)
        if let frontEnds { try container.encode(frontEnds, forKey: .frontEnds) }
        if let inheritedAccuracy { try container.encode(inheritedAccuracy, forKey: .inheritedAccuracy) }
        if let inheritedQuality { try container.encode(inheritedQuality, forKey: .inheritedQuality) }
        if let tested { try container.encode(tested, forKey: .tested) }
        if let training { try container.encode(training, forKey: .training) }
        if let passes { try container.encode(passes, forKey: .passes) }
        if let layers { try container.encode(layers, forKey: .layers) }
    }
}

/// One training of a candidate, epoch by epoch.
public struct TrainingAnswer: Codable, Hashable, Sendable {
    /// `before compression`, or the compression's step behind which it stands.
    public var stage: String
    /// Mean loss over the samples of each epoch.
    public var losses: [Double]
    /// Share of the training samples that were classified right while each epoch ran; 0 where numbers are predicted.
    public var accuracies: [Double]

    /// A training.
    public init(stage: String, losses: [Double], accuracies: [Double]) {
        self.stage = stage
        self.losses = losses
        self.accuracies = accuracies
    }
}

/// What latencies were measured on.
public struct MachineAnswer: Codable, Hashable, Sendable {
    /// The processor's name.
    public var processor: String
    /// The engine's kernels, such as `avx512-vnni`.
    public var kernelSet: String
    /// Threads of one inference.
    public var threads: Int
    /// How the system chooses the processor's clock; `unknown` where it does not say.
    public var governor: String

    enum CodingKeys: String, CodingKey {
        case processor = "cpu"
        case kernelSet = "kernel_set"
        case threads, governor
    }

    /// A computer.
    public init(processor: String, kernelSet: String, threads: Int, governor: String) {
        self.processor = processor
        self.kernelSet = kernelSet
        self.threads = threads
        self.governor = governor
    }

    /// As people read it: `AMD EPYC, avx512vnni, 1 thread, governor unknown`.
    public var text: String {
        "\(processor), \(kernelSet), \(threads) thread\(threads == 1 ? "" : "s"), governor \(governor)"
    }
}

/// Where a candidate's measured costs on a device come from.
public struct MeasurementSourceAnswer: Codable, Hashable, Sendable {
    /// The device that was timed.
    public var device: String
    /// How many times it was measured anew.
    public var repeats: Int
    /// The file that was handed in.
    public var source: String
    /// The names of what was measured; all else is predicted.
    public var measured: [String]

    /// A measurement handed in.
    public init(device: String, repeats: Int, source: String, measured: [String]) {
        self.device = device
        self.repeats = repeats
        self.source = source
        self.measured = measured
    }

    fileprivate var sentence: String {
        let times = repeats == 1 ? "once" : "\(repeats) times"
        let energy =
            measured.contains(Metric.energy.rawValue)
            ? "its energy too"
            : "its energy follows from that time and the predicted power"
        return "\(device): timed there \(times) (\(source)), \(energy)\n"
    }
}

/// What a finalist's compression promises beside what a device's runtime gives.
public struct CompressionAccountAnswer: Codable, Hashable, Sendable {
    /// The device.
    public var device: String
    /// Bytes of weights that the compression promises.
    public var nominalWeightBytes: Int
    /// Bytes that the runtime stores; nil where it cannot have the network.
    public var effectiveWeightBytes: Int?
    /// Multiplications that the compression promises.
    public var nominalMACs: Int
    /// Multiplications that the runtime does; nil where it cannot have the network.
    public var effectiveMACs: Int?
    /// Why they differ, or why the runtime cannot have it.
    public var differences: [String]

    enum CodingKeys: String, CodingKey {
        case device
        case nominalWeightBytes = "nominal_weight_bytes"
        case effectiveWeightBytes = "effective_weight_bytes"
        case nominalMACs = "nominal_macs"
        case effectiveMACs = "effective_macs"
        case differences
    }

    /// An account on one device.
    public init(
        device: String, nominalWeightBytes: Int, effectiveWeightBytes: Int?, nominalMACs: Int,
        effectiveMACs: Int?, differences: [String]
    ) {
        self.device = device
        self.nominalWeightBytes = nominalWeightBytes
        self.effectiveWeightBytes = effectiveWeightBytes
        self.nominalMACs = nominalMACs
        self.effectiveMACs = effectiveMACs
        self.differences = differences
    }
}

/// A candidate's cost on a device, layer by layer.
public struct DeviceLayersAnswer: Codable, Hashable, Sendable {
    /// The device.
    public var device: String
    /// In the order in which they run.
    public var layers: [LayerAnswer]

    /// A cost layer by layer.
    public init(device: String, layers: [LayerAnswer]) {
        self.device = device
        self.layers = layers
    }
}

extension CandidateSheetAnswer {
    /// One row a device.
    public var csv: CSVRows { get throws { try devices.csv } }

    /// Heading, one line a device, remarks, accounts, and what else was asked for.
    public func table(_ style: TableStyle) throws -> String {
        let front = (frontEnds ?? []).map(\.text).joined()
        return try headingText + devices.table(style) + front + reasons
            + hostMachines.map { "host-cpu: timed on \($0.text)\n" }.joined()
            + measurements.map(\.sentence).joined() + accountsTable(style)
            + (tested?.text ?? "") + (passes.map { "\n" + $0.table(style) } ?? "")
            + (layers ?? []).map { "\n\(heading(of: $0))\n\(try $0.layers.table(style))" }.joined()
    }

    /// Names the device, and says how the layers' estimates and what is shown of the whole model belong together.
    private func heading(of priced: DeviceLayersAnswer) -> String {
        let name = "\(priced.device), layer by layer"
        let total = priced.layers.reduce(0) { $0 + $1.latency }
        let costs = devices.first { $0.device == priced.device }?.candidate.costs
        guard let costs, let latency = costs.latency, latency > 0, abs(total / latency - 1) > 0.01 else {
            return name
        }
        let sum = "\(name): \(Human.milliseconds(total)) in all"
        switch costs.provenance {
        case .estimated, .calibrated:
            guard total < latency else { return sum }
            return "\(sum); \(Human.milliseconds(latency - total)) more start an inference and move its data"
        case .measured:
            return "\(sum) by the profile, \(Human.milliseconds(latency)) measured of the whole model"
        }
    }

    private var headingText: String {
        guard let heading else { return "" }
        let fidelity = "(\(heading.fidelity.rawValue)\(inheritedText))"
        let lines = [
            ("candidate", id), ("architecture", architecture), ("compression", compression),
            (heading.metric, "\(heading.quality.text) on validation \(fidelity)"),
            ("test", heading.quality.testText), ("MACs", Human.count(heading.macs)),
            ("parameters", Human.count(heading.parameters)),
        ]
        let width = max(heading.metric.count, 12) + 2
        return lines.map { "\($0.0.padded(to: width))\($0.1)\n" }.joined() + "\n"
    }

    private var inheritedText: String {
        if let inheritedAccuracy { return "; \(Human.percent(inheritedAccuracy)) with inherited weights" }
        return inheritedQuality.map { "; \(Human.number($0)) with inherited weights" } ?? ""
    }

    private var reasons: String {
        devices.compactMap { entry in
            entry.candidate.reason.map { "\(entry.device): \(entry.candidate.status.rawValue): \($0)\n" }
        }.joined()
    }

    private func accountsTable(_ style: TableStyle) throws -> String {
        guard !accounts.isEmpty else { return "" }
        let bytes = ColumnUnit.size(accounts.map(\.nominalWeightBytes))
        let macs = ColumnUnit.count(accounts.map(\.nominalMACs))
        func numbers(_ name: String, _ title: String, _ cells: [String]) -> FittedTable.Column {
            FittedTable.Column(name, title: title, .right, rank: 0, cells: cells)
        }
        let table = FittedTable([
            FittedTable.Column("device", .left, rank: 0, cells: accounts.map(\.device), foldsTo: 10),
            numbers(
                "nominal_weights", bytes.title("weights\nnominal"),
                accounts.map { bytes.text($0.nominalWeightBytes) }),
            numbers(
                "weights", bytes.title("effective"), accounts.map { bytes.text($0.effectiveWeightBytes) }),
            numbers("nominal_macs", macs.title("MACs\nnominal"), accounts.map { macs.text($0.nominalMACs) }),
            numbers("macs", macs.title("effective"), accounts.map { macs.text($0.effectiveMACs) }),
            FittedTable.Column(
                "because", .left, rank: 1, cells: accounts.map { $0.differences.joined(separator: "; ") },
                foldsTo: 12),
        ])
        return "\n" + (try table.text(TableStyle(width: style.width)))
    }
}
