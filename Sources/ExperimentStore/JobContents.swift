import GRDB
import Quantities
import Search

/// Everything the database knows of one job, to be added to another database.
struct JobContents {
    let plan: JobPlan
    private let current: JobText?
    private let targets: [StoredTarget]
    private let profiles: [ProfileContent]
    private let summary: JobSummary
    private let evaluations: [Evaluation]
    private let finalists: [(device: String, candidates: [String])]
    private let hostTimings: [HostTiming]
    private let hostMachines: [HostMachine]
    private let measurements: [DeviceMeasurement]
    private let artefacts: [Artefact]

    init(of job: JobStore) throws {
        let environment = try job.environment()
        let known = try job.storedTargets()
        let guide = try job.guide()
        targets = known
        plan = try JobPlan(
            name: job.name, guide: guide.keys, file: guide.file ?? JobText(file: "", text: ""),
            metric: try job.metric(), targets: known.map(\.target), limits: try job.limits() ?? [],
            schedule: try job.schedule(), kernelSet: environment.kernelSet,
            openBLASVersion: environment.openBLASVersion)
        current = try job.file()
        profiles = try job.profiles(
            Set(known.flatMap { [$0.content.profile, $0.content.guideProfile ?? ""] }))
        summary = try job.summary()
        evaluations = try job.everyEvaluation()
        finalists = try targets.map { ($0.target.device, try job.finalists(on: $0.target.device).sorted()) }
        hostTimings = try job.hostTimings()
        hostMachines = try job.hostMachines()
        measurements = try job.measurements()
        artefacts = try job.artefacts()
    }

    /// Adds what is missing there, under the job's own name or another one.
    func add(to database: Database, as name: String? = nil) throws {
        let job: Int64
        if let known = try JobStore.id(of: name ?? plan.name, in: database) {
            let recorded = try JobPlan.guide(of: known, in: database)
            let differences = plan.differences(from: recorded)
            guard differences.isEmpty else { throw StoreError.planChanged(job: plan.name, keys: differences) }
            job = known
        } else {
            job = try insertJob(into: database, name: name ?? plan.name)
        }
        for profile in profiles { try profile.insert(into: database) }
        for evaluation in evaluations {
            do {
                try evaluation.insert(into: database, job: job)
            } catch is TrialStoreError {
                continue  // known here already
            }
        }
        for (device, candidates) in finalists {
            for (position, candidate) in candidates.enumerated() {
                try database.execute(
                    sql:
                        "INSERT OR IGNORE INTO finalist (job, device, candidate, position) VALUES (?, ?, ?, ?)",
                    arguments: [job, device, candidate, position])
            }
        }
        for timing in hostTimings { try timing.insert(into: database, job: job) }
        for machine in hostMachines { try machine.insert(into: database, job: job) }
        for measurement in measurements { try measurement.insert(into: database, job: job, replaces: false) }
        for artefact in artefacts {
            try database.execute(
                sql:
                    "INSERT OR IGNORE INTO artefact (job, path, kind, candidate, sha256) VALUES (?, ?, ?, ?, ?)",
                arguments: [job, artefact.path, artefact.kind, artefact.candidate, artefact.sha256])
        }
    }
}

extension JobContents {
    private func insertJob(into database: Database, name: String) throws -> Int64 {
        let state: JobState = summary.state == .running ? .interrupted : summary.state
        try database.execute(
            sql: """
                INSERT INTO job (name, state, guide_hash, metric, kernel_set, openblas_version, begun_at, seconds)
                VALUES (?, ?, ?, ?, ?, ?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), ?)
                """,
            arguments: [
                name, state.rawValue, plan.identity, plan.metric, plan.kernelSet, plan.openBLASVersion,
                summary.seconds,
            ])
        let job = database.lastInsertedRowID
        for (key, value) in plan.guide.sorted(by: { $0.key < $1.key }) {
            try database.execute(sql: "INSERT INTO guide VALUES (?, ?, ?)", arguments: [job, key, value])
        }
        if let current {
            try plan.file.insert(into: database, job: job, role: .guide)
            try current.insert(into: database, job: job, role: .current)
        }
        try JobPlan.insert(schedule: plan.schedule ?? [:], into: database, job: job)
        for (position, limit) in plan.limits.enumerated() {
            try limit.insert(into: database, job: job, position: position)
        }
        for (position, known) in targets.enumerated() {
            try known.target.insert(into: database, job: job, position: position, content: known.content)
        }
        return job
    }
}

extension JobStore {
    fileprivate func storedTargets() throws -> [StoredTarget] {
        try store.read { try StoredTarget.all(of: id, in: $0) }
    }

    /// Every evaluation with its scores on every profile, as they were recorded.
    fileprivate func everyEvaluation() throws -> [Evaluation] {
        try store.read { try Evaluation.fetch($0, job: id, view: .everything) }
    }

    fileprivate func profiles(_ hashes: Set<String>) throws -> [ProfileContent] {
        try hashes.sorted().compactMap { try profile($0) }
    }
}
