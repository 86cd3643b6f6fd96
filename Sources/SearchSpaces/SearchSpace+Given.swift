public import ModelGraph

/// What may be done to a network that is there already.
public struct GivenCompression: Hashable, Sendable {
    /// As a space's file writes them: `float32`, `int8`; `none`, `structured(0.5)`; `plain`, `distilled`.
    public var precision, pruning, recipe: [String]
    /// Whether each stage of the network chooses its precision, or all the same one.
    public var precisionPerStage: Bool

    /// Float32 and int8, unpruned and halved, without a teacher, each stage for itself, unless stated
    /// otherwise.
    public init(
        precision: [String] = ["float32", "int8"], pruning: [String] = ["none", "structured(0.5)"],
        recipe: [String] = ["plain"], precisionPerStage: Bool = true
    ) {
        self.precision = precision
        self.pruning = pruning
        self.recipe = recipe
        self.precisionPerStage = precisionPerStage
    }
}

extension SearchSpace {
    /// The compressions of one float32 network that is there already, with its weights.
    ///
    /// Its only architecture is `given`; the teacher of `distilled` is the network itself. Fine-tuning apart, nothing is trained.
    /// - Parameter name: names the model; two models need two names, for ids depend on it.
    public init(
        given network: Graph, name: String, compression: GivenCompression
    ) throws(SearchSpaceError) {
        let given = try GivenTopology(network, name: name)
        var dimensions: [Dimension] = []
        let choices: CompressionChoices
        var key = "precision"
        do throws(CompressionError) {
            var options = CompressionChoices.Options()
            options.precision = try .init(compression.precision, neutral: "float32")
            key = "pruning"
            options.pruning = try .init(compression.pruning, neutral: "none")
            key = "recipe"
            options.recipe = try .init(compression.recipe, neutral: "plain")
            key = "precision"
            choices = try CompressionChoices(
                options, stages: compression.precisionPerStage ? given.stages : [], startsTrained: true,
                appendingTo: &dimensions)
        } catch {
            throw .narrowing(space: name, key: key, detail: "cannot offer this: \(error)")
        }
        let shape = given.network[given.network.inputs[0]].type.shape.dimensions.dropFirst()
        let extents = Array(shape) + [Int](repeating: 1, count: max(3 - shape.count, 0))
        self.init(
            name: name, version: 1, title: "compressions of \(name)",
            referenceInput: NetworkInput(
                height: extents[0], width: extents[1], channels: extents[2],
                outputs: given.network[given.network.outputs[0]].type.shape.elementCount),
            dimensions: dimensions, count: dimensions.pointCount ?? 0, topology: .given(given),
            compression: choices)
    }

    /// Whether its networks come with trained weights.
    public var hasWeights: Bool { if case .given = topology { true } else { false } }

    /// The stages of a given network, from input to output; none for other spaces.
    public var stages: [String] { if case .given(let given) = topology { given.stages } else { [] } }
}

extension [CompressionChoices.Option] {
    /// Options as a file writes them; `distilled` means learning from the network itself.
    fileprivate init(_ texts: [String], neutral: String) throws(CompressionError) {
        self = []
        for text in texts {
            let pipeline = text == "distilled" ? "distill(original)" : text
            let step = text == neutral ? "" : try Compression(parsing: pipeline).description
            append(CompressionChoices.Option(text: text, step: step))
        }
        guard !isEmpty else { throw CompressionError("", "there is no option") }
    }
}
