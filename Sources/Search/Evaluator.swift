public import Quantities
public import SearchSpaces

/// Finds out how good candidates are: by training, by inheriting weights, or by looking them up.
public protocol Evaluator: Sendable {
    /// How its accuracies are obtained.
    var fidelity: Fidelity { get }

    /// Whether files come with its findings, which a quality that is known from another job lacks.
    var keepsFiles: Bool { get }

    /// How many lengths of training it knows, numbered from 0 for the shortest.
    var rungs: Int { get }

    /// The evaluator for the batch that follows some complete batches.
    func after(_ history: [Trial]) -> Self

    /// Hash of everything that decides the accuracy: live network, pipeline, data, split, fidelity, rung, weights,
    /// seed.
    func accuracyKey(of genotype: Genotype, rung: Int) -> String

    /// The candidate's quality, a pure function of its accuracy key; writes nothing.
    ///
    /// What is wrong with the candidate (training diverged) is an outcome; a throw ends the search (no data,
    /// cancelled).
    func evaluate(_ genotype: Genotype, rung: Int) async throws -> Finding
}

extension Evaluator {
    /// One length of training.
    public var rungs: Int { 1 }

    /// The same: what a candidate is worth does not depend on those before it.
    public func after(_ history: [Trial]) -> Self { self }

    /// False: findings are a quality and nothing else.
    public var keepsFiles: Bool { false }
}

/// What an evaluation found out: a value that may as well come from another process.
public struct Finding: Hashable, Sendable, Codable {
    /// The quality, or why there is none.
    public var outcome: Outcome
    /// What is to last of the candidate, such as its model; empty at fidelities that keep none.
    public var files: [CandidateFile]

    /// A finding with the files to keep.
    public init(_ outcome: Outcome, files: [CandidateFile] = []) {
        self.outcome = outcome
        self.files = files
    }
}

/// A file of an evaluated candidate, to be written by whoever keeps the evaluation.
public struct CandidateFile: Hashable, Sendable, Codable {
    /// What a file holds; the raw value is its name in the store.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        case model, preprocessing, vectors
        case testPredictions = "test predictions"
        case trainingCurve = "training curve"
    }
    /// What the file holds.
    public var kind: Kind
    /// Its content.
    public var bytes: [UInt8]

    /// A file with this content.
    public init(_ kind: Kind, _ bytes: [UInt8]) {
        self.kind = kind
        self.bytes = bytes
    }
}
