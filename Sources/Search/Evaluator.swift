public import Quantities
public import SearchSpaces

/// Finds out how good candidates are: by training, by inheriting weights, or by looking them up.
public protocol Evaluator: Sendable {
    /// How its accuracies are obtained.
    var fidelity: Fidelity { get }

    /// Hash of everything that decides the accuracy: live network, pipeline, data, split, fidelity, weights,
    /// seed.
    func accuracyKey(of genotype: Genotype) -> String

    /// The candidate's quality, a pure function of its accuracy key.
    ///
    /// What is wrong with the candidate (training diverged) is an outcome; a throw ends the search (no data,
    /// cancelled).
    func evaluate(_ genotype: Genotype) async throws -> Outcome
}
