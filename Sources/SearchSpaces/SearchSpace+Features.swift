extension SearchSpace {
    /// For each dimension the option chosen, −1 where the choice does not matter: categories for a predictor.
    public func features(of genotype: Genotype) -> [Int] {
        dimensions.indices.map { matters($0, in: genotype) ? genotype[$0] : -1 }
    }

    /// Points that show the extent of the space, each once: the largest and the smallest architecture uncompressed and
    /// compressed most, and the largest with each single compression option.
    public var corners: [Genotype] {
        var corners = [largest]
        for (index, dimension) in dimensions.enumerated() where dimension.role == .compression {
            for option in dimension.options.indices.dropFirst() {
                var corner = largest
                corner[index] = option
                corners.append(corner)
            }
        }
        corners += [mixed(largest, compressedAs: smallest), mixed(smallest, compressedAs: largest), smallest]
        return corners.enumerated().filter { !corners[..<$0.offset].contains($0.element) }.map(\.element)
    }

    private func mixed(_ architecture: Genotype, compressedAs other: Genotype) -> Genotype {
        var result = architecture
        for (index, dimension) in dimensions.enumerated() where dimension.role == .compression {
            result[index] = other[index]
        }
        return result
    }
}
