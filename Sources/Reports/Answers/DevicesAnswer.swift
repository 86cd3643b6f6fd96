import Determinism
public import Quantities

/// Every known device: what `devices list` answers.
public struct DevicesAnswer: Answer, Hashable {
    /// By name.
    public var devices: [Entry]

    /// One device.
    public struct Entry: Codable, Hashable, Sendable {
        /// Its name and title.
        public var name, title: String
        /// Such as `cpu` or `microcontroller`.
        public var kind: String
        /// Name and version of its runtime.
        public var runtime: String

        /// A device.
        public init(name: String, title: String, kind: String, runtime: String) {
            self.name = name
            self.title = title
            self.kind = kind
            self.runtime = runtime
        }
    }

    /// A list of devices.
    public init(devices: [Entry]) { self.devices = devices }

    /// One row a device.
    public var csv: CSVRows { get throws { try CSVRows(["name", "title", "kind", "runtime"], of: devices) } }

    /// One line a device.
    public func table(_ style: TableStyle) -> String {
        var table = TextTable([("device", .left), ("kind", .left), ("runtime", .left), ("title", .left)])
        for device in devices { table.append([device.name, device.kind, device.runtime, device.title]) }
        return table.text
    }
}

/// Profiles that were read without a mistake: what `devices validate` answers.
public struct ValidDevicesAnswer: Answer, Hashable {
    /// In the order in which they were named.
    public var devices: [Entry]

    /// One profile.
    public struct Entry: Codable, Hashable, Sendable {
        /// Its name.
        public var name: String
        /// Always true; a mistake is an error.
        public var valid: Bool
    }

    /// Profiles by name.
    public init(names: [String]) { devices = names.map { Entry(name: $0, valid: true) } }

    /// One row a profile.
    public var csv: CSVRows { get throws { try CSVRows(["name", "valid"], of: devices) } }

    /// One line a profile.
    public func table(_ style: TableStyle) -> String { devices.map { "\($0.name): valid\n" }.joined() }
}

/// A profile and where its figures come from: what `devices show` answers.
public struct DeviceAnswer: Answer, Hashable {
    /// Its name and title.
    public var name, title: String
    /// Such as `cpu` or `microcontroller`.
    public var kind: String
    /// Name and version of its runtime.
    public var runtime: String
    /// What the runtime loads: `tflite`, `onnx` or `swiftlet`.
    public var modelFormat: String
    /// The clock in megahertz.
    public var clock: Double
    /// Threads of one inference.
    public var threads: Int
    /// In bytes; flash is nil where the device has none.
    public var ram: Int
    /// In bytes; nil where the device has none.
    public var flash: Int?
    /// What the runtime itself takes, in bytes.
    public var runtimeRAM, runtimeCode: Int
    /// How costs are obtained.
    public var provenance: Provenance
    /// What the energy includes.
    public var energyBoundary: String?
    /// While it computes.
    public var activeWatts: Double?
    /// What the profile was fitted to; nil where it was not.
    public var calibration: Calibration?
    /// This computer; nil for any other device.
    public var machine: MachineAnswer?
    /// Where each figure comes from.
    public var sources: [Source]

    /// What a profile was fitted to.
    public struct Calibration: Hashable, Sendable {
        /// In words.
        public var note: String
        /// How many models were measured.
        public var samples: Int
        /// Median relative error of a model that is left out.
        public var leaveOneOutError: Double
        /// The smallest and the largest time, in milliseconds.
        public var leastMeasured, mostMeasured: Double

        /// A calibration.
        public init(
            note: String, samples: Int, leaveOneOutError: Double, leastMeasured: Double, mostMeasured: Double
        ) {
            self.note = note
            self.samples = samples
            self.leaveOneOutError = leaveOneOutError
            self.leastMeasured = leastMeasured
            self.mostMeasured = mostMeasured
        }
    }

    /// Where a figure comes from.
    public struct Source: Codable, Hashable, Sendable {
        /// The field of the profile.
        public var field: String
        /// Where its value comes from.
        public var source: String

        /// A figure's source.
        public init(field: String, source: String) {
            self.field = field
            self.source = source
        }
    }

    enum CodingKeys: String, CodingKey {
        case name, title, kind, runtime
        case modelFormat = "model_format"
        case clock = "clock_mhz"
        case threads
        case ram = "ram_bytes"
        case flash = "flash_bytes"
        case runtimeRAM = "runtime_ram_bytes"
        case runtimeCode = "runtime_code_bytes"
        case provenance
        case energyBoundary = "energy_boundary"
        case activeWatts = "active_watts"
        case calibration, samples
        case leaveOneOutError = "leave_one_out_error"
        case leastMeasured = "least_measured_ms"
        case mostMeasured = "most_measured_ms"
        case processor = "cpu"
        case kernelSet = "kernel_set"
        case governor, sources
    }

    /// A profile.
    public init(
        name: String, title: String, kind: String, runtime: String, modelFormat: String, clock: Double,
        threads: Int, ram: Int, flash: Int?, runtimeRAM: Int, runtimeCode: Int, provenance: Provenance,
        energyBoundary: String?, activeWatts: Double?, calibration: Calibration?, machine: MachineAnswer?,
        sources: [Source]
    ) {
        self.name = name
        self.title = title
        self.kind = kind
        self.runtime = runtime
        self.modelFormat = modelFormat
        self.clock = clock
        self.threads = threads
        self.ram = ram
        self.flash = flash
        self.runtimeRAM = runtimeRAM
        self.runtimeCode = runtimeCode
        self.provenance = provenance
        self.energyBoundary = energyBoundary
        self.activeWatts = activeWatts
        self.calibration = calibration
        self.machine = machine
        self.sources = sources
    }

    /// Writes the keys of calibration and machine only where there is one.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(title, forKey: .title)
        try container.encode(kind, forKey: .kind)
        try container.encode(runtime, forKey: .runtime)
        try container.encode(modelFormat, forKey: .modelFormat)
        try container.encode(clock, forKey: .clock)
        try container.encode(threads, forKey: .threads)
        try container.encode(ram, forKey: .ram)
        try container.encodeIfPresent(flash, forKey: .flash)
        try container.encode(runtimeRAM, forKey: .runtimeRAM)
        try container.encode(runtimeCode, forKey: .runtimeCode)
        try container.encode(provenance, forKey: .provenance)
        try container.encodeIfPresent(energyBoundary, forKey: .energyBoundary)
        try container.encodeIfPresent(activeWatts, forKey: .activeWatts)
        if let calibration {
            try container.encode(calibration.note, forKey: .calibration)
            try container.encode(calibration.samples, forKey: .samples)
            try container.encode(calibration.leaveOneOutError, forKey: .leaveOneOutError)
            try container.encode(calibration.leastMeasured, forKey: .leastMeasured)
            try container.encode(calibration.mostMeasured, forKey: .mostMeasured)
        }
        if let machine {
            try container.encode(machine.processor, forKey: .processor)
            try container.encode(machine.kernelSet, forKey: .kernelSet)
            try container.encode(machine.governor, forKey: .governor)
        }
        try container.encode(sources, forKey: .sources)
    }

    /// Decodes what `encode(to:)` writes.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let threads = try values.decode(Int.self, forKey: .threads)
        let calibration = try values.decodeIfPresent(String.self, forKey: .calibration).map { note in
            Calibration(
                note: note, samples: try values.decode(Int.self, forKey: .samples),
                leaveOneOutError: try values.decode(Double.self, forKey: .leaveOneOutError),
                leastMeasured: try values.decode(Double.self, forKey: .leastMeasured),
                mostMeasured: try values.decode(Double.self, forKey: .mostMeasured))
        }
        let machine = try values.decodeIfPresent(String.self, forKey: .processor).map { processor in
            MachineAnswer(
                processor: processor, kernelSet: try values.decode(String.self, forKey: .kernelSet),
                threads: threads, governor: try values.decode(String.self, forKey: .governor))
        }
        self.init(
            name: try values.decode(String.self, forKey: .name),
            title: try values.decode(String.self, forKey: .title),
            kind: try values.decode(String.self, forKey: .kind),
            runtime: try values.decode(String.self, forKey: .runtime),
            modelFormat: try values.decode(String.self, forKey: .modelFormat),
            clock: try values.decode(Double.self, forKey: .clock), threads: threads,
            ram: try values.decode(Int.self, forKey: .ram),
            flash: try values.decodeIfPresent(Int.self, forKey: .flash),
            runtimeRAM: try values.decode(Int.self, forKey: .runtimeRAM),
            runtimeCode: try values.decode(Int.self, forKey: .runtimeCode),
            provenance: try values.decode(Provenance.self, forKey: .provenance),
            energyBoundary: try values.decodeIfPresent(String.self, forKey: .energyBoundary),
            activeWatts: try values.decodeIfPresent(Double.self, forKey: .activeWatts),
            calibration: calibration, machine: machine,
            sources: try values.decode([Source].self, forKey: .sources))
    }
}

extension DeviceAnswer {
    /// One row of all that is not a list.
    public var csv: CSVRows { get throws { CSVRows(columns: try facts.map(\.key), rows: [try object]) } }

    private var object: JSONObject {
        get throws {
            guard case .object(let object) = try JSONValue(encoding: self) else { return [:] }
            return object
        }
    }

    private var facts: [JSONObject.Entry] { get throws { try object.entries.filter { $0.key != "sources" } } }

    /// One line a figure, then where each comes from.
    public func table(_ style: TableStyle) -> String {
        let facts = (try? facts) ?? []
        return facts.map { "\($0.key.padded(to: 20)) \($0.value.plain)\n" }.joined() + "\nsources\n"
            + sources.map { "  \($0.field.padded(to: 18)) \($0.source)\n" }.joined()
    }
}

/// Models whose times on a device tell most: what `devices probes` answers.
public struct ProbesAnswer: Answer, Hashable {
    /// The device.
    public var device: String
    /// The table to fill in.
    public var probes: [Probe]
    /// The folder that was written; not part of the coding.
    public var output: String?
    /// How many models a runner timed, nil where none was asked to; not part of the coding.
    public var timed: Int?
    /// What a runner could not time, a sentence each; not part of the coding.
    public var leftOut: [String] = []

    /// One model and its row of the table.
    public struct Probe: Codable, Hashable, Sendable {
        /// From 1.
        public var probe: Int
        /// In the space's own encoding.
        public var architecture: String
        /// The model's file, relative to the folder.
        public var model: String
        /// In milliseconds; nil until it is filled in.
        public var latency: Double?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case probe, architecture, model
            case latency = "latency_ms"
        }

        /// A row to fill in.
        public init(probe: Int, architecture: String, model: String) {
            self.probe = probe
            self.architecture = architecture
            self.model = model
        }
    }

    enum CodingKeys: String, CodingKey { case device, probes }

    /// Models that were written.
    public init(device: String, probes: [Probe], output: String) {
        self.device = device
        self.probes = probes
        self.output = output
    }

    /// The table to fill in.
    public var csv: CSVRows {
        get throws { try CSVRows(Probe.CodingKeys.allCases.map(\.rawValue), of: probes) }
    }

    /// What to do with the models.
    public func table(_ style: TableStyle) -> String {
        let folder = output ?? "the folder"
        if let timed {
            return
                "\(timed) of \(probes.count) models timed; the times are in \(folder)/probes.csv, for 'swiftlet "
                + "devices calibrate'\n" + leftOut.map { "left out: \($0)\n" }.joined()
        }
        return "\(probes.count) models in \(folder); time each on the device (median, batch 1), fill in the "
            + "last column of \(folder)/probes.csv, then run 'swiftlet devices calibrate'\n"
    }
}

/// A profile fitted to measured times: what `devices calibrate` answers.
public struct CalibrationAnswer: Answer, Hashable {
    /// The device.
    public var device: String
    /// The profile that was written.
    public var output: String
    /// How many models were measured.
    public var samples: Int
    /// Whether the runtime treats dead branches otherwise than the profile said.
    public var changedPolicy: Bool
    /// What the runtime most probably does with dead branches, and how probable that is.
    public var deadBranches: String
    /// Probability of `deadBranches` given the measurements, in [0, 1].
    public var deadBranchesProbability: Double
    /// The same in words, with the other treatments that stay possible.
    public var conclusion: String
    /// Median relative error of a model that is left out.
    public var leaveOneOutError: Double?
    /// The measurements that the others contradict.
    public var doubtful: [Doubt] = []
    /// The doubtful measurements of models that were timed again, and what became of them.
    public var timedAgain: [TimedAgain] = []
    /// What a runner could not time, a sentence each.
    public var leftOut: [String] = []

    /// A measurement that the others contradict.
    public struct Doubt: Codable, Hashable, Sendable {
        /// Line of the file of measurements, from 1.
        public var line: Int
        /// An architecture or a model file.
        public var model: String
        /// Measured time over the one that the others predict.
        public var ratio: Double
        /// Whether the model was timed a second time.
        public var timedAgain: Bool
        /// The same in words, and what to do.
        public var sentence: String

        enum CodingKeys: String, CodingKey {
            case line, model, ratio, sentence
            case timedAgain = "timed_again"
        }

        /// A measurement that the others contradict.
        public init(line: Int, model: String, ratio: Double, timedAgain: Bool, sentence: String) {
            self.line = line
            self.model = model
            self.ratio = ratio
            self.timedAgain = timedAgain
            self.sentence = sentence
        }
    }

    /// A doubtful model and both of its times.
    public struct TimedAgain: Codable, Hashable, Sendable {
        /// Line of the file of measurements, from 1, of its first time.
        public var line: Int
        /// An architecture or a model file.
        public var model: String
        /// In milliseconds.
        public var first, again: Double
        /// Which time counts: `first`, `again` or `both`.
        public var used: String
        /// The same in words.
        public var sentence: String

        enum CodingKeys: String, CodingKey {
            case line, model, used, sentence
            case first = "first_ms"
            case again = "again_ms"
        }

        /// Both times of a model.
        public init(
            line: Int, model: String, first: Double, again: Double, used: String, sentence: String
        ) {
            self.line = line
            self.model = model
            self.first = first
            self.again = again
            self.used = used
            self.sentence = sentence
        }
    }

    enum CodingKeys: String, CodingKey {
        case device, output, samples, conclusion, doubtful
        case timedAgain = "timed_again"
        case leftOut = "left_out"
        case changedPolicy = "changed_policy"
        case deadBranches = "dead_branches"
        case deadBranchesProbability = "dead_branches_probability"
        case leaveOneOutError = "leave_one_out_error"
    }

    /// A fitted profile.
    public init(
        device: String, output: String, samples: Int, changedPolicy: Bool, deadBranches: String,
        deadBranchesProbability: Double, conclusion: String, leaveOneOutError: Double?
    ) {
        self.device = device
        self.output = output
        self.samples = samples
        self.changedPolicy = changedPolicy
        self.deadBranches = deadBranches
        self.deadBranchesProbability = deadBranchesProbability
        self.conclusion = conclusion
        self.leaveOneOutError = leaveOneOutError
    }

    /// One row of all that is not a list.
    public var csv: CSVRows {
        get throws {
            let all = try CSVRows(of: [self])
            let lists = [CodingKeys.doubtful, .timedAgain, .leftOut].map(\.rawValue)
            return CSVRows(columns: all.columns.filter { !lists.contains($0) }, rows: all.rows)
        }
    }

    /// Two sentences, then one for each measurement that was taken again, is doubtful or missing.
    public func table(_ style: TableStyle) -> String {
        let error = leaveOneOutError.map {
            "; median error of a model that is left out: \(Human.percent($0))"
        }
        return "\(output): \(device) fitted to \(samples) models\(error ?? "")\n\(conclusion)\n"
            + timedAgain.map { "timed again: \($0.sentence)\n" }.joined()
            + doubtful.map { "doubtful: \($0.sentence)\n" }.joined()
            + leftOut.map { "left out: \($0)\n" }.joined()
    }
}
