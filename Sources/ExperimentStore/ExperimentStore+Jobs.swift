import Archives
import Foundation
import GRDB
import Quantities
import Search

/// What `swiftlet jobs` tells of a job.
public struct JobSummary: Hashable, Sendable {
    public let name: String
    public let state: JobState
    public let evaluations: Int
    /// Wall-clock time over all runs.
    public let seconds: Double
    /// Mean over the devices, each at the most trusted fidelity that it has.
    public let hypervolume: Double
}

extension ExperimentStore {
    /// Begins a job, or continues it where it was begun under the same plan.
    ///
    /// Hold the lock while it runs.
    /// Throws `planChanged` naming the keys that differ, and `jobIsRunning`. `warnings` says what changed
    /// harmlessly.
    /// - Parameter keepsState: of a job that was begun before; work beside the search, killed, then leaves it as it was.
    public func begin(
        _ plan: JobPlan, keepsState: Bool = false
    ) throws -> (job: JobStore, lock: JobLock, warnings: [String]) {
        let lock = try JobLock(job: plan.name, folder: folder(of: plan.name))
        DurableFile.removeLeftovers(below: folder(of: plan.name))
        let id = try write { database in
            if let known = try JobStore.id(of: plan.name, in: database) {
                try ExperimentStore.requireSamePlan(plan, as: known, in: database)
                if !keepsState {
                    try database.execute(
                        sql: "UPDATE job SET state = 'running' WHERE id = ?", arguments: [known])
                }
                return known
            }
            return try plan.insert(into: database)
        }
        let job = JobStore(store: self, id: id, name: plan.name)
        return (job, lock, try warnings(resuming: job, with: plan))
    }

    /// The job of that name.
    public func job(named name: String) throws -> JobStore {
        let id = try read { try JobStore.id(of: name, in: $0) }
        guard let id else { throw StoreError.unknownJob(name, known: try jobNames()) }
        return JobStore(store: self, id: id, name: name)
    }

    /// In the order in which they were begun.
    public func jobNames() throws -> [String] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT name FROM job ORDER BY id").map { row in
                let fields = Fields(row, of: "job")
                let name = try fields.text("name")
                // The name is that of a folder too.
                guard JobPlan.isValid(name) else { throw fields.unexpected("name") }
                return name
            }
        }
    }

    /// Every job, in the order in which they were begun.
    public func jobs() throws -> [JobSummary] {
        try jobNames().map { try job(named: $0).summary() }
    }

    static func requireSamePlan(_ plan: JobPlan, as job: Int64, in database: Database) throws {
        let rows = try Row.fetchAll(
            database, sql: "SELECT key, value FROM plan_key WHERE job = ?", arguments: [job])
        let recorded = try Dictionary(
            rows.map { row in
                let fields = Fields(row, of: "plan_key")
                return (try fields.text("key"), try fields.text("value"))
            }
        ) { first, _ in first }
        let differing = Set(recorded.keys).union(plan.keys.keys).filter { recorded[$0] != plan.keys[$0] }
        guard !differing.isEmpty else { return }
        let differences = differing.sorted().map {
            PlanDifference(key: $0, recorded: recorded[$0], requested: plan.keys[$0])
        }
        throw StoreError.planChanged(job: plan.name, keys: differences)
    }

    private func warnings(resuming job: JobStore, with plan: JobPlan) throws -> [String] {
        let begun = try job.environment()
        var warnings: [String] = []
        if begun.kernelSet != plan.kernelSet {
            warnings.append(
                "job '\(plan.name)' was begun with the \(begun.kernelSet) kernels and goes on with \(plan.kernelSet): "
                    + "float results may differ in the last digits")
        }
        if begun.openBLASVersion != plan.openBLASVersion {
            warnings.append(
                "job '\(plan.name)' was begun with OpenBLAS \(begun.openBLASVersion) and goes on with "
                    + "\(plan.openBLASVersion): float results may differ in the last digits")
        }
        return warnings
    }
}

extension JobPlan {
    func insert(into database: Database) throws -> Int64 {
        try database.execute(
            sql: """
                INSERT INTO job (name, state, plan, plan_hash, metric, kernel_set, openblas_version, begun_at)
                VALUES (?, 'running', ?, ?, ?, ?, ?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
                """,
            arguments: [name, document, hash, metric, kernelSet, openBLASVersion])
        let job = database.lastInsertedRowID
        for (key, value) in keys.sorted(by: { $0.key < $1.key }) {
            try database.execute(sql: "INSERT INTO plan_key VALUES (?, ?, ?)", arguments: [job, key, value])
        }
        for (position, target) in targets.enumerated() {
            try target.insert(into: database, job: job, position: position)
        }
        return job
    }
}

extension Target {
    func insert(into database: Database, job: Int64, position: Int) throws {
        try database.execute(
            sql: "INSERT INTO target (job, position, device, guides_search) VALUES (?, ?, ?, ?)",
            arguments: [job, position, device, guidesSearch ? 1 : 0])
        for (axis, objective) in objectives.enumerated() {
            try database.execute(
                sql:
                    "INSERT INTO objective (job, device, position, metric, ideal, nadir) VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [job, device, axis, objective.metric.rawValue, objective.ideal, objective.nadir])
        }
    }
}
