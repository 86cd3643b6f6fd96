import Quantities

/// Every job of a database: what `jobs` answers.
public struct JobsAnswer: Answer, Hashable {
    /// In the order in which they were begun.
    public var jobs: [JobAnswer]

    /// A list of jobs.
    public init(jobs: [JobAnswer]) { self.jobs = jobs }
}

/// How far a job has come.
public struct JobAnswer: Codable, Hashable, Sendable {
    /// The job's name.
    public var name: String
    /// `running`, `interrupted`, `finished`, `infeasible` or `failed`.
    public var state: String
    /// Evaluations of the search so far.
    public var evaluations: Int
    /// Wall-clock time over all runs.
    public var seconds: Double
    /// Mean over the devices, each at the most trusted fidelity that it has; in [0, 1].
    public var hypervolume: Double

    /// A job's state.
    public init(name: String, state: String, evaluations: Int, seconds: Double, hypervolume: Double) {
        self.name = name
        self.state = state
        self.evaluations = evaluations
        self.seconds = seconds
        self.hypervolume = hypervolume
    }
}

extension JobsAnswer {
    /// One row a job.
    public var csv: CSVRows {
        get throws { try CSVRows(["name", "state", "evaluations", "seconds", "hypervolume"], of: jobs) }
    }

    /// One line a job.
    public func table(_ style: TableStyle) throws -> String {
        guard !jobs.isEmpty else { return "no jobs yet\n" }
        return try FittedTable([
            FittedTable.Column("job", .left, rank: 0, cells: jobs.map(\.name), foldsTo: 16),
            FittedTable.Column("state", .left, rank: 0, cells: jobs.map(\.state)),
            FittedTable.Column("evaluations", .right, rank: 1, cells: jobs.map { "\($0.evaluations)" }),
            FittedTable.Column("time", .right, rank: 3, cells: jobs.map { Human.duration($0.seconds) }),
            FittedTable.Column(
                "hypervolume", .right, rank: 2, cells: jobs.map { Human.number($0.hypervolume) }),
        ]).text(style)
    }
}
