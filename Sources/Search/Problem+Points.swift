import Determinism
import SearchSpaces

extension Problem {
    /// A random point: of the list where there is one, else of the space.
    func sample(using random: inout RandomStream) -> Genotype {
        guard let listed, !listed.isEmpty else { return space.sample(using: &random) }
        return listed[random.index(below: listed.count)]
    }

    /// Every point that may be proposed, once, in a fixed order.
    var points: AnySequence<Genotype> { listed.map { AnySequence($0) } ?? AnySequence(space.points) }
}

extension Genotype {
    /// In how many dimensions two points differ.
    func distance(to other: Genotype) -> Int {
        var distance = 0
        for dimension in choices.indices where choices[dimension] != other.choices[dimension] { distance += 1 }
        return distance
    }
}
