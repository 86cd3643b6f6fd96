public import ModelGraph

/// The architectures and compressions that a search may combine.
///
/// A space is a list of dimensions (what can be chosen), some of which matter only where earlier ones say so, and a
/// topology that turns choices into a string and into a graph.
///
///     let space = try SearchSpace(contentsOf: "search-spaces/tiny-image.yaml")
///     var random = RandomStream(seed: 1, .proposal)
///     let genotype = space.sample(using: &random)
///     print(space.architecture(of: genotype), space.compression(of: genotype))
///     let graph = try space.graph(of: genotype, input: space.referenceInput)
public struct SearchSpace: Hashable, Sendable {
    /// Name of the space, as jobs refer to it.
    public let name: String
    /// Raised when an architecture string changes its meaning.
    public let version: Int
    /// One line for people.
    public let title: String
    /// The input that stands in where there is no data set.
    public let referenceInput: NetworkInput
    /// The choices that the space leaves open, those of the architecture first.
    public let dimensions: [Dimension]
    /// How many points the space has, compressions included.
    public let count: UInt128

    let topology: Topology
    let compression: CompressionChoices
}

/// What a network reads and how many numbers it answers with.
public struct NetworkInput: Hashable, Sendable {
    public var height, width, channels: Int
    /// Classes, or 1 for a regression.
    public var outputs: Int

    /// Samples of [height, width, channels], and how many numbers a network gives for each.
    public init(height: Int, width: Int, channels: Int, outputs: Int) {
        self.height = height
        self.width = width
        self.channels = channels
        self.outputs = outputs
    }
}

/// The ways in which choices make a network.
enum Topology: Hashable, Sendable {
    /// Stem, stages of repeated blocks, head.
    case stages(StagedTopology)
    /// One cell repeated, as in NAS-Bench-201.
    case cell(CellTopology)
    /// One block chosen for each layer, as in FBNet.
    case layers(LayeredTopology)
    /// Fully connected layers.
    case dense(DenseTopology)
    /// One network that is there already, with its weights.
    case given(GivenTopology)
    /// Parts of one network that is there already, with its weights and a new last layer.
    case backbone(BackboneTopology)
}

extension SearchSpace {
    /// The architecture in the space's own encoding; equal for equal normal forms.
    public func architecture(of genotype: Genotype) -> String {
        let genotype = normalForm(genotype)
        return switch topology {
        case .stages(let stages): stages.text(of: genotype)
        case .cell(let cell): cell.text(of: genotype)
        case .layers(let layers): layers.text(of: genotype)
        case .dense(let dense): dense.text(of: genotype)
        case .given: GivenTopology.text
        case .backbone(let backbone): backbone.text(of: genotype)
        }
    }

    /// The compression pipeline, such as `distill(largest)>structured(0.5)>int8`; `none` where nothing is done.
    public func compression(of genotype: Genotype) -> String {
        compression.text(of: normalForm(genotype))
    }

    /// The same as a value.
    public func pipeline(of genotype: Genotype) throws(CompressionError) -> Compression {
        try Compression(parsing: compression(of: genotype))
    }

    /// The point that two strings name, in normal form.
    public func genotype(
        architecture: String, compression: String = "none"
    ) throws(SearchSpaceError) -> Genotype {
        var genotype = Genotype(choices: [UInt8](repeating: 0, count: dimensions.count))
        do throws(EncodingError) {
            switch topology {
            case .stages(let stages): try stages.read(architecture, into: &genotype)
            case .cell(let cell): try cell.read(architecture, into: &genotype)
            case .layers(let layers): try layers.read(architecture, into: &genotype)
            case .dense(let dense): try dense.read(architecture, into: &genotype)
            case .given(let given): try given.read(architecture)
            case .backbone(let backbone): try backbone.read(architecture, into: &genotype)
            }
        } catch {
            throw .architecture(space: name, text: architecture, detail: error.detail)
        }
        do throws(EncodingError) {
            try self.compression.read(compression, into: &genotype)
        } catch {
            throw .compression(space: name, text: compression, detail: error.detail)
        }
        return normalForm(genotype)
    }

    /// The uncompressed network: weights unknown (but of a given network and of a backbone) with stable names, batch normalisation as nodes, logits
    /// as output.
    ///
    /// - Parameter detail: the whole network, or what `Pieces` cuts.
    public func graph(
        of genotype: Genotype, input: NetworkInput, showing detail: NetworkDetail = .whole
    ) throws(SearchSpaceError) -> Graph {
        let genotype = normalForm(genotype)
        func fitting(_ make: () throws(GraphError) -> Graph) throws(SearchSpaceError) -> Graph {
            do throws(GraphError) {
                return try make()
            } catch {
                throw .input(
                    space: name, architecture: architecture(of: genotype), detail: error.description)
            }
        }
        return switch topology {
        case .stages(let stages):
            try fitting { () throws(GraphError) in
                try stages.graph(of: genotype, input: input, name: name, showing: detail)
            }
        case .cell(let cell):
            try fitting { () throws(GraphError) in
                try cell.graph(of: genotype, input: input, name: name, showing: detail)
            }
        case .layers(let layers):
            try fitting { () throws(GraphError) in
                try layers.graph(of: genotype, input: input, name: name)
            }
        case .dense(let dense):
            try fitting { () throws(GraphError) in
                try dense.graph(of: genotype, input: input, name: name)
            }
        case .given(let given): try given.graph(fitting: input, name: name)
        case .backbone(let backbone):
            try GivenTopology.graph(
                fitting { () throws(GraphError) in
                    try backbone.graph(of: genotype, outputs: input.outputs)
                }, fitting: input, name: name)
        }
    }
}

/// What is wrong with an encoded text; `SearchSpace` adds the space and the text.
struct EncodingError: Error { let detail: String }
