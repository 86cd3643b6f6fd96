import Quantities

/// How each of several jobs ended that were run one after another.
public struct SearchBatchAnswer: Answer, Hashable {
    /// In the order in which they were run.
    public var jobs: [Run]

    /// The runs of a batch.
    public init(jobs: [Run]) { self.jobs = jobs }

    /// How one job of a batch ended.
    public struct Run: Codable, Hashable, Sendable {
        /// What became of a job.
        public enum Outcome: String, Codable, Hashable, Sendable {
            /// Some device has a feasible model.
            case done
            /// No device has a feasible model.
            case infeasible
            /// The job file or its data are wrong.
            case invalid
            /// Something else stood in the way.
            case failed
        }

        /// As it was named: a job by name, or a path.
        public var job: String
        /// What became of it.
        public var outcome: Outcome
        /// Evaluations of the search; nil where the job did not begin.
        public var evaluations: Int?
        /// Wall-clock time over all runs of the job; nil where it did not begin.
        public var seconds: Double?
        /// Mean over the devices, in [0, 1]; nil where the job did not begin.
        public var hypervolume: Double?
        /// One sentence where it went wrong.
        public var reason: String?

        /// A job's end.
        public init(
            job: String, outcome: Outcome, evaluations: Int? = nil, seconds: Double? = nil,
            hypervolume: Double? = nil, reason: String? = nil
        ) {
            self.job = job
            self.outcome = outcome
            self.evaluations = evaluations
            self.seconds = seconds
            self.hypervolume = hypervolume
            self.reason = reason
        }
    }

    /// One row a job.
    public var csv: CSVRows {
        get throws {
            try CSVRows(["job", "outcome", "evaluations", "seconds", "hypervolume", "reason"], of: jobs)
        }
    }

    /// One line a job, then why some went wrong.
    public func table(_ style: TableStyle) throws -> String {
        let table = try FittedTable([
            FittedTable.Column("job", .left, rank: 0, cells: jobs.map(\.job), foldsTo: 24),
            FittedTable.Column("outcome", .left, rank: 0, cells: jobs.map(\.outcome.rawValue)),
            FittedTable.Column(
                "evaluations", .right, rank: 1, cells: jobs.map { $0.evaluations.map(String.init) ?? "–" }),
            FittedTable.Column(
                "time", .right, rank: 3, cells: jobs.map { $0.seconds.map { Human.duration($0) } ?? "–" }),
            FittedTable.Column(
                "hypervolume", .right, rank: 2, cells: jobs.map { Human.number($0.hypervolume) }),
        ]).text(style)
        let reasons = jobs.compactMap { run in run.reason.map { "\(run.job): \($0)\n" } }
        return table + (reasons.isEmpty ? "" : "\n" + reasons.joined())
    }
}
