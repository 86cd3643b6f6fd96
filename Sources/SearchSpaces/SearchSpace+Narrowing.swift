extension SearchSpace {
    /// The space with fewer compression options, as a job's `compression:` asks; ids of the points that stay do not change.
    ///
    ///     let space = try space.narrowed(compression: [("precision", ["int8"]), ("recipe", ["plain"])])
    ///
    /// The options keep the space's order. Keys that are left out stay as they are.
    public func narrowed(
        compression narrowing: [(key: String, options: [String])]
    ) throws(SearchSpaceError) -> SearchSpace {
        var options = CompressionChoices.Options()
        options.precision = compression.precision.compressionOptions
        options.pruning = compression.pruning.compressionOptions
        options.recipe = compression.recipe.compressionOptions
        for (key, kept) in narrowing {
            switch key {
            case "precision": options.precision = try narrowed(options.precision, key, kept)
            case "pruning": options.pruning = try narrowed(options.pruning, key, kept)
            case "recipe": options.recipe = try narrowed(options.recipe, key, kept)
            default:
                let known = CompressionChoices.keys.joined(separator: ", ")
                throw .narrowing(space: name, key: key, detail: "has no such choice; known: \(known)")
            }
        }
        var dimensions = self.dimensions.filter { $0.role == .architecture }
        let choices: CompressionChoices
        do {
            choices = try CompressionChoices(options, appendingTo: &dimensions)
        } catch {
            throw .narrowing(space: name, key: "", detail: "cannot combine what is left: \(error)")
        }
        return SearchSpace(
            name: name, version: version, title: title, referenceInput: referenceInput,
            dimensions: dimensions,
            count: dimensions.pointCount ?? count, topology: topology, compression: choices)
    }

    private func narrowed(
        _ options: [CompressionChoices.Option], _ key: String, _ kept: [String]
    ) throws(SearchSpaceError) -> [CompressionChoices.Option] {
        guard !kept.isEmpty else {
            throw .narrowing(space: name, key: key, detail: "is left without an option")
        }
        for text in kept where !options.contains(where: { $0.text == text }) {
            let known = options.map(\.text).joined(separator: ", ")
            throw .narrowing(space: name, key: key, detail: "has no option '\(text)'; it has \(known)")
        }
        return options.filter { kept.contains($0.text) }
    }
}

extension SearchSpace {
    /// The same architecture with every compression choice at its mildest option.
    public func uncompressed(_ genotype: Genotype) -> Genotype {
        var result = genotype
        for (index, dimension) in dimensions.enumerated() where dimension.role == .compression {
            result[index] = 0
        }
        result.keptLayers = []
        return normalForm(result)
    }
}
