import GRDB
import Quantities
import Search

extension JobStore {
    /// After how many proposals a search remembers its fronts, so that summaries read few scores.
    static let volumeInterval = 1024

    /// State, counts and hypervolume, without reading every score.
    public func summary() throws -> JobSummary {
        let counts = try evaluationCounts()
        return JobSummary(
            name: name, state: try state(), evaluations: counts.proposed, seconds: try seconds(),
            hypervolume: try rememberedVolume(after: counts.all) ?? volumes().map(\.hypervolume).mean)
    }

    /// Computes front and hypervolume of each device and keeps them for later summaries; call it when the job's scores have changed.
    func rememberVolumes() throws {
        let (count, last) = (try evaluationCounts().all, try lastEvaluation())
        let volumes = try volumes()
        try store.write { database in
            try JobStore.forgetVolumes(of: id, in: database)
            for volume in volumes {
                try volume.insert(into: database, job: id, evaluations: count, last: last)
            }
        }
    }

    /// Call it in the transaction that changes a score, or what scores are read under.
    static func forgetVolumes(of job: Int64, in database: Database) throws {
        for table in ["front_volume", "front_member"] {
            try database.execute(sql: "DELETE FROM \(table) WHERE job = ?", arguments: [job])
        }
    }

    private func evaluationCounts() throws -> (all: Int, proposed: Int) {
        try store.read { database in
            let row = try Row.fetchOne(
                database, sql: "SELECT count(*), count(proposal) FROM evaluation WHERE job = ?",
                arguments: [id])
            return (row?[0] ?? 0, row?[1] ?? 0)
        }
    }

    /// The row that was recorded last; 0 before the first.
    private func lastEvaluation() throws -> Int64 {
        try store.read {
            try Int64.fetchOne($0, sql: "SELECT max(id) FROM evaluation WHERE job = ?", arguments: [id]) ?? 0
        }
    }

    /// The mean over the devices; nil where it is not remembered, or not for so many evaluations.
    private func rememberedVolume(after evaluations: Int) throws -> Double? {
        try store.read { database in
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
    private func volumes() throws -> [DeviceVolume] {
        let targets = try targets()
        let fidelity = try targets.compactMap { try bestFidelity(on: $0.device) }.max() ?? .inherited
        return try targets.map { target in
            let outlines = try contenders(on: target.device, at: fidelity)
            let front = target.frontIndices(of: outlines).map { outlines[$0] }
            return DeviceVolume(
                device: target.device, fidelity: fidelity, members: front.map(\.place),
                hypervolume: target.hypervolume(ofFeasible: front))
        }
    }

    /// Outlines among which the whole front is: the front that was remembered and what came later, else all.
    private func contenders(on device: String, at fidelity: Fidelity) throws -> [Outline] {
        let last = try store.read {
            try Int64.fetchOne(
                $0,
                sql: """
                    SELECT last_evaluation FROM front_volume WHERE job = ? AND device = ? AND fidelity = ?
                    """, arguments: [id, device, fidelity.rawValue])
        }
        if let last {
            let answer = try outlines(of: device, OutlineRows(fidelity: fidelity, beyond: last))
            // A longer training replaces a shorter one, and what that one dominated comes back.
            if !answer.hasSeveralLengths { return answer.outlines }
        }
        return try outlines(of: device, OutlineRows(fidelity: fidelity)).outlines
    }
}

/// A device's front and its hypervolume.
private struct DeviceVolume {
    let device: String
    let fidelity: Fidelity
    /// Rows of evaluations.
    let members: [Int64]
    let hypervolume: Double

    func insert(into database: Database, job: Int64, evaluations: Int, last: Int64) throws {
        try database.execute(
            sql: """
                INSERT INTO front_volume (job, device, evaluations, hypervolume, fidelity, last_evaluation)
                VALUES (?, ?, ?, ?, ?, ?)
                """, arguments: [job, device, evaluations, hypervolume, fidelity.rawValue, last])
        for member in members {
            try database.execute(
                sql: "INSERT INTO front_member (job, device, evaluation) VALUES (?, ?, ?)",
                arguments: [job, device, member])
        }
    }
}

extension [Double] {
    /// Zero where there are none.
    fileprivate var mean: Double { isEmpty ? 0 : reduce(0, +) / Double(count) }
}
