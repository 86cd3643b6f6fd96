import GRDB
import Quantities
import Search

/// Everything the database knows of one job, to be added to another database.
struct JobContents {
    let plan: JobPlan
    private let summary: JobSummary
    private let evaluations: [Evaluation]
    private let finalists: [(device: String, candidates: [String])]
    private let hostTimings: [HostTiming]
    private let hostMachines: [HostMachine]
    private let measurements: [DeviceMeasurement]
    private let artefacts: [Artefact]

    init(of job: JobStore) throws {
        let environment = try job.environment()
        let targets = try job.targets()
        plan = try JobPlan(
            name: job.name, document: try job.planDocument(), keys: try job.planKeys(),
            metric: try job.metric(),
            targets: targets, kernelSet: environment.kernelSet, openBLASVersion: environment.openBLASVersion)
        summary = try job.summary()
        evaluations = try job.predictedEvaluations()
        finalists = try targets.map { ($0.device, try job.finalists(on: $0.device).sorted()) }
        hostTimings = try job.hostTimings()
        hostMachines = try job.hostMachines()
        measurements = try job.measurements()
        artefacts = try job.artefacts()
    }

    /// Adds what is missing there.
    func add(to database: Database) throws {
        let job: Int64
        if let known = try JobStore.id(of: plan.name, in: database) {
            try ExperimentStore.requireSamePlan(plan, as: known, in: database)
            job = known
        } else {
            job = try plan.insert(into: database)
            try database.execute(
                sql: "UPDATE job SET state = ?, seconds = ? WHERE id = ?",
                arguments: [
                    (summary.state == .running ? .interrupted : summary.state).rawValue, summary.seconds, job,
                ])
        }
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

extension JobStore {
    func planKeys() throws -> [String: String] {
        try store.read { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT key, value FROM plan_key WHERE job = ?", arguments: [id])
            return try Dictionary(
                rows.map { row in
                    let fields = Fields(row, of: "plan_key")
                    return (try fields.text("key"), try fields.text("value"))
                }
            ) { first, _ in first }
        }
    }
}
