public import Quantities

/// Finalists handed out to be timed on a device: what `measure --emit` answers.
public struct EmittedAnswer: Answer, Hashable {
    /// The job's name.
    public var job: String
    /// The device.
    public var device: String
    /// The folder that was written.
    public var output: String
    /// The table to fill in.
    public var rows: [MeasurementRowAnswer]
    /// Why some finalists were left out.
    public var leftOut: [String]
    /// The runtime that loads the models, and the device as it was named; not part of the coding.
    public var runtime = "", deviceName = ""

    enum CodingKeys: String, CodingKey {
        case job, device, output, rows
        case leftOut = "left_out"
    }

    /// What was handed out.
    public init(
        job: String, device: String, output: String, rows: [MeasurementRowAnswer], leftOut: [String],
        runtime: String, deviceName: String
    ) {
        self.job = job
        self.device = device
        self.output = output
        self.rows = rows
        self.leftOut = leftOut
        self.runtime = runtime
        self.deviceName = deviceName
    }

    /// The table to fill in.
    public var csv: CSVRows {
        get throws { try CSVRows(MeasurementRowAnswer.CodingKeys.allCases.map(\.rawValue), of: rows) }
    }

    /// What to do with the models.
    public func table(_ style: TableStyle) -> String {
        let count = Set(rows.map(\.candidate)).count
        let repeats = rows.map(\.repetition).max() ?? 0
        return "\(output): \(count) model\(count == 1 ? "" : "s") for \(runtime) on \(device); time each "
            + "there (median of steady-state batch-1 runs, \(repeats) times anew), fill in latency_ms (and energy_mj) of "
            + "\(output)/measurements.csv, then run 'swiftlet measure \(job) --device \(deviceName) --ingest "
            + "\(output)/measurements.csv'\n" + leftOut.map { "left out: \($0)\n" }.joined()
    }
}

/// One row of a table of measurements to fill in.
public struct MeasurementRowAnswer: Codable, Hashable, Sendable {
    /// The candidate's id.
    public var candidate: String
    /// From 1.
    public var repetition: Int
    /// The model's file, relative to the folder.
    public var model: String
    /// Such as `int8`, or `none`.
    public var compression: String
    /// In milliseconds; nil until it is filled in.
    public var latency: Double?
    /// In millijoules; nil where it is not measured.
    public var energy: Double?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case candidate
        case repetition = "repeat"
        case model, compression
        case latency = "latency_ms"
        case energy = "energy_mj"
    }

    /// A row to fill in.
    public init(candidate: String, repetition: Int, model: String, compression: String) {
        self.candidate = candidate
        self.repetition = repetition
        self.model = model
        self.compression = compression
    }
}

/// What finalists took on a device beside what was predicted: what `measure --ingest` answers.
public struct IngestedAnswer: Answer, Hashable {
    /// The job's name.
    public var job: String
    /// The device.
    public var device: String
    /// The file that was handed in.
    public var source: String
    /// One entry a candidate.
    public var measured: [MeasuredFinalistAnswer]

    /// What was handed in.
    public init(job: String, device: String, source: String, measured: [MeasuredFinalistAnswer]) {
        self.job = job
        self.device = device
        self.source = source
        self.measured = measured
    }

    /// One row a candidate.
    public var csv: CSVRows { get throws { try CSVRows(of: measured) } }

    /// One line a candidate.
    public func table(_ style: TableStyle) -> String {
        var table = TextTable([
            ("candidate", .left), ("repeats", .right), ("measured (80 % interval)", .right),
            ("predicted (80 % interval)", .right), ("energy", .right), ("limits", .left),
        ])
        for finalist in measured { table.append(finalist.cells) }
        let single = measured.count { $0.repeats == 1 }
        let doubt =
            single == 0
            ? ""
            : "\(single) of them timed once: their interval is unknown, and --confidence takes the time itself\n"
        return "\(device): \(measured.count) finalists measured, shown from now on\n\(table.text)\(doubt)"
    }
}

/// A finalist's measurement beside what its profile predicts.
public struct MeasuredFinalistAnswer: Codable, Hashable, Sendable {
    /// The candidate's id.
    public var candidate: String
    /// Median over repeats, in milliseconds.
    public var latency: Double
    /// The interval in which the median of another repeat lies in 80 of 100 cases; nil for one repeat.
    public var latencyP10, latencyP90: Double?
    /// In millijoules; nil where it was not measured.
    public var energy: Double?
    /// How many times it was measured anew.
    public var repeats: Int
    /// What the profile says, in milliseconds.
    public var predictedLatency, predictedLatencyP10, predictedLatencyP90: Double?
    /// Whether it keeps the job's limits.
    public var status: Status
    /// Which limit it breaks.
    public var reason: String?

    enum CodingKeys: String, CodingKey {
        case candidate
        case latency = "latency_ms"
        case latencyP10 = "latency_ms_p10"
        case latencyP90 = "latency_ms_p90"
        case energy = "energy_mj"
        case repeats
        case predictedLatency = "predicted_latency_ms"
        case predictedLatencyP10 = "predicted_latency_ms_p10"
        case predictedLatencyP90 = "predicted_latency_ms_p90"
        case status, reason
    }

    /// A measurement beside its prediction.
    public init(
        candidate: String, latency: Double, latencyP10: Double?, latencyP90: Double?, energy: Double?,
        repeats: Int, predictedLatency: Double?, predictedLatencyP10: Double?, predictedLatencyP90: Double?,
        status: Status, reason: String?
    ) {
        self.candidate = candidate
        self.latency = latency
        self.latencyP10 = latencyP10
        self.latencyP90 = latencyP90
        self.energy = energy
        self.repeats = repeats
        self.predictedLatency = predictedLatency
        self.predictedLatencyP10 = predictedLatencyP10
        self.predictedLatencyP90 = predictedLatencyP90
        self.status = status
        self.reason = reason
    }

    fileprivate var cells: [String] {
        [
            String(candidate.prefix(8)), "\(repeats)",
            Human.milliseconds(latency, from: latencyP10, to: latencyP90),
            Human.milliseconds(predictedLatency, from: predictedLatencyP10, to: predictedLatencyP90),
            energy.map { "\(Human.number($0)) mJ" } ?? "–", reason ?? status.rawValue,
        ]
    }
}
