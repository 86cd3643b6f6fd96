import Search
import Synchronization

/// What a running job reports, for whoever shows it.
package enum JobEvent: Sendable {
    /// Something suspicious that does not stop the job, in one sentence.
    case warning(String)
    /// What the job is going to do, in one sentence.
    case planned(String)
    /// Network `network` of `count` is timed on this computer before the search begins.
    case timingHost(network: Int, count: Int)
    /// Network `network` of `count` is timed by a device's runner before the search begins, or of those that are timed again.
    case timingByRunner(device: String, network: Int, count: Int, isAgain: Bool)
    /// The super-network has taken so many of its steps.
    case sharing(step: Int, of: Int, secondsLeft: Double?)
    /// An evaluation of the search is done.
    case searching(SearchedSoFar)
    /// A finalist is done, or the first of them begins.
    case finishing(FinishedSoFar)
    /// A finalist is trained from a second seed, because noise decides between it and another one.
    case trainingAgain(candidate: String)
    /// A finalist is timed on this computer.
    case measuring(candidate: String)
    /// A finalist is timed by a device's runner.
    case measuringByRunner(candidate: String, device: String)
}

/// How far a search has come.
package struct SearchedSoFar: Sendable {
    package let evaluations, total: Int
    /// The best quality so far; nil where there is none.
    package let best: Double?
    package let failed: Int
    package let secondsLeft: Double
}

/// How far the finalists have come.
package struct FinishedSoFar: Sendable {
    package let done, total: Int
    /// The best quality of those finished in this run; nil where there is none.
    package let best: Double?
    /// Nil until the first of this run is done.
    package let secondsLeft: Double?
}

/// The best quality among the evaluations so far, and how many failed.
final class BestSoFar: Sendable {
    private let best: Mutex<(quality: Double?, failed: Int)>

    init(_ evaluations: [Evaluation]) {
        best = Mutex(
            (evaluations.compactMap(\.quality?.accuracy).max(), evaluations.count { $0.quality == nil }))
    }

    /// After one more evaluation of a search that had `known` of them when it went on, `begun` seconds into this run.
    func after(_ step: SearchProgress, known: Int, begun: Double) -> SearchedSoFar {
        let (quality, failed) = adding(step.evaluation)
        let total = step.budget.maxEvaluations ?? step.evaluations
        let here = max(step.evaluations - known, 1)
        let perEvaluation = (step.budget.elapsed() - begun) / Double(here)
        let byCount = Double(total - step.evaluations) * perEvaluation
        let byTime = step.budget.maxSeconds.map { max($0 - step.budget.elapsed(), 0) } ?? .infinity
        return SearchedSoFar(
            evaluations: step.evaluations, total: total, best: quality, failed: failed,
            secondsLeft: min(byCount, byTime))
    }

    private func adding(_ evaluation: Evaluation) -> (quality: Double?, failed: Int) {
        best.withLock { best in
            if let accuracy = evaluation.quality?.accuracy {
                best.quality = max(best.quality ?? accuracy, accuracy)
            } else {
                best.failed += 1
            }
            return best
        }
    }
}

/// Counts finalists as they are done.
final class FinishCounter: Sendable {
    private let total: Int
    private let state: Mutex<(done: Int, best: Double?)>
    private let initial: Int
    private let start = ContinuousClock.now

    init(total: Int, done: Int) {
        self.total = total
        initial = done
        state = Mutex((done, nil))
    }

    func report(adding evaluation: Evaluation? = nil) -> FinishedSoFar {
        let (done, best) = state.withLock { state in
            if let evaluation {
                state.done += 1
                state.best = [state.best, evaluation.quality?.accuracy].compactMap(\.self).max()
            }
            return state
        }
        let here = done - initial
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        return FinishedSoFar(
            done: done, total: total, best: best,
            secondsLeft: here == 0 ? nil : seconds / Double(here) * Double(total - done))
    }
}
