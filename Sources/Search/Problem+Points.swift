import Determinism
import SearchSpaces

extension Problem {
    /// A random point: of the list where there is one, else of the space.
    func sample(using random: inout RandomStream) -> Genotype {
        guard let listed, !listed.isEmpty else { return space.sample(using: &random) }
        return listed[random.index(below: listed.count)]
    }

    /// The listed point with the fewest different choices among those that pass a test; the point itself where the whole
    /// space may be proposed, nil where no listed point passes.
    func nearest(to genotype: Genotype, where passes: (Genotype) -> Bool) -> Genotype? {
        guard let listed else { return genotype }
        return listed.lazy.filter(passes).min { $0.distance(to: genotype) < $1.distance(to: genotype) }
    }

    /// Every point that may be proposed, once, in a fixed order.
    var points: AnySequence<Genotype> { listed.map { AnySequence($0) } ?? AnySequence(space.points) }
}

extension Genotype {
    /// In how many dimensions two points differ.
    func distance(to other: Genotype) -> Int {
        var distance = 0
        for dimension in choices.indices where choices[dimension] != other.choices[dimension] {
            distance += 1
        }
        return distance
    }
}
