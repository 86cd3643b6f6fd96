import Determinism
public import Quantities

/// Everything that the review page shows of a job, packed for a browser.
public struct ReviewAnswer: Codable, Sendable {
    /// How far the job has come.
    public var job: JobAnswer
    /// The name of the quality metric.
    public var metric: String
    /// Whether the quality is a share, shown in per cent.
    public var isShare: Bool
    /// Whether a smaller quality is better, as for errors.
    public var isError: Bool
    /// What was asked, on what data, on what machine and when.
    public var facts: [Fact]
    /// One a device, in the job's order; where finalists stand first, what the search saw behind them.
    public var devices: [DeviceReview]
    /// Of the recommended models that were trained to the end: layers, what they predict, how they were trained; no scores.
    public var sheets: [CandidateSheetAnswer]
    /// What candidates' architectures stand for by index.
    public var architectures: [String]
    /// What candidates' compressions stand for by index.
    public var compressions: [String]
    /// What candidates' reasons stand for by index.
    public var reasons: [String]

    /// One line of what was asked.
    public struct Fact: Codable, Hashable, Sendable {
        /// What the line is about.
        public var name: String
        /// What is said of it.
        public var text: String

        /// A fact.
        public init(name: String, text: String) {
            self.name = name
            self.text = text
        }
    }

    enum CodingKeys: String, CodingKey {
        case job, metric
        case isShare = "is_share"
        case isError = "is_error"
        case facts, devices, sheets, architectures, compressions, reasons
    }

    /// A job's review.
    public init(
        job: JobAnswer, metric: String, isShare: Bool, isError: Bool, facts: [Fact], devices: [DeviceReview],
        sheets: [CandidateSheetAnswer], architectures: [String], compressions: [String], reasons: [String]
    ) {
        self.job = job
        self.metric = metric
        self.isShare = isShare
        self.isError = isError
        self.facts = facts
        self.devices = devices
        self.sheets = sheets
        self.architectures = architectures
        self.compressions = compressions
        self.reasons = reasons
    }

    /// The answer as JSON in few bytes.
    public var packed: String {
        get throws { try JSONValue(encoding: self).compactText }
    }
}

/// What the review page shows of one device at one fidelity.
public struct DeviceReview: Codable, Sendable {
    /// The device.
    public var device: String
    /// Of all candidates here; nil where nothing was evaluated.
    public var fidelity: Fidelity?
    /// Of the front, in [0, 1].
    public var hypervolume: Double
    /// Names of the metrics that the front is about.
    public var objectives: [String]
    /// On which profile the scores are, where that is not the job's only one.
    public var notes: [String]
    /// The recommendation in a sentence.
    public var sentence: String
    /// The recommended candidate's id; nil where there is none.
    public var recommended: String?
    /// The id of the most accurate uncompressed candidate; nil where there is none.
    public var baseline: String?
    /// How many candidates there are; `candidates` may hold fewer.
    public var total: Int
    /// Where the hypervolume changed in the course of the search: after how many evaluations, to what, and how many seconds those
    /// evaluations had taken, added up.
    public var trace: [[Double]]
    /// The candidates as columns.
    public var candidates: CandidateColumns

    /// A device's review.
    public init(
        device: String, fidelity: Fidelity?, hypervolume: Double, objectives: [String], notes: [String],
        sentence: String, recommended: String?, baseline: String?, total: Int, trace: [[Double]],
        candidates: CandidateColumns
    ) {
        self.device = device
        self.fidelity = fidelity
        self.hypervolume = hypervolume
        self.objectives = objectives
        self.notes = notes
        self.sentence = sentence
        self.recommended = recommended
        self.baseline = baseline
        self.total = total
        self.trace = trace
        self.candidates = candidates
    }
}

/// Candidates as columns: each a text of values between commas, nothing where a value is unknown.
public struct CandidateColumns: Codable, Sendable {
    /// How many candidates there are.
    public private(set) var count = 0
    private var id = "", quality = "", qualitySE = "", test = "", testSE = "", inherited = ""
    private var latency = "", latencyP10 = "", latencyP90 = "", energy = ""
    private var peakRAM = "", flash = "", modelSize = "", macs = "", parameters = ""
    private var flags = "", status = "", provenance = "", fidelity = ""
    private var reason = "", architecture = "", compression = ""

    enum CodingKeys: String, CodingKey {
        case count, id, quality, test, inherited, flags, status, provenance, fidelity, reason, architecture,
            compression
        case macs, parameters
        case qualitySE = "quality_se"
        case testSE = "test_se"
        case latency = "latency_ms"
        case latencyP10 = "latency_ms_p10"
        case latencyP90 = "latency_ms_p90"
        case energy = "energy_mj"
        case peakRAM = "peak_ram_bytes"
        case flash = "flash_bytes"
        case modelSize = "model_bytes"
    }

    /// No candidates yet.
    public init() {}

    /// Adds a candidate; its texts are given by their indices.
    public mutating func append(
        _ candidate: CandidateAnswer, reason reasonIndex: Int?, architecture architectureIndex: Int?,
        compression compressionIndex: Int?
    ) {
        let separator = count == 0 ? "" : ","
        func add(_ text: String, to column: inout String) { column += separator + text }
        let (quality, costs) = (candidate.quality, candidate.costs)
        add(String(candidate.id.prefix(12)), to: &id)
        add(short(quality.value), to: &self.quality)
        add(short(quality.standardError), to: &qualitySE)
        add(short(quality.test), to: &test)
        add(short(quality.testStandardError), to: &testSE)
        add(short(quality.inherited), to: &inherited)
        add(short(costs.latency), to: &latency)
        add(short(costs.latencyP10), to: &latencyP10)
        add(short(costs.latencyP90), to: &latencyP90)
        add(short(costs.energy), to: &energy)
        add(whole(costs.peakRAM), to: &peakRAM)
        add(whole(costs.flash), to: &flash)
        add(whole(costs.modelSize), to: &modelSize)
        add(whole(candidate.macs), to: &macs)
        add(whole(candidate.parameters), to: &parameters)
        let bits =
            (candidate.isFeasible ? 1 : 0) + (candidate.isPareto ? 2 : 0) + (candidate.isFinalist ? 4 : 0)
        add("\(bits)", to: &flags)
        add(candidate.status == .ok ? "" : candidate.status.rawValue, to: &status)
        add(candidate.costs.provenance.rawValue, to: &provenance)
        add(candidate.fidelity.rawValue, to: &fidelity)
        add(whole(reasonIndex), to: &reason)
        add(whole(architectureIndex), to: &architecture)
        add(whole(compressionIndex), to: &compression)
        count += 1
    }
}

/// A number with seven digits, which is more than any of ours is known to; nothing where it is unknown.
private func short(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "" }
    let single = Float(value)
    return single.isFinite && (single != 0) == (value != 0) ? "\(single)" : "\(value)"
}

private func whole(_ value: Int?) -> String { value.map(String.init) ?? "" }
