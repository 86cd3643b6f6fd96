import GRDB
import Quantities
import Search

extension JobStore {
    /// State, counts and hypervolume, without reading every score where the hypervolume is remembered.
    public func summary() throws -> JobSummary {
        let counts = try evaluationCounts()
        return JobSummary(
            name: name, state: try state(), evaluations: counts.proposed, seconds: try seconds(),
            hypervolume: try rememberedVolume(after: counts.all) ?? computedVolumes().mean)
    }

    /// Computes the hypervolume of each device and keeps it for later summaries; call it when the job's scores have changed.
    func rememberVolumes() throws {
        let (count, volumes) = (try evaluationCounts().all, try computedVolumes())
        try store.write { database in
            try forgetVolumes(in: database)
            for (device, volume) in volumes {
                try database.execute(
                    sql:
                        "INSERT INTO front_volume (job, device, evaluations, hypervolume) VALUES (?, ?, ?, ?)",
                    arguments: [id, device, count, volume])
            }
        }
    }

    /// Call it in the transaction that changes a score.
    func forgetVolumes(in database: Database) throws {
        try database.execute(sql: "DELETE FROM front_volume WHERE job = ?", arguments: [id])
    }

    private func evaluationCounts() throws -> (all: Int, proposed: Int) {
        try store.read { database in
            let row = try Row.fetchOne(
                database, sql: "SELECT count(*), count(proposal) FROM evaluation WHERE job = ?",
                arguments: [id])
            return (row?[0] ?? 0, row?[1] ?? 0)
        }
    }

    /// The mean over the devices; nil where it is not remembered, or not for so many evaluations.
    private func rememberedVolume(after evaluations: Int) throws -> Double? {
        try store.read { database in
            // A database that is only read keeps the form in which it was written.
            guard try database.tableExists("front_volume") else { return nil }
            let devices = try Int.fetchOne(
                database, sql: "SELECT count(*) FROM target WHERE job = ? AND is_shown = 1", arguments: [id])
            let volumes = try Double.fetchAll(
                database,
                sql: """
                    SELECT v.hypervolume FROM target AS t JOIN front_volume AS v
                        ON v.job = t.job AND v.device = t.device AND v.evaluations = ?
                    WHERE t.job = ? AND t.is_shown = 1 ORDER BY t.position
                    """, arguments: [evaluations, id])
            return volumes.count == devices ? volumes.mean : nil
        }
    }

    /// Of each device, all at the most trusted fidelity that the job has.
    private func computedVolumes() throws -> [(device: String, hypervolume: Double)] {
        let targets = try targets()
        let fidelity = try targets.compactMap { try bestFidelity(on: $0.device) }.max()
        return try targets.map { target in
            let evaluations = try evaluations(outlinedOn: target.device, at: fidelity ?? .inherited)
            return (target.device, target.hypervolume(of: evaluations))
        }
    }
}

extension [(device: String, hypervolume: Double)] {
    fileprivate var mean: Double { map(\.hypervolume).mean }
}

extension [Double] {
    /// Zero where there are none.
    fileprivate var mean: Double { isEmpty ? 0 : reduce(0, +) / Double(count) }
}
