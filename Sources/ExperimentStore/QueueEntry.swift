/// A job file that was handed in to be run.
public struct QueueEntry: Hashable, Sendable {
    /// How far an entry is.
    public enum State: String, CaseIterable, Hashable, Sendable {
        /// Waits for a worker.
        case queued
        /// A worker runs it.
        case running
        /// Stopped on request or by its time limit; goes on where it was when it is queued again.
        case paused
        /// Stopped on request, not to go on.
        case cancelled
        /// Ran to its end.
        case finished
        /// Ended with an error that running it again would not mend.
        case failed
    }

    /// The job's name.
    public let job: String
    /// In the order in which entries were handed in, from 1.
    public let position: Int
    /// Whose folder relative paths of the text are relative to.
    public let file: String
    /// The job file.
    public var text: String
    /// Larger ones run first.
    public var priority: Int
    /// Seconds of one run; nil for none.
    public var timeLimit: Double?
    /// How far it is.
    public var state: State
    /// Why it is in that state, where that needs a sentence.
    public var message: String?
    /// In UTC, such as `2026-11-30T06:26:05Z`.
    public let submittedAt: String
    /// When the present or last run began; nil before the first.
    public var startedAt: String?
    /// The process of the present or last run.
    public var worker: Int?
    /// How many workers died in a row without an evaluation between them.
    public var deaths: Int
    /// Evaluations of the job at the last death.
    public var evaluations: Int
}

/// What is handed in.
public struct QueueSubmission: Hashable, Sendable {
    /// The job's name.
    public let job: String
    /// Whose folder relative paths of the text are relative to.
    public let file: String
    /// The job file.
    public let text: String
    /// Larger ones run first.
    public let priority: Int
    /// Seconds of one run; nil for none.
    public let timeLimit: Double?

    /// A job file to be run.
    public init(job: String, file: String, text: String, priority: Int, timeLimit: Double?) {
        self.job = job
        self.file = file
        self.text = text
        self.priority = priority
        self.timeLimit = timeLimit
    }
}
