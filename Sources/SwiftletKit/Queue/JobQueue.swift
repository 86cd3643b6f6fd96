import Archives
import ExperimentStore
import Foundation
import Jobs
public import Reports

/// A job file to be run by a worker of the service.
public struct SubmitRequest: Sendable {
    /// The job file's text.
    public var text: String
    /// The folder that relative paths in it are relative to.
    public var folder: String
    /// Larger ones run first; from −1000 to 1000.
    public var priority: Int
    /// Seconds of one run; nil for none.
    public var timeLimit: Double?

    /// A job file.
    public init(text: String, folder: String, priority: Int = 0, timeLimit: Double? = nil) {
        self.text = text
        self.folder = folder
        self.priority = priority
        self.timeLimit = timeLimit
    }
}

/// What of a queued job may change.
public struct QueueChange: Sendable {
    /// Larger ones run first; nil leaves it.
    public var priority: Int?
    /// Seconds of one run; nil leaves it.
    public var timeLimit: Double?
    /// Most evaluations of the search; nil leaves it.
    public var maxEvaluations: Int?
    /// Such as `20m`, for the whole job; nil leaves it.
    public var maxTime: String?

    /// A change.
    public init(
        priority: Int? = nil, timeLimit: Double? = nil, maxEvaluations: Int? = nil, maxTime: String? = nil
    ) {
        self.priority = priority
        self.timeLimit = timeLimit
        self.maxEvaluations = maxEvaluations
        self.maxTime = maxTime
    }
}

/// The job files of one database that wait for a worker, run, or ran.
///
/// A worker is a process `swiftlet search --queued JOB`; it holds a lock as long as it lives, so that whoever looks at the queue
/// after a crash sees which entries are still being worked on.
public struct JobQueue: Sendable {
    let store: ExperimentStore

    /// Opens the queue of a database; makes the database where there is none.
    public init(database: String) throws {
        store = try ExperimentStore(writing: database)
        do {
            try DurableFile.makeFolder(store.queueFolder)
        } catch {
            throw KitError.notWritten(path: store.queueFolder, reason: "\(error)")
        }
    }

    /// Every entry: larger priorities first, then in the order in which they were handed in.
    public func entries() throws -> QueueAnswer { QueueAnswer(entries: try store.queue().map(answer)) }

    /// The entry of a job.
    public func entry(_ job: String) throws -> QueueEntryAnswer { answer(try store.queueEntry(job)) }

    /// Reads a job file and puts it behind the others; a job whose entry waits or runs is refused.
    public func submit(_ request: SubmitRequest) throws -> QueueEntryAnswer {
        try check(priority: request.priority, timeLimit: request.timeLimit)
        let job = try ResolvedJob(JobFile(parsing: request.text, file: "\(request.folder)/job.yaml"))
        return answer(
            try store.enqueue(
                QueueSubmission(
                    job: job.name, file: "\(request.folder)/\(job.name).yaml", text: request.text,
                    priority: request.priority, timeLimit: request.timeLimit)))
    }

    /// The same for a job that ships with Swiftlet.
    public func submit(
        shipped name: String, priority: Int = 0, timeLimit: Double? = nil
    ) throws -> QueueEntryAnswer {
        guard !name.contains("/"), !name.hasSuffix(".yaml"), !name.hasSuffix(".yml") else {
            throw KitError.refused("'\(name.prefix(100))' is no name of a shipped job")
        }
        try check(priority: priority, timeLimit: timeLimit)
        let source = try JobSource(named: name)
        let job = try source.resolved()
        return answer(
            try store.enqueue(
                QueueSubmission(
                    job: job.name, file: source.text.file, text: source.text.text, priority: priority,
                    timeLimit: timeLimit)))
    }

    /// Changes priority, time limit or budget; a new budget holds from the next run on.
    public func change(_ job: String, _ change: QueueChange) throws -> QueueEntryAnswer {
        try check(priority: change.priority ?? 0, timeLimit: change.timeLimit)
        return answer(
            try store.changeQueueEntry(job) { entry in
                if let priority = change.priority { entry.priority = priority }
                if let timeLimit = change.timeLimit { entry.timeLimit = timeLimit }
                var text = entry.text
                if let count = change.maxEvaluations {
                    text = text.setting("max_evaluations", to: "\(count)")
                }
                if let time = change.maxTime { text = text.setting("max_time", to: time) }
                guard text != entry.text else { return }
                let changed = try ResolvedJob(JobFile(parsing: text, file: entry.file))
                guard change.maxEvaluations.map({ $0 == changed.search.maxEvaluations }) ?? true else {
                    throw KitError.refused(
                        "the budget could not be changed in the job file; hand in a new one")
                }
                entry.text = text
            })
    }

    /// Stops a job so that it goes on where it was when it is resumed.
    public func pause(_ job: String) throws -> QueueEntryAnswer {
        answer(try stop(job, leaving: .paused, from: [.queued, .running]))
    }

    /// Stops a job for good; what it found is kept.
    public func cancel(_ job: String) throws -> QueueEntryAnswer {
        answer(try stop(job, leaving: .cancelled, from: [.queued, .running, .paused]))
    }

    /// Queues a job again that was stopped or ended; it goes on where it was.
    public func resume(_ job: String) throws -> QueueEntryAnswer {
        answer(
            try store.changeQueueEntry(job) { entry in
                guard entry.state != .queued, entry.state != .running else {
                    throw StoreError.isQueued(job: job)
                }
                entry.state = .queued
                entry.message = nil
                entry.deaths = 0
            })
    }

    /// Forgets an entry; one that is being worked on is refused.
    public func remove(_ job: String) throws {
        guard !isWorkedOn(job) else { throw StoreError.jobIsRunning(job) }
        try store.removeQueueEntry(job)
        for file in [lockPath(of: job), logPath(of: job)] {
            try? FileManager.default.removeItem(atPath: file)
        }
    }

    private func stop(
        _ job: String, leaving state: QueueEntry.State, from allowed: Set<QueueEntry.State>
    ) throws -> QueueEntry {
        let entry = try store.changeQueueEntry(job) { entry in
            guard allowed.contains(entry.state) else {
                throw KitError.refused("job '\(job)' is \(entry.state.rawValue)")
            }
            entry.state = state
            entry.message = nil
        }
        if let worker = entry.worker, isWorkedOn(job) { kill(pid_t(worker), SIGTERM) }
        return entry
    }

    private func check(priority: Int, timeLimit: Double?) throws {
        try KitError.require(priority, in: -1000...1000, name: "priority")
        if let timeLimit, !(1...1e9).contains(timeLimit) {
            throw KitError.secondsOutOfRange(allowed: 1...1e9, got: timeLimit)
        }
    }

    private func answer(_ entry: QueueEntry) -> QueueEntryAnswer {
        let rules = try? ResolvedJob(JobFile(parsing: entry.text, file: entry.file)).search
        return QueueEntryAnswer(
            job: entry.job, state: entry.state.rawValue, priority: entry.priority, timeLimit: entry.timeLimit,
            maxEvaluations: rules?.maxEvaluations, maxTime: rules?.maxSeconds,
            progress: entry.state == .queued ? nil : lastLine(of: entry.job), message: entry.message,
            submittedAt: entry.submittedAt, startedAt: entry.startedAt)
    }
}

extension ExperimentStore {
    /// The file of a queued job, as its worker reads it.
    func queuedSource(_ job: String) throws -> JobSource {
        let entry = try queueEntry(job)
        return JobSource(JobText(file: entry.file, text: entry.text, data: nil, seed: nil))
    }
}

extension String {
    /// A job file whose search has this value under a key: in its place, or as a new entry.
    fileprivate func setting(_ key: String, to value: String) -> String {
        var lines = split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let known = try? Regex("\\b\(key):\\s*[^,}\\s#]+")
        if let known, let place = lines.firstIndex(where: { $0.contains(known) }) {
            lines[place] = lines[place].replacing(known, with: "\(key): \(value)")
        } else if let place = lines.firstIndex(where: { $0.hasPrefix("search:") }) {
            if let brace = lines[place].firstIndex(of: "{") {
                let rest = lines[place][lines[place].index(after: brace)...]
                let isEmpty = rest.drop { $0 == " " }.hasPrefix("}")
                lines[place].insert(
                    contentsOf: "\(key): \(value)\(isEmpty ? "" : ", ")",
                    at: lines[place].index(after: brace))
            } else {
                lines.insert("  \(key): \(value)", at: place + 1)
            }
        } else {
            lines.append("search: {\(key): \(value)}")
        }
        return lines.joined(separator: "\n")
    }
}
