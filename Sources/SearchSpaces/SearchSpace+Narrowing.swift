import ModelGraph

extension SearchSpace {
    /// The space with fewer compression options, as a job's `compression:` asks; ids of the points that stay do not change.
    ///
    ///     let space = try space.narrowed(compression: [("precision", ["int8"]), ("recipe", ["plain"])])
    ///
    /// The options keep the space's order. Keys that are left out stay as they are. Where the space offers to learn from a teacher, a
    /// recipe may name another one: `distill(big.onnx)`. Where it offers int8, a precision may be `int8(per-tensor)`.
    public func narrowed(
        compression narrowing: [(key: String, options: [String])]
    ) throws(SearchSpaceError) -> SearchSpace {
        var options = CompressionChoices.Options()
        options.precision = compression.precision.compressionOptions
        options.pruning = compression.pruning.compressionOptions
        options.recipe = compression.recipe.compressionOptions
        for (key, kept) in narrowing {
            switch key {
            case "precision":
                options.precision += options.precision.scaleVariants(in: kept)
                options.precision = try narrowed(options.precision, key, kept)
            case "pruning": options.pruning = try narrowed(options.pruning, key, kept)
            case "recipe":
                do {
                    options.recipe += try options.recipe.teachers(in: kept)
                } catch {
                    throw .narrowing(space: name, key: key, detail: error.description)
                }
                options.recipe = try narrowed(options.recipe, key, kept)
            default:
                let known = CompressionChoices.keys.joined(separator: ", ")
                throw .narrowing(space: name, key: key, detail: "has no such choice; known: \(known)")
            }
        }
        return try with(options)
    }

    /// The space with other options of precision.
    func replacing(precision: [CompressionChoices.Option]) throws(SearchSpaceError) -> SearchSpace {
        var options = CompressionChoices.Options()
        options.precision = precision
        options.pruning = compression.pruning.compressionOptions
        options.recipe = compression.recipe.compressionOptions
        return try with(options)
    }

    private func with(_ options: CompressionChoices.Options) throws(SearchSpaceError) -> SearchSpace {
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

extension [CompressionChoices.Option] {
    /// Options beyond these that name a teacher of their own; none where these offer no teacher.
    fileprivate func teachers(in texts: [String]) throws(CompressionError) -> [CompressionChoices.Option] {
        guard contains(where: { $0.step.hasPrefix("distill(") }) else { return [] }
        var teachers: [CompressionChoices.Option] = []
        for text in texts where text.hasPrefix("distill(") && !contains(where: { $0.text == text }) {
            let recipe = try Compression(parsing: text)
            guard recipe.steps.count == 1, !contains(where: { $0.step == recipe.description }) else {
                continue
            }
            teachers.append(CompressionChoices.Option(text: text, step: recipe.description))
        }
        return teachers
    }
}

extension SearchSpace {
    /// The teachers that recipes of this space name, each once.
    public var teachers: [String] {
        var names: [String] = []
        for step in compression.steps {
            guard let teacher = (try? Compression(parsing: step))?.distillation?.teacher else { continue }
            if !names.contains(teacher) { names.append(teacher) }
        }
        return names
    }

    /// Steps that every candidate takes, since there is nothing to choose.
    public var fixedCompression: [String] { compression.fixedSteps }

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
