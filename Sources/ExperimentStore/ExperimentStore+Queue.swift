import Foundation
import GRDB

extension ExperimentStore {
    /// A number that changes with every change that another connection makes to the database.
    ///
    /// It says nothing beside the numbers of other connections, nor after this one was opened anew.
    public func dataVersion() throws -> Int {
        try read { try Int.fetchOne($0, sql: "PRAGMA data_version") ?? 0 }
    }

    /// Every entry: larger priorities first, then in the order in which they were handed in.
    public func queue() throws -> [QueueEntry] {
        try read { database in
            guard try database.tableExists("queue_entry") else { return [] }
            return try Row.fetchAll(
                database, sql: "SELECT * FROM queue_entry ORDER BY priority DESC, position"
            ).map { try QueueEntry($0) }
        }
    }

    /// The entry of a job; throws `notQueued` where there is none.
    public func queueEntry(_ job: String) throws -> QueueEntry {
        try read { try Self.entry(job, in: $0) }
    }

    /// Puts a job file behind all others; one whose entry waits or runs is refused with `isQueued`.
    public func enqueue(_ submission: QueueSubmission) throws -> QueueEntry {
        guard JobPlan.isValid(submission.job) else { throw StoreError.invalidJobName(submission.job) }
        return try write { database in
            let known = try String.fetchOne(
                database, sql: "SELECT state FROM queue_entry WHERE job = ?", arguments: [submission.job])
            guard known != QueueEntry.State.queued.rawValue, known != QueueEntry.State.running.rawValue else {
                throw StoreError.isQueued(job: submission.job)
            }
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO queue_entry (job, position, file, text, priority, time_limit, state, submitted_at)
                    VALUES (?, (SELECT ifnull(max(position), 0) + 1 FROM queue_entry), ?, ?, ?, ?, 'queued',
                        strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
                    """,
                arguments: [
                    submission.job, submission.file, submission.text, submission.priority,
                    submission.timeLimit,
                ])
            return try Self.entry(submission.job, in: database)
        }
    }

    /// Changes an entry in one transaction and answers with it as it is then.
    public func changeQueueEntry(
        _ job: String, _ change: (inout QueueEntry) throws -> Void
    ) throws -> QueueEntry {
        try write { database in
            var entry = try Self.entry(job, in: database)
            try change(&entry)
            try database.execute(
                sql: """
                    UPDATE queue_entry SET text = ?, priority = ?, time_limit = ?, state = ?, message = ?, started_at = ?,
                        worker = ?, deaths = ?, evaluations = ? WHERE job = ?
                    """,
                arguments: [
                    entry.text, entry.priority, entry.timeLimit, entry.state.rawValue, entry.message,
                    entry.startedAt, entry.worker, entry.deaths, entry.evaluations, job,
                ])
            return entry
        }
    }

    /// Forgets an entry; what its job found stays.
    public func removeQueueEntry(_ job: String) throws {
        try write { try $0.execute(sql: "DELETE FROM queue_entry WHERE job = ?", arguments: [job]) }
    }

    private static func entry(_ job: String, in database: Database) throws -> QueueEntry {
        guard
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM queue_entry WHERE job = ?", arguments: [job])
        else { throw StoreError.notQueued(job: job) }
        return try QueueEntry(row)
    }

    /// The folder with the locks and the output of workers; no job has its name.
    public var queueFolder: String { folder(of: ".queue") }
}

extension QueueEntry {
    fileprivate init(_ row: Row) throws {
        let fields = Fields(row, of: "queue_entry")
        self.init(
            job: try fields.text("job"), position: try fields.count("position"),
            file: try fields.text("file"), text: try fields.text("text"),
            priority: Int(try fields.identifier("priority")),
            timeLimit: try fields.optionalNumber("time_limit"), state: try fields.value("state"),
            message: try fields.optionalText("message"), submittedAt: try fields.text("submitted_at"),
            startedAt: try fields.optionalText("started_at"), worker: try fields.optionalCount("worker"),
            deaths: try fields.count("deaths"), evaluations: try fields.count("evaluations"))
        guard JobPlan.isValid(job) else { throw fields.unexpected("job") }
    }
}

extension ExperimentStore {
    /// Jobs that were not ended, and whether the process that runs each still lives.
    public func runningJobs() throws -> [(name: String, isAlive: Bool)] {
        let names = try read {
            try String.fetchAll($0, sql: "SELECT name FROM job WHERE state = 'running' ORDER BY id")
        }
        return names.filter(JobPlan.isValid).map { ($0, JobLock.isHeld(folder: folder(of: $0))) }
    }
}
