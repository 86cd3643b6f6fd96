import Determinism

extension SearchSpace {
    /// Whether the choice in a dimension changes the candidate.
    ///
    /// Precondition: the genotype has as many choices as the space has dimensions.
    public func matters(_ dimension: Int, in genotype: Genotype) -> Bool {
        for condition in dimensions[dimension].conditions {
            guard condition.allowed[genotype[condition.dimension]], matters(condition.dimension, in: genotype)
            else { return false }
        }
        return true
    }

    /// The genotype with every choice that does not matter set to option 0; dead branches are kept.
    public func normalForm(_ genotype: Genotype) -> Genotype {
        var result = genotype
        for dimension in dimensions.indices
        where genotype[dimension] != 0 && !dimensions[dimension].conditions.isEmpty
            && !matters(dimension, in: genotype)
        {
            result[dimension] = 0
        }
        return result
    }

    /// Whether the genotype has a valid option in each of the space's dimensions.
    public func contains(_ genotype: Genotype) -> Bool {
        genotype.choices.count == dimensions.count
            && zip(genotype.choices, dimensions).allSatisfy { Int($0) < $1.options.count }
    }

    /// The candidate's identity: 64 hexadecimal digits that depend on the space's name and version, on the architecture
    /// and on the compression with its recipe, and on nothing else (so narrowing a space in a job changes no id).
    public func id(of genotype: Genotype) -> String {
        SHA256.hex(
            "swiftlet candidate\n\(name)\n\(version)\n\(architecture(of: genotype))\n\(compression(of: genotype))\n"
        )
    }

    /// Every dimension at its first architecture option and its last compression option.
    public var smallest: Genotype { corner(largest: false) }

    /// Every dimension at its last architecture option and its first compression option.
    public var largest: Genotype { corner(largest: true) }

    private func corner(largest: Bool) -> Genotype {
        normalForm(
            Genotype(
                choices: dimensions.map { dimension in
                    let takesLast = (dimension.role == .architecture) == largest
                    return takesLast ? UInt8(dimension.options.count - 1) : 0
                }))
    }
}
