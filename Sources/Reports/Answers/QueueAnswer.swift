import Quantities

/// The job files that were handed in to be run: what the service's queue answers.
public struct QueueAnswer: Answer, Hashable {
    /// Larger priorities first, then in the order in which they were handed in.
    public var entries: [QueueEntryAnswer]

    /// A queue.
    public init(entries: [QueueEntryAnswer]) { self.entries = entries }
}

/// One job file that was handed in.
public struct QueueEntryAnswer: Codable, Hashable, Sendable {
    /// The job's name.
    public var job: String
    /// `queued`, `running`, `paused`, `cancelled`, `finished` or `failed`.
    public var state: String
    /// Larger ones run first.
    public var priority: Int
    /// Seconds that one run may take; nil for no limit.
    public var timeLimit: Double?
    /// Most evaluations of the search.
    public var maxEvaluations: Int?
    /// Seconds of the whole job, as its file says; nil for no limit.
    public var maxTime: Double?
    /// The last line that its worker wrote; nil before the first.
    public var progress: String?
    /// Why it is in that state, where that needs a sentence.
    public var message: String?
    /// In UTC, such as `2026-11-30T06:26:05Z`.
    public var submittedAt: String
    /// When the present or last run began; nil before the first.
    public var startedAt: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case job, state, priority
        case timeLimit = "time_limit_s"
        case maxEvaluations = "max_evaluations"
        case maxTime = "max_time_s"
        case progress, message
        case submittedAt = "submitted_at"
        case startedAt = "started_at"
    }

    /// An entry of the queue.
    public init(
        job: String, state: String, priority: Int, timeLimit: Double?, maxEvaluations: Int?, maxTime: Double?,
        progress: String?, message: String?, submittedAt: String, startedAt: String?
    ) {
        self.job = job
        self.state = state
        self.priority = priority
        self.timeLimit = timeLimit
        self.maxEvaluations = maxEvaluations
        self.maxTime = maxTime
        self.progress = progress
        self.message = message
        self.submittedAt = submittedAt
        self.startedAt = startedAt
    }
}

extension QueueAnswer {
    /// One row an entry.
    public var csv: CSVRows {
        get throws { try CSVRows(QueueEntryAnswer.CodingKeys.allCases.map(\.rawValue), of: entries) }
    }

    /// One line an entry.
    public func table(_ style: TableStyle) throws -> String {
        guard !entries.isEmpty else { return "nothing was handed in yet\n" }
        return try FittedTable([
            FittedTable.Column("job", .left, rank: 0, cells: entries.map(\.job), foldsTo: 16),
            FittedTable.Column("state", .left, rank: 0, cells: entries.map(\.state)),
            FittedTable.Column("priority", .right, rank: 1, cells: entries.map { "\($0.priority)" }),
            FittedTable.Column(
                "progress", .left, rank: 2, cells: entries.map { $0.message ?? $0.progress ?? "" },
                foldsTo: 24),
        ]).text(style)
    }
}
