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
                INSERT INTO evaluation (job, candidate, proposal, fidelity, accuracy_key, status, reason, accuracy,
                    accuracy_se, test_accuracy, test_accuracy_se, macs, parameters, seconds, sample_results)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                job, candidate, proposal, fidelity.rawValue, accuracyKey, quality == nil ? "failed" : "ok",
                failureReason, quality?.accuracy, quality?.standardError, quality?.testAccuracy,
                quality?.testStandardError, macs, parameters, seconds,
                quality?.sampleResults.map { Data($0) },
            ])
        let evaluation = database.lastInsertedRowID
        for score in scores { try score.insert(into: database, evaluation: evaluation) }
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
            database, sql: "SELECT 1 FROM evaluation WHERE job = ? AND candidate = ? AND fidelity = ?",
            arguments: [job, candidate, fidelity.rawValue]) == true
        {
            throw TrialStoreError.duplicateEvaluation(candidate, fidelity)
        }
    }

    /// The job's evaluations with all scores: proposals first, in their order, then finalists as they came.
    static func fetch(
        _ database: Database, job: Int64, where condition: String = "TRUE", arguments: StatementArguments = []
    ) throws -> [Evaluation] {
        var scores: [Int64: [Score]] = [:]
        let scoreRows = try Row.fetchCursor(
            database,
            sql: """
                SELECT score.* FROM score
                JOIN evaluation ON evaluation.id = score.evaluation
                LEFT JOIN target ON target.job = evaluation.job AND target.device = score.device
                WHERE evaluation.job = ? ORDER BY score.evaluation, target.position, score.device
                """,
            arguments: [job])
        while let row = try scoreRows.next() { try scores[row["evaluation"], default: []].append(Score(row)) }
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT evaluation.*, candidate.architecture, candidate.compression FROM evaluation
                JOIN candidate ON candidate.id = evaluation.candidate
                WHERE job = ? AND \(condition) ORDER BY proposal IS NULL, proposal, evaluation.id
                """,
            arguments: [job] + arguments)
        return try rows.map { try Evaluation($0, scores: scores[$0["id"]] ?? []) }
    }

    private init(_ row: Row, scores: [Score]) throws {
        let failed = try row.text("status") == "failed"
        self.init(
            proposal: row["proposal"], candidate: try row.text("candidate"),
            architecture: try row.text("architecture"),
            compression: try row.text("compression"), fidelity: try row.value("fidelity", of: "evaluation"),
            accuracyKey: try row.text("accuracy_key"),
            outcome: failed ? .failed(reason: try row.text("reason")) : .evaluated(try Quality(row)),
            macs: row["macs"],
            parameters: row["parameters"], seconds: row["seconds"], scores: scores)
    }
}

extension Quality {
    init(_ row: Row) throws {
        guard let accuracy: Double = row["accuracy"] else {
            throw StoreError.malformedRow(table: "evaluation", column: "accuracy", value: "NULL")
        }
        let results: Data? = row["sample_results"]
        self.init(
            accuracy: accuracy, standardError: row["accuracy_se"], testAccuracy: row["test_accuracy"],
            testStandardError: row["test_accuracy_se"], sampleResults: results.map { Array($0) })
    }
}

extension Score {
    func insert(into database: Database, evaluation: Int64) throws {
        try database.execute(
            sql: """
                INSERT INTO score (evaluation, device, latency_ms, latency_ms_p10, latency_ms_p90, provenance, energy_mj,
                    peak_ram_bytes, flash_bytes, model_bytes, status, reason)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                evaluation, device, latency, latencyP10, latencyP90, provenance.rawValue, energy, peakRAM,
                flash,
                modelSize, status.rawValue, reason,
            ])
    }

    fileprivate init(_ row: Row) throws {
        self.init(
            device: try row.text("device"), latency: row["latency_ms"], latencyP10: row["latency_ms_p10"],
            latencyP90: row["latency_ms_p90"], provenance: try row.value("provenance", of: "score"),
            energy: row["energy_mj"], peakRAM: row["peak_ram_bytes"], flash: row["flash_bytes"],
            modelSize: row["model_bytes"], status: try row.value("status", of: "score"), reason: row["reason"]
        )
    }
}

extension Row {
    /// A column that is never NULL.
    func text(_ column: String) throws -> String {
        guard let text: String = self[column] else {
            throw StoreError.malformedRow(table: "?", column: column, value: "NULL")
        }
        return text
    }

    /// A column that holds one of an enum's names.
    func value<Value: RawRepresentable<String>>(_ column: String, of table: String) throws -> Value {
        let text = try text(column)
        guard let value = Value(rawValue: text) else {
            throw StoreError.malformedRow(table: table, column: column, value: text)
        }
        return value
    }
}
