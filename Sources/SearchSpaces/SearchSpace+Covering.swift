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

    /// The smallest point but for the families of its operations, which are drawn.
    public func smallest(drawingOperationsWith random: inout RandomStream) -> Genotype {
        var point = Genotype(choices: [UInt8](repeating: 0, count: dimensions.count))
        for dimension in dimensions.indices where dimensions[dimension].name.hasSuffix("operation") {
            point[dimension] = random.index(below: dimensions[dimension].options.count)
        }
        return normalForm(point)
    }
}
