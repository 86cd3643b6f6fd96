public import Quantities
import Synchronization

/// Keeps the evaluations of one job.
public protocol TrialStore: Sendable {
    /// The evaluations that a strategy proposed, in ascending order of proposal number.
    func proposedEvaluations() throws -> [Evaluation]

    /// Writes an evaluation with its scores and the candidate's files, whole or not at all; when this returns it lasts.
    func record(_ evaluation: Evaluation, keeping files: [CandidateFile]) throws

    /// The quality of any job's evaluation under this key; failures are not cached.
    func quality(forKey accuracyKey: String) throws -> Quality?
}

extension TrialStore {
    /// Writes an evaluation of which no files are kept.
    public func record(_ evaluation: Evaluation) throws { try record(evaluation, keeping: []) }
}

/// A store that ends with the process, for tests, dry runs and benchmarks.
public final class InMemoryTrialStore: TrialStore {
    private let evaluations = Mutex<[Evaluation]>([])

    /// An empty store.
    public init() {}

    /// The evaluations with a proposal number, in ascending order.
    public func proposedEvaluations() -> [Evaluation] {
        evaluations.withLock { $0 }.filter { $0.proposal != nil }.sorted {
            ($0.proposal ?? 0) < ($1.proposal ?? 0)
        }
    }

    /// Files are dropped.
    public func record(_ evaluation: Evaluation, keeping files: [CandidateFile]) throws {
        try evaluations.withLock { all in
            if let proposal = evaluation.proposal, all.contains(where: { $0.proposal == proposal }) {
                throw TrialStoreError.duplicateProposal(proposal)
            }
            if all.contains(where: {
                $0.candidate == evaluation.candidate && $0.fidelity == evaluation.fidelity
                    && $0.rung == evaluation.rung
            }) {
                throw TrialStoreError.duplicateEvaluation(evaluation.candidate, evaluation.fidelity)
            }
            all.append(evaluation)
        }
    }

    /// The quality recorded first under this key; nil where every evaluation failed.
    public func quality(forKey accuracyKey: String) -> Quality? {
        evaluations.withLock { all in
            all.first { $0.accuracyKey == accuracyKey && $0.quality != nil }?.quality
        }
    }
}

/// What every store refuses.
public enum TrialStoreError: Error, Hashable, CustomStringConvertible {
    case duplicateProposal(Int)
    case duplicateEvaluation(String, Fidelity)

    /// What is refused, in one sentence.
    public var description: String {
        switch self {
        case .duplicateProposal(let proposal): "evaluation \(proposal) is already recorded"
        case .duplicateEvaluation(let candidate, let fidelity):
            "candidate \(candidate.prefix(12)) is already recorded at fidelity \(fidelity.rawValue)"
        }
    }
}
