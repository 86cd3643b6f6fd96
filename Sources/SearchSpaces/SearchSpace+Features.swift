extension SearchSpace {
    /// For each dimension the option chosen, −1 where the choice does not matter: categories for a predictor.
    ///
    /// In a cell, operations that no path from input to output uses do not matter either.
    public func features(of genotype: Genotype) -> [Int] {
        var features = dimensions.indices.map { matters($0, in: genotype) ? genotype[$0] : -1 }
        if case .cell(let cell) = topology {
            for dimension in cell.deadDimensions(in: genotype) { features[dimension] = -1 }
        }
        return features
    }

    /// The kernel area of all convolutions of a cell that matter, to which weights and multiply-accumulates are proportional;
    /// nil for spaces without cells.
    public func kernelArea(of genotype: Genotype) -> Int? {
        guard case .cell(let cell) = topology else { return nil }
        let dead = Set(cell.deadDimensions(in: genotype))
        return cell.edges.reduce(0) { sum, edge in
            guard edge.operation.dimension.map({ !dead.contains($0) }) ?? true else { return sum }
            return switch edge.operation.value(in: genotype) {
            case .none, .skip, .averagePool: sum
            case .convolution1: sum + 1
            case .convolution3: sum + 9
            }
        }
    }

    /// Numbers that describe the paths of operations through a cell, for a predictor; nil for spaces without cells.
    public func pathFeatures(of genotype: Genotype) -> [Double]? {
        guard case .cell(let cell) = topology else { return nil }
        return CellPaths(cell, genotype).features
    }

    /// Groups of three dimensions or more that offer the same options, such as the edges of a cell or the layers of a network:
    /// how often an option is chosen in such a group says much about a network.
    public var sharedOptions: [(dimensions: [Int], options: Int)] {
        var groups: [(dimensions: [Int], options: Int)] = []
        for (index, dimension) in dimensions.enumerated() {
            let known = groups.firstIndex {
                dimensions[$0.dimensions[0]].options == dimension.options
                    && dimensions[$0.dimensions[0]].role == dimension.role
            }
            if let known {
                groups[known].dimensions.append(index)
            } else {
                groups.append((dimensions: [index], options: dimension.options.count))
            }
        }
        return groups.filter { $0.dimensions.count > 2 }
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
