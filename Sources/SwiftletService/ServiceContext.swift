import Determinism
import Foundation
import Reports
import SwiftletKit
import Synchronization

/// What answers are made from: the database's review, its queue, and answers that were made already.
///
/// Everything here may wait for the disk; call it from `Offload` only.
final class ServiceContext: Sendable {
    let database: String
    let queue: JobQueue
    /// What relative paths of job files that are handed in are relative to.
    let workingFolder = FileManager.default.currentDirectoryPath
    let answers = AnswerCache()
    private let idle = Mutex<[Review]>([])
    private let watch: Watch

    init(database: String) throws {
        self.database = database
        queue = try JobQueue(database: database)
        watch = Watch(try Review(database: database))
    }

    /// Answers with one of a few connections, so that a long answer holds up no other.
    func withReview<Value>(_ body: (Review) throws -> Value) throws -> Value {
        let review = try idle.withLock { $0.popLast() } ?? Review(database: database)
        defer { idle.withLock { if $0.count < 4 { $0.append(review) } } }
        return try body(review)
    }

    /// A text that changes when an answer may have changed; up to a fifth of a second late.
    func stamp() throws -> String { try watch.stamp() }

    /// Lets the next request look again, after a change of our own.
    func changed() {
        watch.forget()
        answers.forget()
    }

    /// Jobs and queue as one JSON text, for pages that watch.
    func state() throws -> String {
        try watch.state {
            let jobs = try withReview { try $0.jobs() }
            let entries = try queue.entries()
            return try ServiceState(jobs: jobs.jobs, queue: entries.entries).packed
        }
    }
}

/// What pages that watch are told.
struct ServiceState: Codable {
    let jobs: [JobAnswer]
    let queue: [QueueEntryAnswer]

    /// As JSON on one line, which server-sent events need.
    var packed: String { get throws { try JSONValue(encoding: self).compactText } }
}

/// Remembers for a moment what the database's state is, so that many who ask cost little more than one.
private final class Watch: Sendable {
    private struct Seen {
        var stamp: (text: String, at: ContinuousClock.Instant)?
        var state: (text: String, until: ContinuousClock.Instant)?
    }

    private let review: Review
    private let seen = Mutex(Seen())
    /// Tells stamps of this process from those of another one.
    private let birth = UUID().uuidString.prefix(8).lowercased()

    init(_ review: Review) { self.review = review }

    func stamp() throws -> String {
        try seen.withLock { seen in
            if let stamp = seen.stamp, stamp.at.duration(to: .now) < .milliseconds(200) { return stamp.text }
            let text = "\(birth).\(try review.stamp())"
            seen.stamp = (text, .now)
            return text
        }
    }

    /// Made anew at most so often that it takes a fifth of the time.
    func state(_ make: () throws -> String) throws -> String {
        try seen.withLock { seen in
            if let state = seen.state, state.until > .now { return state.text }
            let start = ContinuousClock.now
            let text = try make()
            seen.state = (text, .now + max(.milliseconds(300), start.duration(to: .now) * 5))
            return text
        }
    }

    func forget() {
        seen.withLock {
            $0.stamp = nil
            $0.state = nil
        }
    }
}

/// Runs what may wait on threads of its own, so that connections are served meanwhile.
struct Offload: Sendable {
    private let threads: OperationQueue

    init(width: Int) {
        threads = OperationQueue()
        threads.maxConcurrentOperationCount = width
    }

    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            threads.addOperation { continuation.resume(with: Result { try body() }) }
        }
    }
}
