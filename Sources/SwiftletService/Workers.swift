import Foundation
import Reports
public import SwiftletKit

/// Runs queued jobs, each in a process of its own: a crash of one loses nothing of the others, nor does one of the service.
public actor Workers {
    /// The program that runs a job, and what it is told.
    public struct Command: Sendable {
        /// The program's path.
        public let program: String
        /// Its arguments for a job.
        public let arguments: @Sendable (String) -> [String]

        /// A program for workers.
        public init(program: String, arguments: @escaping @Sendable (String) -> [String]) {
            self.program = program
            self.arguments = arguments
        }

        /// This program, with an equal share of the cores for each worker.
        public static func search(database: String, workers: Int) -> Command {
            let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path(
                percentEncoded: false)
            let threads = max(1, ProcessInfo.processInfo.activeProcessorCount / max(1, workers))
            return Command(program: program) {
                ["search", $0, "--queued", "--db", database, "--threads", "\(threads)", "--format", "json"]
            }
        }
    }

    private let queue: JobQueue
    private let command: Command
    private let width: Int
    private var own: [String: Process] = [:]
    /// Since when workers are asked to stop.
    private var stopping: [String: ContinuousClock.Instant] = [:]
    /// What was wrong the last time, told once.
    private var trouble: String?
    private let report: @Sendable (String) -> Void

    /// - Parameters:
    ///   - width: how many jobs run at once.
    ///   - report: is told in a sentence what goes wrong with the queue itself.
    public init(
        _ queue: JobQueue, command: Command, width: Int,
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.queue = queue
        self.command = command
        self.width = width
        self.report = report
    }

    /// Runs jobs until the task is cancelled; then asks workers to stop, and waits for them up to ten seconds.
    ///
    /// What they were at stays queued and goes on with the next service on the database.
    public func run() async {
        while !Task.isCancelled {
            step()
            try? await Task.sleep(for: .milliseconds(300))
        }
        for _ in 0..<100 where !own.isEmpty {
            try? queue.interruptWorkers()
            killDeaf()
            // The task is cancelled already, so that its own sleep would not wait.
            await Task.detached { try? await Task.sleep(for: .milliseconds(100)) }.value
        }
    }

    /// Settles what ended and starts what waits.
    private func step() {
        do {
            try queue.lookAfter(except: Set(own.keys))
            killDeaf()
            while let work = try queue.next(workers: width) {
                guard try start(work) else { break }
            }
            trouble = nil
        } catch {
            if trouble != error.words { report("queue: \(error.words)") }
            trouble = error.words
        }
    }

    /// Kills workers that were asked to stop and did not within five seconds: what they recorded is kept.
    private func killDeaf() {
        for (job, process) in own where (try? queue.entry(job))?.state != "running" {
            let asked = stopping[job] ?? .now
            stopping[job] = asked
            if asked.duration(to: .now) > .seconds(5) { kill(process.processIdentifier, SIGKILL) }
        }
    }

    /// False where another service took the entry, or the end of an earlier run was not heard of yet.
    private func start(_ work: QueuedWork) throws -> Bool {
        guard own[work.job] == nil, let lock = try queue.lock(work.job), try queue.take(work.job) else {
            return false
        }
        _ = FileManager.default.createFile(atPath: work.logPath, contents: nil)
        let log = FileHandle(forWritingAtPath: work.logPath) ?? .nullDevice
        defer { try? log.close() }
        let process = Process()
        process.executableURL = URL(filePath: command.program)
        process.arguments = command.arguments(work.job)
        process.standardInput = FileHandle(fileDescriptor: lock.descriptor, closeOnDealloc: false)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = log
        process.terminationHandler = { [weak self] process in
            let end: WorkerEnd =
                process.terminationReason == .exit ? .exited(process.terminationStatus) : .killed
            Task { await self?.ended(work.job, end) }
        }
        own[work.job] = process
        do {
            try Workers.runHearing(process)
        } catch {
            own[work.job] = nil
            try queue.ended(work.job, .exited(1))
            throw error
        }
        try queue.began(work.job, worker: process.processIdentifier)
        withExtendedLifetime(lock) {}
        return true
    }

    /// Starts a process that hears signals: it inherits what the calling thread blocks, and threads of a pool block them all.
    private static func runHearing(_ process: Process) throws {
        var heard = sigset_t(), before = sigset_t()
        sigemptyset(&heard)
        sigaddset(&heard, SIGTERM)
        sigaddset(&heard, SIGINT)
        pthread_sigmask(SIG_UNBLOCK, &heard, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try process.run()
    }

    private func ended(_ job: String, _ end: WorkerEnd) {
        own[job] = nil
        stopping[job] = nil
        do {
            try queue.ended(job, end)
        } catch {
            report("queue: \(error.words)")
        }
    }
}
