import Foundation
import GRDB
import Quantities
import Search

extension Evaluation {
    /// Writes the evaluation and its scores; call it inside one transaction.
    func insert(into database: Database, job: Int64) throws {
        try refuseDuplicates(in: database, job: job)
        try database.execute(
            sql: "INSERT OR IGNORE INTO candidate (id, architecture, compression) VALUES (?, ?, ?)",
            arguments: [candidate, architecture, compression])
        try database.execute(
            sql: """
                INSERT INTO evaluation (job, candidate, proposal, fidelity, rung, accuracy_key, status, reason, accuracy,
                    accuracy_se, test_accuracy, test_accuracy_se, macs, parameters, seconds, sample_results)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                job, candidate, proposal, fidelity.rawValue, rung, accuracyKey,
                quality == nil ? "failed" : "ok", failureReason, quality?.accuracy, quality?.standardError,
                quality?.testAccuracy,
                quality?.testStandardError, macs, parameters, seconds,
                quality?.sampleResults.map { Data($0) },
            ])
        let evaluation = database.lastInsertedRowID
        let targets = try StoredTarget.all(of: job, in: database)
        for score in scores {
            let content = targets.first { $0.target.device == score.device }?.content
            try score.insert(
                into: database, evaluation: evaluation,
                profile: score.profile ?? content?.guideProfile ?? content?.profile ?? "")
        }
    }

    private var failureReason: String? {
        switch outcome {
        case .evaluated: nil
        case .failed(let reason): reason
        }
    }

    private func refuseDuplicates(in database: Database, job: Int64) throws {
        if let proposal,
            try Bool.fetchOne(
                database, sql: "SELECT 1 FROM evaluation WHERE job = ? AND proposal = ?",
                arguments: [job, proposal])
                == true
        {
            throw TrialStoreError.duplicateProposal(proposal)
        }
        if try Bool.fetchOne(
            database,
            sql: "SELECT 1 FROM evaluation WHERE job = ? AND candidate = ? AND fidelity = ? AND rung = ?",
            arguments: [job, candidate, fidelity.rawValue, rung]) == true
        {
            throw TrialStoreError.duplicateEvaluation(candidate, fidelity)
        }
    }

    /// Whose scores are meant, where a device has some on several profiles.
    enum View {
        /// Those that answers show.
        case shown
        /// Those that guide the search.
        case guide
        /// Those on every profile.
        case everything

        fileprivate var condition: String {
            switch self {
            case .shown: "target.profile = score.profile AND target.is_shown = 1"
            case .guide: "target.guide_profile = score.profile"
            case .everything: "TRUE"
            }
        }
    }

    /// The job's evaluations with their scores: proposals first, in their order, then finalists as they came.
    ///
    /// Where everything is asked for, second trainings are evaluations of their own; else they are joined to the first.
    static func fetch(
        _ database: Database, job: Int64, view: View, where condition: String = "TRUE",
        arguments: StatementArguments = []
    ) throws -> [Evaluation] {
        var scores: [Int64: [Score]] = [:]
        let scoreRows = try Row.fetchCursor(
            database,
            sql: """
                SELECT score.* FROM score
                JOIN evaluation ON evaluation.id = score.evaluation
                LEFT JOIN target ON target.job = evaluation.job AND target.device = score.device
                WHERE evaluation.job = ? AND \(view.condition) AND \(condition)
                ORDER BY score.evaluation, target.position, score.device, score.profile
                """,
            arguments: [job] + arguments)
        while let row = try scoreRows.next() {
            let fields = Fields(row, of: "score")
            scores[try fields.identifier("evaluation"), default: []].append(try Score(fields))
        }
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT evaluation.*, candidate.architecture, candidate.compression FROM evaluation
                JOIN candidate ON candidate.id = evaluation.candidate
                WHERE job = ? AND \(condition) ORDER BY proposal IS NULL, proposal, evaluation.id
                """,
            arguments: [job] + arguments)
        let all = try rows.map { row in
            let fields = Fields(row, of: "evaluation")
            return try Evaluation(fields, scores: scores[try fields.identifier("id")] ?? [])
        }
        switch view {
        case .shown, .guide: return all.joiningSecondTrainings
        case .everything: return all
        }
    }

    private init(_ fields: Fields, scores: [Score]) throws {
        let failed = try fields.text("status") == "failed"
        self.init(
            proposal: try fields.optionalCount("proposal"), candidate: try fields.text("candidate"),
            architecture: try fields.text("architecture"), compression: try fields.text("compression"),
            fidelity: try fields.value("fidelity"), rung: try fields.count("rung"),
            accuracyKey: try fields.text("accuracy_key"),
            outcome: failed ? .failed(reason: try fields.text("reason")) : .evaluated(try Quality(fields)),
            macs: try fields.optionalCount("macs"), parameters: try fields.optionalCount("parameters"),
            seconds: try fields.number("seconds"), scores: scores)
    }
}

extension Quality {
    init(_ fields: Fields) throws {
        self.init(
            accuracy: try fields.number("accuracy", in: .finite),
            standardError: try fields.optionalNumber("accuracy_se"),
            testAccuracy: try fields.optionalNumber("test_accuracy", in: .finite),
            testStandardError: try fields.optionalNumber("test_accuracy_se"),
            sampleResults: try fields.bytes("sample_results"))
    }
}

extension Score {
    func insert(into database: Database, evaluation: Int64, profile: String) throws {
        try database.execute(
            sql: """
                INSERT INTO score (evaluation, device, profile, latency_ms, latency_ms_p10, latency_ms_p90, provenance, energy_mj,
                    peak_ram_bytes, flash_bytes, model_bytes, status, reason)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                evaluation, device, profile, latency, latencyP10, latencyP90, provenance.rawValue, energy,
                peakRAM,
                flash,
                modelSize, status.rawValue, reason,
            ])
    }

    fileprivate init(_ fields: Fields) throws {
        self.init(
            device: try fields.text("device"), latency: try fields.optionalNumber("latency_ms"),
            latencyP10: try fields.optionalNumber("latency_ms_p10"),
            latencyP90: try fields.optionalNumber("latency_ms_p90"),
            provenance: try fields.value("provenance"), energy: try fields.optionalNumber("energy_mj"),
            peakRAM: try fields.optionalCount("peak_ram_bytes"),
            flash: try fields.optionalCount("flash_bytes"),
            modelSize: try fields.optionalCount("model_bytes"), status: try fields.value("status"),
            reason: try fields.optionalText("reason"))
        let content = try fields.text("profile")
        profile = content.isEmpty ? nil : content
    }
}
