extension SearchSpace {
    /// The space with fewer compression options, as a job's `compression:` asks; ids of the points that stay do not change.
    ///
    ///     let space = try space.narrowed(compression: [("precision", ["int8"]), ("recipe", ["plain"])])
    ///
    /// The options keep the space's order. Keys that are left out stay as they are.
    public func narrowed(
        compression narrowing: [(key: String, options: [String])]
    ) throws(SearchSpaceError) -> SearchSpace {
        var choices = compression
        for (key, options) in narrowing {
            switch key {
            case "precision": choices.precision = try narrowed(choices.precision, key, options)
            case "pruning": choices.pruning = try narrowed(choices.pruning, key, options)
            case "recipe": choices.recipe = try narrowed(choices.recipe, key, options)
            default:
                let known = CompressionChoices.keys.joined(separator: ", ")
                throw .narrowing(space: name, key: key, detail: "has no such choice; known: \(known)")
            }
        }
        var dimensions = self.dimensions.filter { $0.role == .architecture }
        choices.precision = choices.precision.listed("precision", in: &dimensions)
        choices.pruning = choices.pruning.listed("pruning", in: &dimensions)
        choices.recipe = choices.recipe.listed("recipe", in: &dimensions)
        return SearchSpace(
            name: name, version: version, title: title, referenceInput: referenceInput,
            dimensions: dimensions,
            count: dimensions.pointCount ?? count, topology: topology, compression: choices)
    }

    private func narrowed(
        _ choice: Choice<String>, _ key: String, _ options: [String]
    ) throws(SearchSpaceError) -> Choice<String> {
        guard !options.isEmpty else {
            throw .narrowing(space: name, key: key, detail: "is left without an option")
        }
        for option in options where !choice.texts.contains(option) {
            let known = choice.texts.joined(separator: ", ")
            throw .narrowing(space: name, key: key, detail: "has no option '\(option)'; it has \(known)")
        }
        let kept = choice.texts.indices.filter { options.contains(choice.texts[$0]) }
        return Choice(
            code: "", values: kept.map { choice.values[$0] }, texts: kept.map { choice.texts[$0] },
            dimension: nil)
    }
}

extension Choice {
    /// The choice as a compression dimension at the end of the list, where more than one option is left.
    fileprivate func listed(_ key: String, in dimensions: inout [Dimension]) -> Choice {
        guard values.count > 1 else {
            return Choice(code: code, values: values, texts: texts, dimension: nil)
        }
        dimensions.append(
            Dimension(name: "compression.\(key)", options: texts, role: .compression, conditions: []))
        return Choice(code: code, values: values, texts: texts, dimension: dimensions.count - 1)
    }
}
