import Candidates
import ExperimentStore
import Quantities
import Search
import SearchSpaces

extension Finish {
    /// Trains the finalists between which noise decides a pick from a second seed, as long as that leaves others undecided and
    /// time is left; no more than a third of the finalists.
    ///
    /// The quality of a candidate is the mean of both trainings from then on; its model stays the first one.
    func decidePicks(among finalists: Int) async throws {
        guard job.decidesPicks else { return }
        let most = max(2, finalists / 3)
        while true {
            let known = try store.trainedTwice()
            let undecided = try job.devices.flatMap { device in
                let target = try store.target(device)
                return target.undecided(try finished(on: device))
            }.map(\.evaluation)
            let new = undecided.indices.filter { index in
                let candidate = undecided[index].candidate
                return !known.contains(candidate) && isDecidable(undecided[index])
                    && !undecided[..<index].contains { $0.candidate == candidate }
            }.prefix(max(0, most - known.count)).map { undecided[$0] }
            guard !new.isEmpty, try await trainAgain(new) else { return }
        }
    }

    private func finished(on device: String) throws -> [ScoredCandidate] {
        let (fidelity, candidates) = try store.candidates(on: device)
        return fidelity == .final ? candidates : []
    }

    /// A candidate that learns from a teacher is not trained again: its teacher would be another one too.
    private func isDecidable(_ evaluation: Evaluation) -> Bool {
        guard let genotype = try? genotype(of: evaluation),
            let pipeline = try? job.space.pipeline(of: genotype)
        else { return false }
        return job.finalSettings.distillation(of: pipeline) == nil
    }

    /// Whether at least one of them was trained; none where the time does not suffice.
    private func trainAgain(_ finals: [Evaluation]) async throws -> Bool {
        let before = try store.trainedTwice().count
        _ = try await Jobs.before(clock.end.map { $0 + clock.tolerance }) {
            try await withThrowingTaskGroup(of: Evaluation?.self) { group in
                var waiting = finals[...]
                func startNext() {
                    while let next = waiting.popFirst() {
                        guard !Task.isCancelled, hasTime(for: next) else { continue }
                        group.addTask { try second(of: next) }
                        return
                    }
                }
                for _ in 0..<width { startNext() }
                while let second = try await group.next() {
                    if let second { try store.record(second) }
                    startNext()
                }
            }
        }
        try Task.checkCancellation()
        return try store.trainedTwice().count > before
    }

    /// By what the first training took.
    private func hasTime(for final: Evaluation) -> Bool {
        guard let end = clock.end else { return true }
        return final.seconds <= (end - .now) / .seconds(1)
    }

    /// Nil where the task was cancelled meanwhile.
    private func second(of final: Evaluation) throws -> Evaluation? {
        let begun = ContinuousClock.now
        progress(.trainingAgain(candidate: final.candidate))
        do {
            var second = final
            (second.outcome, second.accuracyKey) = try worker.second(genotype(of: final))
            (second.rung, second.scores) = (FinalTraining.second, [])
            second.seconds = (ContinuousClock.now - begun) / .seconds(1)
            return second
        } catch is CancellationError {
            return nil
        }
    }
}

extension ResolvedJob {
    /// Whether finalists may be trained from a second seed: where all that a candidate becomes follows from its own training.
    var decidesPicks: Bool {
        switch weights {
        case .scratch: finalists.choice != .everyone && finalists.maximumDrop == nil
        case .shared, .inherited, .given, .backbone: false
        }
    }
}
