import GRDB
import Quantities
public import Search

extension JobStore {
    /// Keeps which candidates are trained to the end for a device, the most wanted first; those that were kept
    /// before follow, for they are trained.
    ///
    /// The candidates must have been recorded.
    public func keepFinalists(_ candidates: [String], on device: String) throws {
        try store.write { database in
            let earlier = try String.fetchAll(
                database,
                sql:
                    "SELECT candidate FROM finalist WHERE job = ? AND device = ? ORDER BY position, candidate",
                arguments: [id, device])
            try database.execute(
                sql: "DELETE FROM finalist WHERE job = ? AND device = ?", arguments: [id, device])
            let all = candidates + earlier.filter { !candidates.contains($0) }
            for (position, candidate) in all.enumerated() {
                try database.execute(
                    sql:
                        "INSERT OR IGNORE INTO finalist (job, device, candidate, position) VALUES (?, ?, ?, ?)",
                    arguments: [id, device, candidate, position])
            }
        }
    }

    /// Adds a candidate to those trained to the end for a device, behind the others; once.
    public func addFinalist(_ candidate: String, on device: String) throws {
        try store.write {
            try $0.execute(
                sql: """
                    INSERT OR IGNORE INTO finalist (job, device, candidate, position)
                    SELECT ?1, ?2, ?3, coalesce(max(position) + 1, 0) FROM finalist WHERE job = ?1 AND device = ?2
                    """, arguments: [id, device, candidate])
        }
    }

    /// The first candidate that was trained to the end; nil where none was.
    public func firstFinished() throws -> String? {
        try store.read {
            try String.fetchOne(
                $0,
                sql: """
                    SELECT candidate FROM evaluation WHERE job = ? AND fidelity = 'final' AND status = 'ok'
                    ORDER BY proposal IS NULL, proposal, id LIMIT 1
                    """, arguments: [id])
        }
    }

    /// The candidates trained to the end for a device; for any device where none is named.
    public func finalists(on device: String? = nil) throws -> Set<String> {
        try store.read {
            try String.fetchSet(
                $0, sql: "SELECT candidate FROM finalist WHERE job = ?1 AND (?2 IS NULL OR device = ?2)",
                arguments: [id, device])
        }
    }

    /// Shows a device on a profile: its target, and one score an evaluation (nil = none), in one transaction.
    ///
    /// Scores on other profiles of that name stay.
    public func rescore(_ target: Target, on profile: ProfileContent, score: (Evaluation) throws -> Score?)
        throws
    {
        try store.write { database in
            try profile.insert(into: database)
            let known = try StoredTarget.all(of: id, in: database)
            let index = known.firstIndex { $0.target.device == target.device }
            try database.execute(
                sql: "DELETE FROM target WHERE job = ? AND device = ?", arguments: [id, target.device])
            try target.insert(
                into: database, job: id, position: index ?? known.count,
                content: TargetContent(
                    profile: profile.hash,
                    guideProfile: index.flatMap { known[$0].content.guideProfile }, isShown: true))
            for evaluation in try Evaluation.fetch(database, job: id, view: .shown) {
                guard let score = try score(evaluation) else { continue }
                try replace(score, of: evaluation, in: database)
            }
        }
        try rememberVolumes()
    }

    /// The candidates that were trained from a second seed, whatever came of it.
    public func trainedTwice() throws -> Set<String> {
        try store.read {
            try String.fetchSet(
                $0, sql: "SELECT candidate FROM evaluation WHERE job = ? AND fidelity = 'final' AND rung = ?",
                arguments: [id, FinalTraining.second])
        }
    }

    /// Replaces one score, such as by a measurement made later.
    public func replaceScore(_ score: Score, of evaluation: Evaluation) throws {
        try store.write { try replace(score, of: evaluation, in: $0) }
    }

    /// The score joins those of its profile: its own, else the one that is shown.
    func replace(_ score: Score, of evaluation: Evaluation, in database: Database) throws {
        let row = try Int64.fetchOne(
            database,
            sql: "SELECT id FROM evaluation WHERE job = ? AND candidate = ? AND fidelity = ? AND rung = ?",
            arguments: [id, evaluation.candidate, evaluation.fidelity.rawValue, evaluation.rung])
        guard let row else { throw StoreError.unknownCandidate(evaluation.candidate, job: name) }
        try JobStore.forgetVolumes(of: id, in: database)
        let shown = try String.fetchOne(
            database, sql: "SELECT profile FROM target WHERE job = ? AND device = ?",
            arguments: [id, score.device])
        let profile = score.profile ?? shown ?? ""
        try database.execute(
            sql: "DELETE FROM score WHERE evaluation = ? AND device = ? AND profile = ?",
            arguments: [row, score.device, profile])
        try score.insert(into: database, evaluation: row, profile: profile)
    }
}
