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

/// Answers by what was asked, each with the hash of its content as its tag.
///
/// An answer is made anew when the state has changed, but at most so often that making it takes a twentieth of the time: while a
/// search writes, many who ask cost little more than one.
final class AnswerCache: Sendable {
    private struct Known {
        let response: ServiceResponse
        let stamp: String
        /// Until then it is given whatever the state.
        let end: ContinuousClock.Instant
    }

    private struct Kept {
        var size = 0
        var answers: [String: Known] = [:]
        /// One for each question that is being answered.
        var locks: [String: NSLock] = [:]
    }

    private static let mostBytes = 64 << 20
    private static let longest = Duration.seconds(3)
    private let kept = Mutex(Kept())

    /// The answer to a question, made once a state however many ask.
    func answer(
        to question: String, at stamp: String, _ make: () throws -> ServiceResponse
    ) throws -> ServiceResponse {
        if let known = known(question, stamp) { return known }
        let lock = kept.withLock { kept in
            let lock = kept.locks[question] ?? NSLock()
            kept.locks[question] = lock
            return lock
        }
        lock.lock()
        defer {
            lock.unlock()
            kept.withLock { _ = $0.locks.removeValue(forKey: question) }
        }
        if let known = known(question, stamp) { return known }
        let start = ContinuousClock.now
        var answer = try make()
        answer.headers["ETag"] = "\"\(SHA256.hex(answer.bytes).prefix(24))\""
        let took = start.duration(to: .now)
        keep(Known(response: answer, stamp: stamp, end: .now + min(took * 20, Self.longest)), question)
        return answer
    }

    /// Forgets all answers, after a change that the next one must show.
    func forget() {
        kept.withLock {
            $0.answers = [:]
            $0.size = 0
        }
    }

    private func known(_ question: String, _ stamp: String) -> ServiceResponse? {
        kept.withLock { kept in
            guard let known = kept.answers[question], known.stamp == stamp || known.end > .now else {
                return nil
            }
            return known.response
        }
    }

    private func keep(_ known: Known, _ question: String) {
        kept.withLock { kept in
            let before = kept.answers.removeValue(forKey: question)
            kept.size -= before?.response.bytes.count ?? 0
            if kept.size + known.response.bytes.count > Self.mostBytes {
                kept.answers = [:]
                kept.size = 0
            }
            guard known.response.bytes.count <= Self.mostBytes else { return }
            kept.size += known.response.bytes.count
            kept.answers[question] = known
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
