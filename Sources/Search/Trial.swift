public import SearchSpaces

/// A finished evaluation as strategies see it: the choices made and what came of them.
public struct Trial: Hashable, Sendable {
    public let genotype: Genotype
    public let evaluation: Evaluation

    public init(genotype: Genotype, evaluation: Evaluation) {
        self.genotype = genotype
        self.evaluation = evaluation
    }
}
