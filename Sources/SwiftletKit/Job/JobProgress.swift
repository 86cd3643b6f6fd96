import Quantities
import Search
import Synchronization

/// What a running job has to say: phase, best so far, time left.
public struct JobProgress: Sendable {
    public let phase: String
    public let text: String

    public init(phase: String, text: String) {
        self.phase = phase
        self.text = text
    }
}

extension JobProgress {
    /// After one evaluation of the search.
    static func searching(_ step: SearchProgress, known: Int, begun: Double, best: String) -> JobProgress {
        let total = step.budget.maxEvaluations ?? step.evaluations
        let here = max(step.evaluations - known, 1)
        let perEvaluation = (step.budget.elapsed() - begun) / Double(here)
        let byCount = Double(total - step.evaluations) * perEvaluation
        let byTime = step.budget.maxSeconds.map { max($0 - step.budget.elapsed(), 0) } ?? .infinity
        let left = Human.duration(min(byCount, byTime))
        return JobProgress(
            phase: "search", text: "search  \(step.evaluations)/\(total)  \(best)  about \(left) left")
    }
}

/// The best accuracy among the evaluations so far.
final class BestSoFar: Sendable {
    private let best: Mutex<(accuracy: Double, failed: Int)>

    init(_ evaluations: [Evaluation]) {
        best = Mutex(
            (evaluations.compactMap(\.quality?.accuracy).max() ?? 0, evaluations.count { $0.quality == nil }))
    }

    func adding(_ evaluation: Evaluation) -> String {
        best.withLock { best in
            if let accuracy = evaluation.quality?.accuracy {
                best.accuracy = max(best.accuracy, accuracy)
            } else {
                best.failed += 1
            }
            let failures = best.failed == 0 ? "" : "  \(best.failed) failed"
            return "best \(Human.percent(best.accuracy))\(failures)"
        }
    }
}

/// How far the finalists have come.
final class FinishCounter: Sendable {
    private let total: Int
    private let state: Mutex<(done: Int, best: Double)>
    private let initial: Int
    private let start = ContinuousClock.now

    init(total: Int, done: Int) {
        self.total = total
        initial = done
        state = Mutex((done, 0))
    }

    func report(adding evaluation: Evaluation? = nil) -> JobProgress {
        let (done, best) = state.withLock { state in
            if let evaluation {
                state.done += 1
                state.best = max(state.best, evaluation.quality?.accuracy ?? 0)
            }
            return state
        }
        let here = done - initial
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let left =
            here == 0 ? "" : "  about \(Human.duration(seconds / Double(here) * Double(total - done))) left"
        let quality = best > 0 ? "  best \(Human.percent(best))" : ""
        return JobProgress(phase: "finish", text: "finalists  \(done)/\(total)\(quality)\(left)")
    }
}
