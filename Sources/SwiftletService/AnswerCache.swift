import Determinism
import Foundation
import Synchronization

/// Answers by what was asked, each with the hash of its content as its tag.
///
/// An answer is made anew when the state has changed, but at most so often that making it takes a fiftieth of the time; what takes
/// long is made beside, while those who ask get the answer of a moment ago. So, while a search writes, many who ask cost little more
/// than one, and none of them waits.
final class AnswerCache: Sendable {
    /// How old an answer may be, beside the time that it takes to make, while the state changes.
    private static let longest = Duration.seconds(3)
    /// An answer that takes no longer is waited for.
    private static let short = Duration.milliseconds(5)
    fileprivate static let mostBytes = 64 << 20

    fileprivate struct Known {
        let response: ServiceResponse
        let stamp: String
        let made: ContinuousClock.Instant
        let took: Duration

        /// Whether it is given without a look at whether something changed.
        func isFresh(at now: ContinuousClock.Instant) -> Bool { now < made + min(took * 50, longest) }

        /// Whether it may be given while a newer one is made.
        func isPassable(at now: ContinuousClock.Instant) -> Bool {
            took > short && now < made + longest + took
        }
    }

    fileprivate struct Kept {
        var size = 0
        var answers: [String: Known] = [:]
        /// One for each question that is being answered while somebody waits.
        var locks: [String: NSLock] = [:]
        /// Questions that are being answered anew beside.
        var renewed: Set<String> = []
        /// Grows with each change of our own: what was begun before it is not kept.
        var generation = 0
    }

    private enum Finding {
        case given(ServiceResponse)
        /// To be given, and made anew by whoever asked.
        case old(ServiceResponse)
        case missing
    }

    private let kept = Mutex(Kept())
    private let renewals: OperationQueue = {
        let queue = OperationQueue()
        queue.maxConcurrentOperationCount = 1
        return queue
    }()

    /// The answer to a question, made once a state however many ask.
    func answer(
        to question: String, at stamp: String, _ make: @escaping @Sendable () throws -> ServiceResponse
    ) throws -> ServiceResponse {
        switch find(question, stamp) {
        case .given(let response): return response
        case .old(let response):
            renewals.addOperation { self.renew(question, stamp, make) }
            return response
        case .missing: return try wait(for: question, stamp, make)
        }
    }

    /// Forgets all answers, after a change that the next one must show.
    func forget() {
        kept.withLock {
            $0.answers = [:]
            $0.size = 0
            $0.generation += 1
        }
    }

    // MARK: Looking up and making

    private func find(_ question: String, _ stamp: String) -> Finding {
        kept.withLock { kept in
            let now = ContinuousClock.now
            guard let known = kept.answers[question] else { return .missing }
            if known.stamp == stamp || known.isFresh(at: now) { return .given(known.response) }
            guard known.isPassable(at: now) else { return .missing }
            return kept.renewed.insert(question).inserted ? .old(known.response) : .given(known.response)
        }
    }

    /// Makes the answer, unless another one who asks does; then waits for that one.
    private func wait(
        for question: String, _ stamp: String, _ make: () throws -> ServiceResponse
    ) throws -> ServiceResponse {
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
        switch find(question, stamp) {
        case .given(let response): return response
        case .old, .missing:
            defer { kept.withLock { _ = $0.renewed.remove(question) } }
            return try made(question, stamp, make)
        }
    }

    private func renew(_ question: String, _ stamp: String, _ make: () throws -> ServiceResponse) {
        do {
            _ = try made(question, stamp, make)
        } catch {
            // Whoever asks next waits, and is told.
            kept.withLock { $0.remove(question) }
        }
        kept.withLock { _ = $0.renewed.remove(question) }
    }

    private func made(
        _ question: String, _ stamp: String, _ make: () throws -> ServiceResponse
    ) throws -> ServiceResponse {
        let (start, generation) = (ContinuousClock.now, kept.withLock(\.generation))
        var answer = try make()
        answer.headers["ETag"] = "\"\(SHA256.hex(answer.bytes).prefix(24))\""
        let now = ContinuousClock.now
        let known = Known(response: answer, stamp: stamp, made: now, took: start.duration(to: now))
        kept.withLock { kept in
            if kept.generation == generation { kept.keep(known, question) }
        }
        return answer
    }
}

extension AnswerCache.Kept {
    fileprivate mutating func keep(_ known: AnswerCache.Known, _ question: String) {
        remove(question)
        let count = known.response.bytes.count
        guard count <= AnswerCache.mostBytes else { return }
        if size + count > AnswerCache.mostBytes {
            answers = [:]
            size = 0
        }
        size += count
        answers[question] = known
    }

    fileprivate mutating func remove(_ question: String) {
        size -= answers.removeValue(forKey: question)?.response.bytes.count ?? 0
    }
}
