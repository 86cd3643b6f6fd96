import ExperimentStore
import Foundation

/// An entry that a worker should take now.
public struct QueuedWork: Hashable, Sendable {
    /// The job's name.
    public let job: String
    /// Receives what the worker writes.
    public let logPath: String
}

/// Says that a worker runs an entry, as long as any process holds the descriptor.
///
/// Give it to the worker as its standard input: so it is held as long as the worker lives, whatever becomes of the process that
/// started it.
public final class WorkerLock: Sendable {
    /// Open for reading; closed when the lock is let go.
    public let descriptor: Int32

    /// Nil where a process holds the lock already.
    fileprivate init?(_ path: String) throws {
        descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw KitError.notWritten(path: path, reason: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
    }

    deinit { close(descriptor) }
}

/// How a worker ended.
public enum WorkerEnd: Hashable, Sendable {
    /// By itself, with a status.
    case exited(Int32)
    /// By a signal.
    case killed
    /// Nobody knows: the server that started it is gone.
    case unknown
}

extension JobQueue {
    /// What should run next, until so many run; none where enough do.
    public func next(workers: Int) throws -> QueuedWork? {
        let entries = try store.queue()
        let running = entries.count { isWorkedOn($0.job) }
        guard running < workers,
            let entry = entries.first(where: { $0.state == .queued && !isWorkedOn($0.job) })
        else { return nil }
        return QueuedWork(job: entry.job, logPath: logPath(of: entry.job))
    }

    /// The lock for a worker; nil where another one has it.
    public func lock(_ job: String) throws -> WorkerLock? { try WorkerLock(lockPath(of: job)) }

    /// Takes an entry that waits; false where it no longer does.
    public func take(_ job: String) throws -> Bool {
        var isTaken = false
        _ = try store.changeQueueEntry(job) { entry in
            guard entry.state == .queued else { return }
            isTaken = true
            entry.state = .running
            entry.message = nil
            entry.worker = nil
            entry.startedAt = Date().formatted(.iso8601)
        }
        return isTaken
    }

    /// Records the process that runs a taken entry; one that was stopped meanwhile is asked to end.
    public func began(_ job: String, worker: Int32) throws {
        let entry = try store.changeQueueEntry(job) { $0.worker = Int(worker) }
        if entry.state != .running { kill(pid_t(worker), SIGTERM) }
    }

    /// Records that the worker of an entry is gone; one that died is queued again.
    public func ended(_ job: String, _ end: WorkerEnd) throws {
        let evaluations = (try? store.job(named: job).proposalCount()) ?? 0
        let state = try? store.job(named: job).state()
        let last = lastLine(of: job)
        _ = try store.changeQueueEntry(job) { entry in
            guard entry.state == .running else { return }
            entry.worker = nil
            switch end {
            case .exited(0): (entry.state, entry.message) = (.finished, nil)
            case .exited(3): (entry.state, entry.message) = (.finished, "no device has a feasible model")
            case .exited(130): (entry.state, entry.message) = (.queued, nil)
            case .exited: (entry.state, entry.message) = (.failed, last)
            case .killed, .unknown: entry.settle(state, evaluations: evaluations, isKilled: end == .killed)
            }
        }
    }

    /// Stops runs that took longer than they may or should not go on, and settles entries whose workers are gone without anybody
    /// having seen them go.
    ///
    /// - Parameter own: jobs whose workers the caller watches itself.
    public func lookAfter(except own: Set<String>) throws {
        for entry in try store.queue() {
            guard entry.state == .running else {
                // A worker that has just begun may not hear it the first time.
                if let worker = entry.worker, isWorkedOn(entry.job) { kill(pid_t(worker), SIGTERM) }
                continue
            }
            guard isWorkedOn(entry.job) else {
                if !own.contains(entry.job) { try ended(entry.job, .unknown) }
                continue
            }
            guard let limit = entry.timeLimit, let worker = entry.worker, let begun = entry.startedAt,
                let start = try? Date(begun, strategy: .iso8601), -start.timeIntervalSinceNow > limit
            else { continue }
            _ = try store.changeQueueEntry(entry.job) { entry in
                guard entry.state == .running else { return }
                entry.state = .paused
                entry.message = "stopped after its time limit of \(Int(limit)) s; resume it to go on"
            }
            kill(pid_t(worker), SIGTERM)
        }
    }

    /// Asks every worker to stop; their jobs go on when the service starts again.
    public func interruptWorkers() throws {
        for entry in try store.queue() where entry.state == .running && isWorkedOn(entry.job) {
            if let worker = entry.worker { kill(pid_t(worker), SIGTERM) }
        }
    }

    /// Whether a worker runs an entry.
    public func isWorkedOn(_ job: String) -> Bool {
        let descriptor = open(lockPath(of: job), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }

    func lockPath(of job: String) -> String { "\(store.queueFolder)/\(job).lock" }
    func logPath(of job: String) -> String { "\(store.queueFolder)/\(job).log" }

    /// The last whole line that a worker wrote.
    func lastLine(of job: String) -> String? {
        guard let file = FileHandle(forReadingAtPath: logPath(of: job)) else { return nil }
        defer { try? file.close() }
        guard let end = try? file.seekToEnd() else { return nil }
        try? file.seek(toOffset: end > 4096 ? end - 4096 : 0)
        let text = String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
        return text.split(separator: "\n").last { !$0.allSatisfy(\.isWhitespace) }.map {
            String($0.prefix(500))
        }
    }
}

/// Deaths in a row, without an evaluation between them, after which a job is not tried again.
private let mostDeaths = 20

extension QueueEntry {
    /// What becomes of an entry whose worker did not say how it ended.
    ///
    /// - Parameter state: the job's; nil where it never began.
    fileprivate mutating func settle(_ state: JobState?, evaluations now: Int, isKilled: Bool) {
        switch state {
        case .finished?: (self.state, message) = (.finished, nil)
        case .infeasible?: (self.state, message) = (.finished, "no device has a feasible model")
        case .failed?, .running?, .interrupted?, nil:
            deaths = now > evaluations || !isKilled ? 0 : deaths + 1
            evaluations = now
            self.state = .queued
            if deaths >= mostDeaths {
                (self.state, message) = (
                    .failed, "its worker died \(deaths) times without an evaluation between"
                )
            }
        }
    }
}
