import GRDB
public import Search

extension JobStore {
    /// The job file as it was read last; nil for jobs of earlier versions, which kept it in their folder.
    public func file() throws -> JobText? {
        try store.read { try JobText.fetch(.current, of: id, in: $0) }
    }

    /// The job file that guides the search, and everything of it that decides the result.
    public func guide() throws -> (file: JobText?, keys: [String: String]) {
        try store.read { database in
            (try JobText.fetch(.guide, of: id, in: database), try JobPlan.guide(of: id, in: database))
        }
    }

    /// Lengths that were chosen when the job began, by the keys of the job file; none for jobs of earlier versions.
    public func schedule() throws -> [String: String] {
        try store.read { database in
            // A database that is only read keeps the form in which it was written.
            guard try database.tableExists("schedule") else { return [:] }
            return try JobPlan.texts(of: "schedule", id, in: database)
        }
    }

    /// Keeps the lengths of the job, in place of those that were kept before.
    public func keep(schedule: [String: String]) throws {
        try store.write { try JobPlan.insert(schedule: schedule, into: $0, job: id) }
    }

    /// What answers are read under; nil for jobs of earlier versions, whose scores were judged when they were recorded.
    public func limits() throws -> [Constraint]? {
        try store.read { database in
            guard try JobText.fetch(.current, of: id, in: database) != nil else { return nil }
            return try Constraint.all(of: id, in: database)
        }
    }

    /// A profile that something was priced on, by its content; nil where it was not kept.
    public func profile(_ hash: String) throws -> ProfileContent? {
        try store.read { database in
            try Row.fetchOne(database, sql: "SELECT * FROM profile WHERE hash = ?", arguments: [hash]).map {
                try ProfileContent($0)
            }
        }
    }

    /// What is to be known of the scores that are shown of a device.
    ///
    /// On which profile they are, where others are kept or guided the search. Empty for the ordinary case.
    public func notes(on device: String) throws -> [String] {
        try store.read { database in
            guard
                let content = try StoredTarget.all(of: id, in: database).first(where: {
                    $0.target.device == device
                })?.content
            else { return [] }
            let kept = try contentCount(of: device, content, in: database)
            var notes: [String] = []
            if kept > 1 {
                notes.append(
                    "scores on \(kept) contents of the profile of \(device) are kept; shown are those on \(content.profile.prefix(8))"
                )
            }
            switch content.guideProfile {
            case nil: notes.append("\(device) joined the job later: it did not guide the search")
            case content.profile: break
            case let guide?:
                notes.append("the search was guided by another content of it, \(guide.prefix(8))")
            }
            return notes
        }
    }

    /// On how many contents of a device's profile the job has scores; where only one was ever kept, no score is read.
    private func contentCount(of device: String, _ content: TargetContent, in database: Database) throws
        -> Int
    {
        let kept = try Int.fetchOne(
            database, sql: "SELECT count(*) FROM profile WHERE device = ?", arguments: [device])
        // Scores of earlier versions belong to a content that was not kept.
        let isKnown = !content.profile.isEmpty && content.guideProfile != ""
        if isKnown, let kept, kept < 2 { return 1 }
        return try Int.fetchOne(
            database,
            sql: """
                SELECT count(DISTINCT profile) FROM score JOIN evaluation ON evaluation.id = score.evaluation
                WHERE job = ? AND device = ?
                """, arguments: [id, device]) ?? 0
    }

    /// The profile whose scores of a device are shown; nil where it was not kept.
    public func shownProfile(of device: String) throws -> ProfileContent? {
        let hash = try store.read { database in
            try StoredTarget.all(of: id, in: database).first { $0.target.device == device }?.content.profile
        }
        return try hash.flatMap { try profile($0) }
    }

    /// Devices whose scores on the profile that is shown are not those that guide the search.
    public func devicesToPrice() throws -> [String] {
        try store.read { database in
            try StoredTarget.all(of: id, in: database).filter {
                $0.content.isShown && $0.content.guideProfile != $0.content.profile
            }.map(\.target.device)
        }
    }

    /// Adds the scores that evaluations lack on the profile of a device that is shown, in one transaction.
    public func completeScores(on device: String, score: (Evaluation) throws -> Score?) throws {
        try store.write { database in
            for evaluation in try Evaluation.fetch(database, job: id, view: .shown)
            where evaluation.score(on: device) == nil {
                guard let score = try score(evaluation) else { continue }
                try replace(score, of: evaluation, in: database)
            }
        }
    }
}
