import GRDB
import Quantities
import Search

extension JobPlan {
    /// Begins the job.
    func insert(into database: Database) throws -> Int64 {
        try database.execute(
            sql: """
                INSERT INTO job (name, state, guide_hash, metric, kernel_set, openblas_version, begun_at)
                VALUES (?, 'running', ?, ?, ?, ?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
                """,
            arguments: [name, identity, metric, kernelSet, openBLASVersion])
        let job = database.lastInsertedRowID
        try insertGuide(into: database, job: job)
        return job
    }

    private func insertGuide(into database: Database, job: Int64) throws {
        for (key, value) in guide.sorted(by: { $0.key < $1.key }) {
            try database.execute(sql: "INSERT INTO guide VALUES (?, ?, ?)", arguments: [job, key, value])
        }
        try file.insert(into: database, job: job, role: .guide)
        try file.insert(into: database, job: job, role: .current)
        try insertLimits(into: database, job: job)
        try JobPlan.insert(schedule: schedule ?? [:], into: database, job: job)
        for (position, target) in targets.enumerated() {
            let profile = try keepProfile(of: target.device, in: database)
            try target.insert(
                into: database, job: job, position: position,
                content: TargetContent(profile: profile, guideProfile: profile, isShown: true))
        }
    }

    /// Continues a job, and says what answers are read under now that differs from what guides its search.
    func resume(_ job: Int64, in database: Database) throws -> [PlanDifference] {
        let recorded = try JobPlan.guide(of: job, in: database)
        let differences = self.differences(from: recorded)
        let fixed = differences.filter { !JobPlan.isRead($0) }
        let isOpen = try Bool.fetchOne(
            database, sql: "SELECT is_open FROM job WHERE id = ?", arguments: [job])
        if !differences.isEmpty, isOpen == true {
            try beginAnew(job, in: database)
            return []
        }
        guard recorded["version"] == guide["version"] else { throw StoreError.otherGuideVersion(job: name) }
        guard fixed.isEmpty else { throw StoreError.planChanged(job: name, keys: fixed) }
        let before = try ShownPlan(of: job, in: database)
        try file.insert(into: database, job: job, role: .current)
        try insertLimits(into: database, job: job)
        if let schedule { try JobPlan.insert(schedule: schedule, into: database, job: job) }
        try showTargets(of: job, in: database)
        if try ShownPlan(of: job, in: database) != before {
            try JobStore.forgetVolumes(of: job, in: database)
        }
        return differences
    }

    static func guide(of job: Int64, in database: Database) throws -> [String: String] {
        try texts(of: "guide", job, in: database)
    }

    /// Keys and values of a table that keeps them for a job.
    static func texts(of table: String, _ job: Int64, in database: Database) throws -> [String: String] {
        let rows = try Row.fetchAll(
            database, sql: "SELECT key, value FROM \(table) WHERE job = ?", arguments: [job])
        return try Dictionary(
            rows.map { row in
                let fields = Fields(row, of: table)
                return (try fields.text("key"), try fields.text("value"))
            }
        ) { first, _ in first }
    }

    /// Keeps the lengths of a job, in place of those that were kept before.
    static func insert(schedule: [String: String], into database: Database, job: Int64) throws {
        try database.execute(sql: "DELETE FROM schedule WHERE job = ?", arguments: [job])
        for (key, value) in schedule.sorted(by: { $0.key < $1.key }) {
            try database.execute(
                sql: "INSERT INTO schedule (job, key, value) VALUES (?, ?, ?)", arguments: [job, key, value])
        }
    }

    func differences(from recorded: [String: String]) -> [PlanDifference] {
        Set(recorded.keys).union(guide.keys).filter { recorded[$0] != guide[$0] }.sorted().map {
            PlanDifference(key: $0, recorded: recorded[$0], requested: guide[$0])
        }
    }

    /// Drops what the job found under another guide; accuracies that its copies know come back by their keys.
    private func beginAnew(_ job: Int64, in database: Database) throws {
        for table in [
            "evaluation", "finalist", "artefact", "host_timing", "host_machine", "device_measurement",
            "target", "guide", "job_file", "front_volume", "front_member", "schedule",
        ] {
            try database.execute(sql: "DELETE FROM \(table) WHERE job = ?", arguments: [job])
        }
        try database.execute(
            sql: """
                UPDATE job SET guide_hash = ?, metric = ?, kernel_set = ?, openblas_version = ?, seconds = 0, is_open = 0
                WHERE id = ?
                """, arguments: [identity, metric, kernelSet, openBLASVersion, job])
        try insertGuide(into: database, job: job)
    }

    /// Replaces the limits that answers are read under.
    private func insertLimits(into database: Database, job: Int64) throws {
        try database.execute(sql: "DELETE FROM job_limit WHERE job = ?", arguments: [job])
        for (position, limit) in limits.enumerated() {
            try limit.insert(into: database, job: job, position: position)
        }
    }

    /// Shows the plan's devices in their order, then those that joined the job otherwise; devices that guided the search and
    /// are not named any more stay for that.
    private func showTargets(of job: Int64, in database: Database) throws {
        let known = try StoredTarget.all(of: job, in: database)
        try database.execute(sql: "DELETE FROM target WHERE job = ?", arguments: [job])
        for (position, target) in targets.enumerated() {
            let before = known.first { $0.target.device == target.device }
            try target.insert(
                into: database, job: job, position: position,
                content: TargetContent(
                    profile: try keepProfile(of: target.device, in: database),
                    guideProfile: before?.content.guideProfile, isShown: true))
        }
        let others = known.filter { known in !targets.contains { $0.device == known.target.device } }
        for (index, other) in others.enumerated() {
            var content = other.content
            content.isShown = content.isShown && content.guideProfile == nil
            try other.target.insert(
                into: database, job: job, position: targets.count + index, content: content)
        }
    }

    /// The hash of a device's profile, kept; empty where the device has none.
    private func keepProfile(of device: String, in database: Database) throws -> String {
        guard let profile = profiles[device] else { return "" }
        try profile.insert(into: database)
        return profile.hash
    }
}

/// Which scores of a device are shown, and which guide the search.
struct TargetContent: Hashable {
    var profile: String
    /// Nil where the device joined later.
    var guideProfile: String?
    var isShown: Bool
}

/// What a job's evaluations are read under.
private struct ShownPlan: Hashable {
    private let limits: [Constraint]?
    private let targets: [StoredTarget]

    init(of job: Int64, in database: Database) throws {
        let isKept = try JobText.fetch(.current, of: job, in: database) != nil
        limits = isKept ? try Constraint.all(of: job, in: database) : nil
        targets = try StoredTarget.all(of: job, in: database)
    }
}

/// A target as it is kept.
struct StoredTarget: Hashable {
    let target: Target
    let content: TargetContent

    static func all(of job: Int64, in database: Database) throws -> [StoredTarget] {
        let rows = try Row.fetchAll(
            database, sql: "SELECT * FROM target WHERE job = ? ORDER BY position", arguments: [job])
        return try rows.map { row in
            let fields = Fields(row, of: "target")
            let device = try fields.text("device")
            return StoredTarget(
                target: Target(
                    device: device, objectives: try Objective.all(of: job, on: device, in: database),
                    guidesSearch: try fields.count("guides_search") == 1),
                content: TargetContent(
                    profile: try fields.text("profile"),
                    guideProfile: try fields.optionalText("guide_profile"),
                    isShown: try fields.count("is_shown") == 1))
        }
    }
}

extension Objective {
    static func all(of job: Int64, on device: String, in database: Database) throws -> [Objective] {
        try Row.fetchAll(
            database, sql: "SELECT * FROM objective WHERE job = ? AND device = ? ORDER BY position",
            arguments: [job, device]
        ).map { row in
            let fields = Fields(row, of: "objective")
            return Objective(
                try fields.value("metric"), ideal: try fields.number("ideal", in: .finite),
                nadir: try fields.number("nadir", in: .finite))
        }
    }
}

extension Target {
    func insert(into database: Database, job: Int64, position: Int, content: TargetContent) throws {
        try database.execute(
            sql: """
                INSERT INTO target (job, position, device, guides_search, profile, guide_profile, is_shown)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                job, position, device, guidesSearch ? 1 : 0, content.profile, content.guideProfile,
                content.isShown ? 1 : 0,
            ])
        for (axis, objective) in objectives.enumerated() {
            try database.execute(
                sql:
                    "INSERT INTO objective (job, device, position, metric, ideal, nadir) VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [job, device, axis, objective.metric.rawValue, objective.ideal, objective.nadir])
        }
    }
}

extension Constraint {
    func insert(into database: Database, job: Int64, position: Int) throws {
        let (bound, value) =
            switch bound {
            case .atMost(let value): ("at_most", value)
            case .atLeast(let value): ("at_least", value)
            }
        try database.execute(
            sql: """
                INSERT INTO job_limit (job, position, device, metric, bound, value, confidence)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """, arguments: [job, position, device, metric.rawValue, bound, value, confidence])
    }

    static func all(of job: Int64, in database: Database) throws -> [Constraint] {
        try Row.fetchAll(
            database, sql: "SELECT * FROM job_limit WHERE job = ? ORDER BY position", arguments: [job]
        ).map { row in
            let fields = Fields(row, of: "job_limit")
            let value = try fields.number("value")
            return try Constraint(
                device: try fields.optionalText("device"), try fields.value("metric"),
                try fields.text("bound") == "at_most" ? .atMost(value) : .atLeast(value),
                confidence: try fields.optionalNumber("confidence"))
        }
    }
}

extension JobText {
    enum Role: String { case guide, current }

    /// Keeps the file, in place of an older one of that role.
    func insert(into database: Database, job: Int64, role: Role) throws {
        try database.execute(
            sql:
                "INSERT OR REPLACE INTO job_file (job, role, file, text, data, seed) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [job, role.rawValue, file, text, data, seed])
    }

    static func fetch(_ role: Role, of job: Int64, in database: Database) throws -> JobText? {
        try Row.fetchOne(
            database, sql: "SELECT * FROM job_file WHERE job = ? AND role = ?",
            arguments: [job, role.rawValue]
        ).map { row in
            let fields = Fields(row, of: "job_file")
            return JobText(
                file: try fields.text("file"), text: try fields.text("text"),
                data: try fields.optionalText("data"), seed: try fields.optionalCount("seed"))
        }
    }
}

extension ProfileContent {
    func insert(into database: Database) throws {
        try database.execute(
            sql: "INSERT OR IGNORE INTO profile (hash, device, yaml, fallback) VALUES (?, ?, ?, ?)",
            arguments: [hash, device, yaml, fallback])
    }

    init(_ row: Row) throws {
        let fields = Fields(row, of: "profile")
        self.init(
            hash: try fields.text("hash"), device: try fields.text("device"), yaml: try fields.text("yaml"),
            fallback: try fields.optionalText("fallback"))
    }
}
