import GRDB
import Quantities
public import Search

extension JobStore {
    /// Whole candidates by the places of their outlines, in the order given; the front is not marked.
    ///
    /// They know their scores on this device alone, and not the bits of their sample results.
    public func candidates(_ outlines: some Sequence<Outline>, on device: String) throws -> [ScoredCandidate]
    {
        let rows = try store.read { database in
            let statement = try database.makeStatement(sql: CandidateColumn.query)
            return try outlines.map { outline in
                guard
                    let row = try Row.fetchOne(
                        statement, arguments: ["evaluation": outline.place, "device": device])
                else { throw StoreError.unknownCandidate("\(outline.place)", job: name) }
                return (
                    evaluation: try Evaluation(row, device: device), isFinalist: outline.isFinalist,
                    inherited: try Fields(row, of: "evaluation").optionalNumber(
                        CandidateColumn.inherited, in: .finite)
                )
            }
        }
        return zip(rows, try read(rows.map(\.evaluation))).compactMap { row, evaluation in
            evaluation.scores.first.map {
                ScoredCandidate(
                    evaluation: evaluation, score: $0, isFinalist: row.isFinalist,
                    inheritedQuality: row.inherited)
            }
        }
    }
}

/// The columns of a whole candidate on one device, in the order in which they are read; by place, which is what makes it fast.
private enum CandidateColumn: Int, CaseIterable, FieldColumn {
    case candidate, proposal, fidelity, rung, status, reason, accuracy, accuracySE, testAccuracy,
        testAccuracySE
    case macs, parameters, seconds, architecture, compression, inherited, secondAccuracy, secondAccuracySE
    case latency, latencyP10, latencyP90, provenance, energy, peakRAM, flash, modelSize
    case scoreStatus, scoreReason

    static let query = """
        SELECT \(allCases.map(\.sql).joined(separator: ", "))
        FROM evaluation AS e JOIN score AS s ON s.evaluation = e.id AND s.device = :device
            JOIN target AS t ON t.job = e.job AND t.device = s.device AND t.profile = s.profile
            JOIN candidate AS c ON c.id = e.candidate
        WHERE e.id = :evaluation
        """

    var name: String { "\(self)" }

    private var sql: String {
        switch self {
        case .candidate: "e.candidate"
        case .proposal: "e.proposal"
        case .fidelity: "e.fidelity"
        case .rung: "e.rung"
        case .status: "e.status"
        case .reason: "e.reason"
        case .accuracy: "e.accuracy"
        case .accuracySE: "e.accuracy_se"
        case .testAccuracy: "e.test_accuracy"
        case .testAccuracySE: "e.test_accuracy_se"
        case .macs: "e.macs"
        case .parameters: "e.parameters"
        case .seconds: "e.seconds"
        case .architecture: "c.architecture"
        case .compression: "c.compression"
        case .inherited: CandidateColumn.other("accuracy", "i.fidelity = 'inherited' ORDER BY i.rung DESC")
        case .secondAccuracy: CandidateColumn.second("accuracy")
        case .secondAccuracySE: CandidateColumn.second("accuracy_se")
        case .latency: "s.latency_ms"
        case .latencyP10: "s.latency_ms_p10"
        case .latencyP90: "s.latency_ms_p90"
        case .provenance: "s.provenance"
        case .energy: "s.energy_mj"
        case .peakRAM: "s.peak_ram_bytes"
        case .flash: "s.flash_bytes"
        case .modelSize: "s.model_bytes"
        case .scoreStatus: "s.status"
        case .scoreReason: "s.reason"
        }
    }

    /// A column of another evaluation of a finalist.
    private static func other(_ column: String, _ condition: String) -> String {
        """
        CASE e.fidelity WHEN 'final' THEN (SELECT i.\(column) FROM evaluation AS i
            WHERE i.job = e.job AND i.candidate = e.candidate AND \(condition) LIMIT 1) END
        """
    }

    private static func second(_ column: String) -> String {
        other(column, "i.fidelity = 'final' AND i.rung = \(FinalTraining.second)")
    }

    func value(in row: Row) -> DatabaseValue { row.value(at: rawValue) }
}

extension Evaluation {
    fileprivate init(_ row: Row, device: String) throws {
        let fields = Fields(row, of: "evaluation, score or candidate")
        let failed = try fields.text(CandidateColumn.status) == "failed"
        self.init(
            proposal: try fields.optionalCount(CandidateColumn.proposal),
            candidate: try fields.text(CandidateColumn.candidate),
            architecture: try fields.text(CandidateColumn.architecture),
            compression: try fields.text(CandidateColumn.compression),
            fidelity: try fields.value(CandidateColumn.fidelity),
            rung: try fields.count(CandidateColumn.rung), accuracyKey: "",
            outcome: failed
                ? .failed(reason: try fields.text(CandidateColumn.reason))
                : .evaluated(try Quality(candidate: fields)),
            macs: try fields.optionalCount(CandidateColumn.macs),
            parameters: try fields.optionalCount(CandidateColumn.parameters),
            seconds: try fields.number(CandidateColumn.seconds),
            scores: [try Score(candidate: fields, device: device)])
    }
}

extension Quality {
    fileprivate init(candidate fields: Fields) throws {
        self.init(
            accuracy: try fields.number(CandidateColumn.accuracy, in: .finite),
            standardError: try fields.optionalNumber(CandidateColumn.accuracySE),
            testAccuracy: try fields.optionalNumber(CandidateColumn.testAccuracy, in: .finite),
            testStandardError: try fields.optionalNumber(CandidateColumn.testAccuracySE))
        if let second = try fields.optionalNumber(CandidateColumn.secondAccuracy, in: .finite) {
            let error = try fields.optionalNumber(CandidateColumn.secondAccuracySE)
            self = averaged(with: Quality(accuracy: second, standardError: error))
        }
    }
}

extension Score {
    fileprivate init(candidate fields: Fields, device: String) throws {
        self.init(
            device: device, latency: try fields.optionalNumber(CandidateColumn.latency),
            latencyP10: try fields.optionalNumber(CandidateColumn.latencyP10),
            latencyP90: try fields.optionalNumber(CandidateColumn.latencyP90),
            provenance: try fields.value(CandidateColumn.provenance),
            energy: try fields.optionalNumber(CandidateColumn.energy),
            peakRAM: try fields.optionalCount(CandidateColumn.peakRAM),
            flash: try fields.optionalCount(CandidateColumn.flash),
            modelSize: try fields.optionalCount(CandidateColumn.modelSize),
            status: try fields.value(CandidateColumn.scoreStatus),
            reason: try fields.optionalText(CandidateColumn.scoreReason))
    }
}
