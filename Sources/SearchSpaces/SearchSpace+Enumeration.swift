extension SearchSpace {
    /// Every point of the space once, in normal form, made as it is asked for.
    public var points: Points { Points(space: self) }

    /// Goes through the points of a space, the last dimension fastest.
    public struct Points: Sequence, IteratorProtocol, Sendable {
        private let space: SearchSpace
        private var upcoming: Genotype?

        init(space: SearchSpace) {
            self.space = space
            upcoming = Genotype(choices: [UInt8](repeating: 0, count: space.dimensions.count))
        }

        /// The next point in normal form; nil at the end.
        public mutating func next() -> Genotype? {
            guard let current = upcoming else { return nil }
            upcoming = space.successor(of: current)
            return current
        }
    }

    /// The next normal form in the order of choices, the last dimension running fastest.
    ///
    /// A condition looks at earlier dimensions only, so setting all later ones to 0 gives a normal form.
    private func successor(of genotype: Genotype) -> Genotype? {
        for dimension in dimensions.indices.reversed()
        where genotype[dimension] + 1 < dimensions[dimension].options.count
            && matters(dimension, in: genotype)
        {
            var next = genotype
            next[dimension] += 1
            for later in (dimension + 1)..<dimensions.count { next[later] = 0 }
            return next
        }
        return nil
    }
}

extension [Dimension] {
    /// How many normal forms the dimensions allow; nil where that exceeds 128 bits.
    ///
    /// Dimensions linked by conditions are counted together by running through the options of those that others depend
    /// on; the counts of unlinked groups multiply.
    var pointCount: UInt128? {
        var product: UInt128 = 1
        for group in linkedGroups {
            var choices = [Int](repeating: 0, count: count)
            guard let points = pointCount(of: group[...], given: &choices) else { return nil }
            let (next, overflow) = product.multipliedReportingOverflow(by: points)
            guard !overflow else { return nil }
            product = next
        }
        return product
    }

    private func pointCount(of group: ArraySlice<Int>, given choices: inout [Int]) -> UInt128? {
        guard let first = group.first else { return 1 }
        let rest = group.dropFirst()
        guard self[first].conditions.allSatisfy({ holds($0, choices) }) else {
            return pointCount(of: rest, given: &choices)
        }
        let options = self[first].options.count
        let controls = rest.contains { self[$0].conditions.contains { $0.dimension == first } }
        guard controls else {
            return pointCount(of: rest, given: &choices)?.multiplied(by: UInt128(options))
        }
        var sum: UInt128 = 0
        for option in 0..<options {
            choices[first] = option
            guard let points = pointCount(of: rest, given: &choices) else { return nil }
            let (next, overflow) = sum.addingReportingOverflow(points)
            guard !overflow else { return nil }
            sum = next
        }
        return sum
    }

    private func holds(_ condition: Dimension.Condition, _ choices: [Int]) -> Bool {
        condition.allowed[choices[condition.dimension]]
            && self[condition.dimension].conditions.allSatisfy { holds($0, choices) }
    }

    /// The indices of the dimensions, those linked by conditions together, each group in ascending order.
    private var linkedGroups: [[Int]] {
        var root = Array<Int>(indices)
        for (index, dimension) in enumerated() {
            for condition in dimension.conditions {
                let (from, to) = (root[index], root[condition.dimension])
                for other in root.indices where root[other] == from { root[other] = to }
            }
        }
        return indices.filter { root[$0] == $0 }.map { leader in indices.filter { root[$0] == leader } }
    }
}

extension UInt128 {
    /// The product, or nil where it overflows.
    fileprivate func multiplied(by other: UInt128) -> UInt128? {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? nil : product
    }
}
