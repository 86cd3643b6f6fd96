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
        let choices = try CompressionChoices(
            compression, of: name, stages: compression.precisionPerStage ? given.stages : [],
            startsTrained: true, appendingTo: &dimensions)
        self.init(
            name: name, version: 1, title: "compressions of \(name)",
            referenceInput: NetworkInput(of: given.network),
            dimensions: dimensions, count: dimensions.pointCount ?? 0, topology: .given(given),
            compression: choices)
    }

    /// Whether its networks come with trained weights that answer for the job's classes.
    public var hasWeights: Bool { if case .given = topology { true } else { false } }

    /// Whether a backbone's normalisations are nodes of their own; false for other spaces.
    public var hasNormalizations: Bool {
        guard case .backbone(let backbone) = topology else { return false }
        return backbone.given.network.nodes.contains { node in
            if case .batchNormalization = node.operation { true } else { false }
        }
    }

    /// Whether its networks come with trained weights but for a new last layer.
    public var isBackbone: Bool { if case .backbone = topology { true } else { false } }

    /// The stages of a given network or of a backbone, from input to output; none for other spaces.
    public var stages: [String] {
        if case .given(let given) = topology { return given.stages }
        if case .backbone(let backbone) = topology { return backbone.given.stages }
        return []
    }
}

extension CompressionChoices {
    /// Choices as a job offers them for the model of this name.
    init(
        _ compression: GivenCompression, of name: String, stages: [String], startsTrained: Bool,
        appendingTo dimensions: inout [Dimension]
    ) throws(SearchSpaceError) {
        var key = "precision"
        do throws(CompressionError) {
            var options = Options()
            options.precision = try .init(compression.precision, neutral: "float32")
            key = "pruning"
            options.pruning = try .init(compression.pruning, neutral: "none")
            key = "recipe"
            options.recipe = try .init(compression.recipe, neutral: "plain")
            key = "precision"
            try self.init(options, stages: stages, startsTrained: startsTrained, appendingTo: &dimensions)
        } catch {
            throw .narrowing(space: name, key: key, detail: "cannot offer this: \(error)")
        }
    }
}

extension NetworkInput {
    /// What a network with one input and one output reads and gives.
    init(of network: Graph) {
        let shape = network[network.inputs[0]].type.shape.dimensions.dropFirst()
        let extents = Array(shape) + [Int](repeating: 1, count: max(3 - shape.count, 0))
        self.init(
            height: extents[0], width: extents[1], channels: extents[2],
            outputs: network[network.outputs[0]].type.shape.elementCount)
    }
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
