import GRDB
import Quantities
import Search

/// Which evaluations of a job are outlined.
struct OutlineRows {
    /// nil for every one.
    var fidelity: Fidelity?
    /// Whether only those that a strategy proposed.
    var isProposed = false
    /// Only the front that was remembered, and what was recorded behind this row; nil for every evaluation.
    var beyond: Int64?
}

/// Reads the numbers of a job's evaluations on one device, column by column: 100,000 rows take two tenths of a second.
struct OutlineReader {
    private let job: Int64
    private let device: String
    private let profile: String
    private let finalists: Set<String>
    private let measurements: [String: DeviceMeasurement]
    /// Of finalists that were trained twice.
    private let secondQualities: [String: Quality]
    private let database: Database

    struct Answer {
        var outlines: [Outline]
        /// Whether some candidates were trained to more than the shortest length.
        var hasSeveralLengths: Bool
    }

    /// - Throws: what the database throws.
    init(_ job: JobStore, device: String, in database: Database) throws {
        self.job = job.id
        self.device = device
        self.database = database
        profile =
            try String.fetchOne(
                database, sql: "SELECT profile FROM target WHERE job = ? AND device = ?",
                arguments: [job.id, device]) ?? ""
        finalists = try String.fetchSet(
            database, sql: "SELECT candidate FROM finalist WHERE job = ? AND device = ?",
            arguments: [job.id, device])
        measurements = Dictionary(
            try DeviceMeasurement.all(of: job.id, on: device, in: database).map { ($0.candidate, $0) }
        ) { first, _ in first }
        secondQualities = try OutlineReader.secondQualities(of: job.id, in: database)
    }

    private static func secondQualities(of job: Int64, in database: Database) throws -> [String: Quality] {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT candidate, accuracy, accuracy_se FROM evaluation
                WHERE job = ? AND fidelity = 'final' AND rung = ? AND status = 'ok'
                """, arguments: [job, FinalTraining.second])
        let pairs = try rows.map { row in
            let fields = Fields(row, of: "evaluation")
            return (
                try fields.text("candidate"),
                Quality(
                    accuracy: try fields.number("accuracy", in: .finite),
                    standardError: try fields.optionalNumber("accuracy_se"))
            )
        }
        return Dictionary(pairs) { first, _ in first }
    }

    /// In proposal order, what nothing proposed last.
    func read(_ wanted: OutlineRows) throws -> Answer {
        var proposed: [Outline] = [], others: [Outline] = []
        proposed.reserveCapacity(try expectedCount(wanted))
        var hasSeveralLengths = false
        let rows = try Row.fetchCursor(
            database, sql: query(wanted),
            arguments: [
                "job": job, "device": device, "profile": profile, "fidelity": wanted.fidelity?.rawValue,
                "beyond": wanted.beyond,
            ])
        while let row = try rows.next() {
            let fields = Fields(row, of: "evaluation or score")
            let outline = try outline(fields)
            if outline.isProposed { proposed.append(outline) } else { others.append(outline) }
            if try fields.count(OutlineColumn.rung) > 0 { hasSeveralLengths = true }
        }
        return Answer(
            outlines: others.isEmpty ? proposed : proposed + others, hasSeveralLengths: hasSeveralLengths)
    }

    private func query(_ wanted: OutlineRows) -> String {
        var conditions = ["e.job = :job"]
        if wanted.fidelity != nil { conditions.append("e.fidelity = :fidelity") }
        if wanted.isProposed { conditions.append("e.proposal IS NOT NULL") }
        // Of a front and what came later, a few rows among many: named first, so that no other row is looked at.
        let front = """
            (SELECT evaluation AS id FROM front_member WHERE job = :job AND device = :device
                UNION SELECT id FROM evaluation WHERE +job = :job AND id > :beyond) AS wanted
                CROSS JOIN evaluation AS e ON e.id = wanted.id
            """
        return """
            SELECT \(OutlineColumn.allCases.map(\.sql).joined(separator: ", "))
            FROM \(wanted.beyond == nil ? "evaluation AS e" : front) CROSS JOIN score AS s
                ON s.evaluation = e.id AND s.device = :device AND s.profile = :profile
            WHERE \(conditions.joined(separator: " AND "))
            ORDER BY e.proposal, e.id
            """
    }

    private func expectedCount(_ wanted: OutlineRows) throws -> Int {
        guard wanted.beyond == nil, wanted.fidelity != .final else { return 0 }
        return try Int.fetchOne(
            database, sql: "SELECT count(*) FROM evaluation WHERE job = ?", arguments: [job]) ?? 0
    }

    private func outline(_ fields: Fields) throws -> Outline {
        let candidate = try fields.text(OutlineColumn.candidate)
        var (quality, score) = (
            try Quality(outline: fields), try Score(outline: fields, device: device)
        )
        if !measurements.isEmpty || !secondQualities.isEmpty,
            try fields.text(OutlineColumn.fidelity) == Fidelity.final.rawValue
        {
            if let measurement = measurements[candidate] { score = measurement.applied(to: score) }
            if let second = secondQualities[candidate] { quality = quality?.averaged(with: second) }
        }
        return Outline(
            place: try fields.identifier(OutlineColumn.id), id: candidate,
            quality: quality, score: score,
            macs: try fields.optionalCount(OutlineColumn.macs),
            parameters: try fields.optionalCount(OutlineColumn.parameters),
            seconds: try fields.number(OutlineColumn.seconds),
            isProposed: try fields.optionalCount(OutlineColumn.proposal) != nil,
            isFinalist: !finalists.isEmpty && finalists.contains(candidate))
    }
}

/// The columns of an outline, in the order in which they are read; by place, which is what makes it fast.
private enum OutlineColumn: Int, CaseIterable, FieldColumn {
    case id, candidate, proposal, fidelity, rung, accuracy, accuracySE, macs, parameters, seconds
    case latency, latencyP10, latencyP90, energy, peakRAM, flash, modelSize, status

    var name: String { "\(self)" }

    var sql: String {
        switch self {
        case .id: "e.id"
        case .candidate: "e.candidate"
        case .proposal: "e.proposal"
        case .fidelity: "e.fidelity"
        case .rung: "e.rung"
        case .accuracy: "e.accuracy"
        case .accuracySE: "e.accuracy_se"
        case .macs: "e.macs"
        case .parameters: "e.parameters"
        case .seconds: "e.seconds"
        case .latency: "s.latency_ms"
        case .latencyP10: "s.latency_ms_p10"
        case .latencyP90: "s.latency_ms_p90"
        case .energy: "s.energy_mj"
        case .peakRAM: "s.peak_ram_bytes"
        case .flash: "s.flash_bytes"
        case .modelSize: "s.model_bytes"
        case .status: "s.status"
        }
    }

    func value(in row: Row) -> DatabaseValue { row.value(at: rawValue) }
}

extension Quality {
    /// nil where the evaluation failed.
    fileprivate init?(outline fields: Fields) throws {
        guard let accuracy = try fields.optionalNumber(OutlineColumn.accuracy, in: .finite) else {
            return nil
        }
        self.init(
            accuracy: accuracy, standardError: try fields.optionalNumber(OutlineColumn.accuracySE))
    }
}

extension Score {
    /// Without source and reason, which no front depends on.
    fileprivate init(outline fields: Fields, device: String) throws {
        self.init(
            device: device, latency: try fields.optionalNumber(OutlineColumn.latency),
            latencyP10: try fields.optionalNumber(OutlineColumn.latencyP10),
            latencyP90: try fields.optionalNumber(OutlineColumn.latencyP90),
            energy: try fields.optionalNumber(OutlineColumn.energy),
            peakRAM: try fields.optionalCount(OutlineColumn.peakRAM),
            flash: try fields.optionalCount(OutlineColumn.flash),
            modelSize: try fields.optionalCount(OutlineColumn.modelSize),
            status: try fields.value(OutlineColumn.status))
    }
}
