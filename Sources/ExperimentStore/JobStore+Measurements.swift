import GRDB
public import Quantities
public import Search

/// What a finalist took on a device, handed back from there.
public struct DeviceMeasurement: Hashable, Sendable {
    /// Name of the device.
    public let device: String
    /// The candidate's id.
    public let candidate: String
    /// Median, interval and energy.
    public let cost: MeasuredCost
    /// The file that it came from.
    public let source: String
    /// Whether the candidate keeps the job's limits with these costs, and which one it breaks.
    public let status: Status
    /// One sentence where the status is not `ok`.
    public let reason: String?

    /// Precondition: the status is `ok` or `constraint`; whether a device can run a candidate is not measured.
    public init(
        device: String, candidate: String, cost: MeasuredCost, source: String, status: Status, reason: String?
    ) {
        precondition(status == .ok || status == .constraint, "DeviceMeasurement: \(status.rawValue)")
        self.device = device
        self.candidate = candidate
        self.cost = cost
        self.source = source
        self.status = status
        self.reason = reason
    }
}

extension JobStore {
    /// Keeps measurements, all of them or none; a candidate's newer ones replace its older ones on that device.
    ///
    /// They lie beside the predictions, which a search that goes on still reads: `evaluations()` shows them,
    /// `proposedEvaluations()` does not.
    public func keep(_ measurements: [DeviceMeasurement]) throws {
        try store.write { database in
            for measurement in measurements {
                try measurement.insert(into: database, job: id, replaces: true)
            }
        }
        try rememberVolumes()
    }

    /// What was measured on a device, or on any; in the order of candidates.
    public func measurements(on device: String? = nil) throws -> [DeviceMeasurement] {
        try store.read { try DeviceMeasurement.all(of: id, on: device, in: $0) }
    }

    /// Finalists with what was measured in place of what was predicted.
    func measured(_ evaluations: [Evaluation]) throws -> [Evaluation] {
        let measurements = try measurements()
        guard !measurements.isEmpty else { return evaluations }
        return evaluations.map { evaluation in
            guard evaluation.fidelity == .final else { return evaluation }
            var result = evaluation
            for measurement in measurements where measurement.candidate == evaluation.candidate {
                guard let index = result.scores.firstIndex(where: { $0.device == measurement.device }) else {
                    continue
                }
                result.scores[index] = measurement.applied(to: result.scores[index])
            }
            return result
        }
    }
}

extension DeviceMeasurement {
    /// Those of a job on a device, or on any; in the order of candidates.
    static func all(of job: Int64, on device: String?, in database: Database) throws -> [DeviceMeasurement] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT * FROM device_measurement WHERE job = ?1 AND (?2 IS NULL OR device = ?2)
                ORDER BY device, candidate
                """, arguments: [job, device]
        ).map { try DeviceMeasurement(Fields($0, of: "device_measurement")) }
    }

    /// The score as it was measured; a device that cannot have the candidate any more still cannot.
    func applied(to score: Score) -> Score {
        var result = score.replacing(by: cost)
        switch (score.status, status) {
        case (.ok, .ok): break
        case (.ok, _), (.constraint, _): (result.status, result.reason) = (status, reason)
        case (.unsupported, _), (.exceedsRAM, _), (.exceedsFlash, _), (.notExportable, _), (.failed, _): break
        }
        return result
    }

    func insert(into database: Database, job: Int64, replaces: Bool) throws {
        try database.execute(
            sql: """
                INSERT OR \(replaces ? "REPLACE" : "IGNORE") INTO device_measurement (job, device, candidate, latency_ms,
                    latency_ms_p10, latency_ms_p90, energy_mj, repeats, source, status, reason)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                job, device, candidate, cost.latency, cost.latencyP10, cost.latencyP90, cost.energy,
                cost.repeats, source, status.rawValue, reason,
            ])
    }

    fileprivate init(_ fields: Fields) throws {
        let status: Status = try fields.value("status")
        guard status == .ok || status == .constraint else { throw fields.unexpected("status") }
        self.init(
            device: try fields.text("device"), candidate: try fields.text("candidate"),
            cost: MeasuredCost(
                latency: try fields.number("latency_ms"),
                latencyP10: try fields.optionalNumber("latency_ms_p10"),
                latencyP90: try fields.optionalNumber("latency_ms_p90"),
                energy: try fields.optionalNumber("energy_mj"), repeats: try fields.count("repeats")),
            source: try fields.text("source"), status: status, reason: try fields.optionalText("reason"))
    }
}
