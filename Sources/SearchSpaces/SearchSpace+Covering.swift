public import Determinism

extension SearchSpace {
    /// Uncompressed points whose networks together hold every layer of the space at its largest: the largest point, and it
    /// with each architecture choice at each of its options.
    public var covering: [Genotype] {
        let raw = Genotype(
            choices: dimensions.map { $0.role == .architecture ? UInt8($0.options.count - 1) : 0 })
        var points = [normalForm(raw)]
        for dimension in dimensions.indices where dimensions[dimension].role == .architecture {
            for option in dimensions[dimension].options.indices.dropLast() {
                var point = raw
                point[dimension] = option
                points.append(normalForm(point))
            }
        }
        var seen = Set<Genotype>()
        return points.filter { seen.insert($0).inserted }
    }

    /// The dimensions that choose among families of operations.
    public var operationDimensions: [Int] {
        dimensions.indices.filter { dimension in
            ["operation", "operations", "blocks"].contains { dimensions[dimension].name.hasSuffix($0) }
        }
    }

    /// An uncompressed point with some choices given; each other one is drawn evenly over its options with probability
    /// `freedom`, else it is the one in the middle.
    public func point(
        with given: [(dimension: Int, option: Int)], freedom: Double, drawnBy random: inout RandomStream
    ) -> Genotype {
        var point = Genotype(choices: [UInt8](repeating: 0, count: dimensions.count))
        for dimension in dimensions.indices where dimensions[dimension].role == .architecture {
            let count = dimensions[dimension].options.count
            let isDrawn = random.uniformDouble() < freedom
            let option = random.index(below: count)
            point[dimension] = isDrawn ? option : count / 2
        }
        for choice in given { point[choice.dimension] = choice.option }
        return normalForm(point)
    }
}
