import Archives
import Foundation
import GRDB
import Quantities
import Search

/// What `swiftlet jobs` tells of a job.
public struct JobSummary: Hashable, Sendable {
    /// Name of the job.
    public let name: String
    /// How far it is.
    public let state: JobState
    /// Evaluations of all fidelities.
    public let evaluations: Int
    /// Wall-clock time over all runs.
    public let seconds: Double
    /// Mean over the devices, each at the most trusted fidelity that it has.
    public let hypervolume: Double
}

/// A job that this process works on.
public struct BegunJob: Sendable {
    /// Where its evaluations go.
    public let job: JobStore
    /// Hold it as long as the work lasts.
    public let lock: JobLock
    /// What changed harmlessly.
    public let warnings: [String]
    /// What answers are read under now and what guided the search, where they differ.
    public let guidedOtherwise: [PlanDifference]
}

extension ExperimentStore {
    /// Begins a job, or continues it where it was begun under the same guide.
    ///
    /// Devices, objectives, limits and reserve may differ: answers are read under the new ones from then on, and the search
    /// stays guided by the old ones. Throws `planChanged` naming the other keys that differ, `jobIsRunning`, and `folderIsTaken`
    /// where files of others lie in the folder of a new job.
    /// - Parameter keepsState: of a job that was begun before; work beside the search, killed, then leaves it as it was.
    public func begin(_ plan: JobPlan, keepsState: Bool = false) throws -> BegunJob {
        if try !jobNames().contains(plan.name) {
            try JobFolder(path: folder(of: plan.name)).refuseOthersFiles(ofNew: plan.name)
        }
        let lock = try JobLock(job: plan.name, folder: folder(of: plan.name))
        DurableFile.removeLeftovers(below: folder(of: plan.name))
        let (id, guidedOtherwise) = try write { database in
            guard let known = try JobStore.id(of: plan.name, in: database) else {
                return (try plan.insert(into: database), [PlanDifference]())
            }
            let differences = try plan.resume(known, in: database)
            if !keepsState {
                try database.execute(sql: "UPDATE job SET state = 'running' WHERE id = ?", arguments: [known])
            }
            return (known, differences)
        }
        let job = JobStore(store: self, id: id, name: plan.name)
        return BegunJob(
            job: job, lock: lock, warnings: try warnings(resuming: job, with: plan),
            guidedOtherwise: guidedOtherwise)
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
