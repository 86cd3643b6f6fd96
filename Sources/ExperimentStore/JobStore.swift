import Foundation
import GRDB
import Quantities
public import Search

/// One job's part of the database.
public struct JobStore: TrialStore {
    let store: ExperimentStore
    let id: Int64
    /// Name of the job.
    public let name: String

    /// Where the job's files lie.
    public var folder: String { store.folder(of: name) }

    static func id(of name: String, in database: Database) throws -> Int64? {
        try Int64.fetchOne(database, sql: "SELECT id FROM job WHERE name = ?", arguments: [name])
    }

    // MARK: What a search needs

    /// The evaluations that a strategy proposed, with the scores that guided the search, in ascending order
    /// of proposal.
    public func proposedEvaluations() throws -> [Evaluation] {
        try store.read { try Evaluation.fetch($0, job: id, view: .guide, where: "proposal IS NOT NULL") }
    }

    /// An evaluation and the rows of its files in one transaction, with a moment for tests to look at the files while nothing
    /// is committed yet.
    package func record(
        _ evaluation: Evaluation, _ artefacts: [Artefact] = [], beforeCommit: () throws -> Void
    ) throws {
        try store.write { database in
            try evaluation.insert(into: database, job: id)
            for artefact in artefacts { try artefact.insert(into: database, job: id) }
            try beforeCommit()
        }
        if let proposal = evaluation.proposal, (proposal + 1) % JobStore.volumeInterval == 0 {
            try rememberVolumes()
        }
    }

    /// The quality of any job's evaluation under this key; nil where there is none that succeeded.
    public func quality(forKey accuracyKey: String) throws -> Quality? {
        try store.read { database in
            let row = try Row.fetchOne(
                database,
                sql: "SELECT * FROM evaluation WHERE accuracy_key = ? AND status = 'ok' ORDER BY id LIMIT 1",
                arguments: [accuracyKey])
            return try row.map { try Quality(Fields($0, of: "evaluation")) }
        }
    }

    // MARK: How the job is doing

    /// Sets the state and adds the seconds of this run.
    public func end(_ state: JobState, after seconds: Double) throws {
        try store.write {
            try $0.execute(
                sql: "UPDATE job SET state = ?, seconds = seconds + ? WHERE id = ?",
                arguments: [state.rawValue, seconds, id])
        }
        try rememberVolumes()
    }

    /// A job whose process died is told from one that runs by its lock.
    public func state() throws -> JobState {
        let text = try column("state")
        guard let state = JobState(rawValue: text) else {
            throw StoreError.malformedRow(table: "job", column: "state", value: text)
        }
        return state == .running && !JobLock.isHeld(folder: folder) ? .interrupted : state
    }

    /// Wall-clock time over all runs.
    func seconds() throws -> Double { try number("seconds") }

    /// Seconds that all runs took; of one that was killed, what its evaluations took, `width` at a time.
    public func spentSeconds(width: Int) throws -> Double {
        let evaluating = try store.read {
            try Double.fetchOne(
                $0, sql: "SELECT total(seconds) FROM evaluation WHERE job = ?", arguments: [id]) ?? 0
        }
        return max(try seconds(), evaluating / Double(max(width, 1)))
    }

    /// All evaluations, finalists included.
    public func evaluationCount() throws -> Int {
        try store.read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM evaluation WHERE job = ?", arguments: [id]) ?? 0
        }
    }

    /// Of evaluations that failed, how many had each reason, the most frequent first.
    public func failures() throws -> [(reason: String, count: Int)] {
        try store.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT reason, count(*) AS number FROM evaluation WHERE job = ? AND status = 'failed'
                    GROUP BY reason ORDER BY number DESC, reason
                    """, arguments: [id]
            ).map { row in
                let fields = Fields(row, of: "evaluation")
                return (try fields.text("reason"), try fields.count("number"))
            }
        }
    }

    /// Kernel set and OpenBLAS version that the job was begun with.
    public func environment() throws -> (kernelSet: String, openBLASVersion: String) {
        (try column("kernel_set"), try column("openblas_version"))
    }

    /// When the job was begun, in UTC, such as `2026-11-30T06:26:05Z`.
    public func begunAt() throws -> String { try column("begun_at") }

    /// The quality metric's name.
    public func metric() throws -> String { try column("metric") }

    func column(_ name: String) throws -> String {
        try store.read { database in
            let row = try Row.fetchOne(database, sql: "SELECT \(name) FROM job WHERE id = ?", arguments: [id])
            guard let row else { throw StoreError.unknownJob(self.name, known: []) }
            return try Fields(row, of: "job").text(name)
        }
    }

    private func number(_ name: String) throws -> Double {
        try store.read { database in
            let row = try Row.fetchOne(database, sql: "SELECT \(name) FROM job WHERE id = ?", arguments: [id])
            return try row.map { try Fields($0, of: "job").number(name) } ?? 0
        }
    }
}
