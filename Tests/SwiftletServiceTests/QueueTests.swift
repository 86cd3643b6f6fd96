import Foundation
import Reports
import SwiftletKit
import SwiftletService
import Testing

@Suite("Service: the queue")
struct QueueTests {
    /// Runs shell text in place of a search; `$0` is the job's name.
    private static func command(_ script: String) -> Workers.Command {
        Workers.Command(program: "/bin/sh") { ["-c", script, $0] }
    }

    private static func named(_ name: String) -> String {
        TestService.job.replacing("name: small", with: "name: \(name)")
    }

    private static func submit(_ name: String, to queue: JobQueue, priority: Int = 0, limit: Double? = nil)
        throws
    {
        _ = try queue.submit(
            SubmitRequest(text: named(name), folder: "/tmp", priority: priority, timeLimit: limit))
    }

    /// Waits until an entry is in a state, at most three minutes.
    private static func wait(_ queue: JobQueue, _ job: String, for state: String) async throws -> Bool {
        for _ in 0..<3600 {
            if try queue.entry(job).state == state { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    @Test("Jobs run by priority, then in the order in which they were handed in")
    func order() async throws {
        let test = try TestService()
        defer { test.end() }
        let queue = test.service.queue
        for (name, priority) in [("a", 0), ("b", 0), ("c", 5)] {
            try Self.submit(name, to: queue, priority: priority)
        }
        let log = "\(test.folder)/order"
        let workers = Workers(queue, command: Self.command("echo $0 >> \(log)"), width: 1)
        let running = Task { await workers.run() }
        #expect(try await Self.wait(queue, "b", for: "finished"))
        running.cancel()
        await running.value
        #expect(try String(contentsOfFile: log, encoding: .utf8) == "c\na\nb\n")
    }

    @Test("How a worker ends decides what becomes of its job, and its last line says why it failed")
    func ends() async throws {
        let test = try TestService()
        defer { test.end() }
        let queue = test.service.queue
        for name in ["fine", "infeasible", "wrong"] { try Self.submit(name, to: queue) }
        let script =
            "case $0 in fine) exit 0;; infeasible) exit 3;; *) echo 'swiftlet: no such data' >&2; exit 2;; esac"
        let workers = Workers(queue, command: Self.command(script), width: 2)
        let running = Task { await workers.run() }
        #expect(try await Self.wait(queue, "wrong", for: "failed"))
        #expect(try await Self.wait(queue, "infeasible", for: "finished"))
        running.cancel()
        await running.value
        #expect(try queue.entry("wrong").message == "swiftlet: no such data")
        #expect(try queue.entry("fine").state == "finished")
    }

    @Test("A worker that is killed is started again, but not for ever")
    func deaths() async throws {
        let test = try TestService()
        defer { test.end() }
        let queue = test.service.queue
        try Self.submit("dies", to: queue)
        let log = "\(test.folder)/deaths"
        let workers = Workers(queue, command: Self.command("echo x >> \(log); kill -9 $$"), width: 1)
        let running = Task { await workers.run() }
        #expect(try await Self.wait(queue, "dies", for: "failed"))
        running.cancel()
        await running.value
        #expect(try String(contentsOfFile: log, encoding: .utf8).count == 40)
    }

    @Test("A worker outlives the service that started it; the next service takes over and settles it")
    func restart() async throws {
        let test = try TestService()
        defer { test.end() }
        let queue = test.service.queue
        try Self.submit("long", to: queue)
        // What a service does up to the instant in which it is killed.
        let lock = try #require(try queue.lock("long"))
        #expect(try queue.take("long"))
        let worker = Process()
        worker.executableURL = URL(filePath: "/bin/sleep")
        worker.arguments = ["2"]
        worker.standardInput = FileHandle(fileDescriptor: lock.descriptor, closeOnDealloc: false)
        try worker.run()
        try queue.began("long", worker: worker.processIdentifier)
        let other = try JobQueue(database: test.database)
        withExtendedLifetime(lock) {}
        try other.lookAfter(except: [])
        #expect(try other.entry("long").state == "running")
        #expect(try other.next(workers: 5) == nil)
        worker.waitUntilExit()
    }

    @Test("An entry whose worker is gone waits again")
    func orphan() throws {
        let test = try TestService()
        defer { test.end() }
        let queue = test.service.queue
        try Self.submit("gone", to: queue)
        #expect(try queue.take("gone"))
        try queue.lookAfter(except: ["gone"])
        #expect(try queue.entry("gone").state == "running")
        try queue.lookAfter(except: [])
        #expect(try queue.entry("gone").state == "queued")
        #expect(try queue.next(workers: 1)?.job == "gone")
    }

    @Test("Pause, resume, cancel and a time limit stop the worker and leave the state that was asked for")
    func stopping() async throws {
        let test = try TestService()
        defer { test.end() }
        let queue = test.service.queue
        try Self.submit("paused", to: queue)
        try Self.submit("limited", to: queue, limit: 1)
        let script = "trap 'exit 130' TERM; while :; do sleep 0.1; done"
        let workers = Workers(queue, command: Self.command(script), width: 2)
        let running = Task { await workers.run() }
        #expect(try await Self.wait(queue, "paused", for: "running"))
        try await Task.sleep(for: .milliseconds(300))
        #expect(try queue.pause("paused").state == "paused")
        #expect(try await Self.wait(queue, "limited", for: "paused"))
        #expect(try queue.entry("limited").message?.contains("time limit") == true)
        #expect(try queue.resume("paused").state == "queued")
        #expect(try await Self.wait(queue, "paused", for: "running"))
        try await Task.sleep(for: .milliseconds(300))
        #expect(try queue.cancel("paused").state == "cancelled")
        running.cancel()
        await running.value
        // What a worker started may hold its lock a little longer.
        for _ in 0..<100 where queue.isWorkedOn("paused") || queue.isWorkedOn("limited") {
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(!queue.isWorkedOn("paused") && !queue.isWorkedOn("limited"))
        try queue.remove("paused")
        #expect(throws: (any Error).self) { try queue.entry("paused") }
    }

    @Test("A worker that does not hear that it should stop is killed")
    func deaf() async throws {
        let test = try TestService()
        defer { test.end() }
        let queue = test.service.queue
        try Self.submit("deaf", to: queue)
        let workers = Workers(
            queue, command: Self.command("trap '' TERM; while :; do sleep 0.1; done"), width: 1)
        let running = Task { await workers.run() }
        #expect(try await Self.wait(queue, "deaf", for: "running"))
        #expect(try queue.cancel("deaf").state == "cancelled")
        for _ in 0..<600 where queue.isWorkedOn("deaf") { try await Task.sleep(for: .milliseconds(50)) }
        #expect(!queue.isWorkedOn("deaf"))
        running.cancel()
        await running.value
        #expect(try queue.entry("deaf").state == "cancelled")
    }

    @Test("A service that ends leaves its jobs queued")
    func shutdown() async throws {
        let test = try TestService()
        defer { test.end() }
        let queue = test.service.queue
        try Self.submit("on", to: queue)
        let script = "trap 'exit 130' TERM; while :; do sleep 0.1; done"
        let workers = Workers(queue, command: Self.command(script), width: 1)
        let running = Task { await workers.run() }
        #expect(try await Self.wait(queue, "on", for: "running"))
        try await Task.sleep(for: .milliseconds(300))
        running.cancel()
        await running.value
        #expect(try queue.entry("on").state == "queued")
    }

    @Test(
        "A budget is changed in the job file, wherever it stands there",
        arguments: [
            "search: {strategy: nsga2, max_evaluations: 6, batch: 6, seed: 3}", "search: {seed: 3}",
            "search:\n  seed: 3", "search:\n  max_evaluations: 6  # few", "",
        ])
    func budget(search: String) throws {
        let test = try TestService()
        defer { test.end() }
        let queue = test.service.queue
        let line = "search: {strategy: nsga2, max_evaluations: 6, batch: 6, seed: 3}"
        let text = TestService.job.replacing(line, with: search)
        _ = try queue.submit(SubmitRequest(text: text, folder: "/tmp"))
        let changed = try queue.change("small", QueueChange(maxEvaluations: 24, maxTime: "20m"))
        #expect(changed.maxEvaluations == 24 && changed.maxTime == 1200)
        #expect(throws: (any Error).self) { try queue.change("small", QueueChange(maxTime: "soon")) }
    }

    @Test("A queued job runs from the text in the queue and equals one that was run from a file")
    func queuedSearch() async throws {
        let (queued, direct) = (try TestService(), try TestService())
        defer {
            queued.end()
            direct.end()
        }
        _ = try queued.service.queue.submit(SubmitRequest(text: TestService.job, folder: queued.folder))
        _ = try await search(
            SearchRequest(job: "small", threads: 2, database: queued.database, isQueued: true))
        try await direct.runJob()
        let histories = try [queued, direct].map {
            try Review(database: $0.database).history(of: "small").json
        }
        #expect(histories[0] == histories[1])
    }
}
