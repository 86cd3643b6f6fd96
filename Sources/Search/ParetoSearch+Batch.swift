import Quantities
import SearchSpaces

/// What a search reports after each evaluation.
public struct SearchProgress: Sendable {
    /// The evaluation recorded last.
    public let evaluation: Evaluation
    /// Evaluations of this job by now.
    public let evaluations: Int
    /// What the search may take in all.
    public let budget: Budget
}

extension ParetoSearch {
    /// The batch's trials in proposal order, those already recorded included; fewer where the budget ended or
    /// the task was cancelled.
    func evaluated(
        _ candidates: [Proposal], by evaluator: Source, after history: [Trial], _ recorded: [Int: Evaluation],
        _ budget: Budget,
        _ progress: @Sendable (SearchProgress) -> Void
    ) async throws -> [Trial] {
        var trials = [Trial?](repeating: nil, count: candidates.count)
        var missing: [Int] = []
        for (index, proposal) in candidates.enumerated() {
            guard let evaluation = recorded[history.count + index] else {
                missing.append(index)
                continue
            }
            try check(evaluation, is: proposal)
            trials[index] = Trial(genotype: proposal.genotype, evaluation: evaluation)
        }
        try await withThrowingTaskGroup(of: Evaluated?.self) { group in
            var waiting = missing[...]
            func startNext() {
                guard let index = waiting.first, budget.allows(proposal: history.count + index),
                    !budget.timeIsUp,
                    !Task.isCancelled
                else { return }
                waiting.removeFirst()
                group.addTask {
                    try await evaluation(
                        of: candidates[index], by: evaluator, proposal: history.count + index, budget)
                }
            }
            for _ in 0..<width { startNext() }
            while let finished = try await group.next() {
                guard let finished else { continue }
                try store.record(finished.evaluation, keeping: finished.files)
                let index = finished.proposal - history.count
                trials[index] = Trial(genotype: candidates[index].genotype, evaluation: finished.evaluation)
                let known = history.count + trials.count { $0 != nil }
                progress(SearchProgress(evaluation: finished.evaluation, evaluations: known, budget: budget))
                startNext()
            }
        }
        return trials.compactMap(\.self)
    }

    private func check(_ evaluation: Evaluation, is proposal: Proposal) throws(SearchError) {
        let proposed = problem.space.id(of: proposal.genotype)
        guard evaluation.candidate == proposed, evaluation.rung == proposal.rung else {
            throw .historyDiffers(
                proposal: evaluation.proposal ?? -1, recorded: evaluation.candidate, proposed: proposed)
        }
    }

    /// One candidate's evaluation, priced and judged; nil where the task was cancelled meanwhile.
    private func evaluation(
        of candidate: Proposal, by evaluator: Source, proposal: Int, _ budget: Budget
    ) async throws -> Evaluated? {
        let start = budget.elapsed()
        let (genotype, rung) = (candidate.genotype, candidate.rung)
        let key = evaluator.accuracyKey(of: genotype, rung: rung)
        let finding: Finding
        do {
            if !evaluator.keepsFiles, let known = try store.quality(forKey: key) {
                finding = Finding(.evaluated(known))
            } else {
                finding = try await evaluator.evaluate(genotype, rung: rung)
            }
        } catch is CancellationError {
            return nil
        }
        let evaluation = problem.priced(genotype).evaluated(
            finding.outcome, proposal: proposal, fidelity: evaluator.fidelity, rung: rung, accuracyKey: key,
            seconds: budget.elapsed() - start)
        return Evaluated(proposal: proposal, evaluation: problem.judged(evaluation), files: finding.files)
    }
}

/// One evaluation of a batch and what is to last of its candidate.
private struct Evaluated: Sendable {
    let proposal: Int
    let evaluation: Evaluation
    let files: [CandidateFile]
}
