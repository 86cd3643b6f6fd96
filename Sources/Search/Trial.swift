public import SearchSpaces

/// A finished evaluation as strategies see it: the choices made and what came of them.
public struct Trial: Hashable, Sendable {
    /// The point of the space.
    public let genotype: Genotype
    /// What became of it.
    public let evaluation: Evaluation

    /// A point with its evaluation.
    public init(genotype: Genotype, evaluation: Evaluation) {
        self.genotype = genotype
        self.evaluation = evaluation
    }
}
