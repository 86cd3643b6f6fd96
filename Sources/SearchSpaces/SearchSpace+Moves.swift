public import Determinism

extension SearchSpace {
    /// A random point in normal form: each choice that matters uniform over its options.
    public func sample(using random: inout RandomStream) -> Genotype {
        normalForm(
            Genotype(choices: dimensions.map { UInt8(random.index(below: $0.options.count)) }))
    }

    /// The point after one random edit: one choice that matters takes another option.
    ///
    /// Choices that begin to matter through the edit are drawn at random. A space of one point gives that point.
    public func mutate(_ genotype: Genotype, using random: inout RandomStream) -> Genotype {
        let candidates = dimensions.indices.filter { matters($0, in: genotype) }
        guard !candidates.isEmpty else { return normalForm(genotype) }
        let edited = candidates[random.index(below: candidates.count)]
        let step = 1 + random.index(below: dimensions[edited].options.count - 1)
        var result = genotype
        result[edited] = (genotype[edited] + step) % dimensions[edited].options.count
        for dimension in dimensions.indices
        where matters(dimension, in: result) && !matters(dimension, in: genotype) {
            result[dimension] = random.index(below: dimensions[dimension].options.count)
        }
        return normalForm(result)
    }

    /// Every point one edit away, in a fixed order; choices that begin to matter are at their first option.
    public func neighbours(of genotype: Genotype) -> [Genotype] {
        let origin = normalForm(genotype)
        var neighbours: [Genotype] = []
        for dimension in dimensions.indices where matters(dimension, in: origin) {
            for option in dimensions[dimension].options.indices where option != origin[dimension] {
                var neighbour = origin
                neighbour[dimension] = option
                neighbours.append(normalForm(neighbour))
            }
        }
        return neighbours
    }

    /// Uniform crossover: each choice from one parent or the other; where it matters in one parent only, from that one.
    public func cross(_ a: Genotype, _ b: Genotype, using random: inout RandomStream) -> Genotype {
        var child = a
        for dimension in dimensions.indices {
            let (inA, inB) = (matters(dimension, in: a), matters(dimension, in: b))
            let takesB = random.next() & 1 == 1
            if inB && (takesB || !inA) { child[dimension] = b[dimension] }
        }
        return normalForm(child)
    }
}
