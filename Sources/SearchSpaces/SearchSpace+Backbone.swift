public import ModelGraph
public import YAMLReader

extension SearchSpace {
    /// The networks that are part of one that is trained already, with its weights and a new last layer.
    ///
    ///     space: {from: model.onnx, width: [0.5, 0.75, 1], depth: [0.5, 1], kernel: [3, 5]}
    ///
    /// Each stage of the network (`stages`) chooses for itself: the share of its channels, the share of its residual blocks, the
    /// largest kernel. What a stage does not have is no choice there.
    /// - Parameters:
    ///   - network: float32, with one input and one output; its channels in the order of their importance, since the first are taken.
    ///   - name: names the model; two models need two names, for ids depend on it.
    ///   - choices: has the keys `width`, `depth` and `kernel`, each one option or a list.
    ///   - compression: what may be done to the networks afterwards.
    /// - Throws: `YAMLError` where a choice is none, `SearchSpaceError` where the network cannot be taken apart.
    public init(
        backbone network: Graph, name: String, choices: YAMLNode, compression: GivenCompression
    ) throws {
        var reader = ChoiceReader()
        let backbone = try BackboneTopology(network, name: name, choices, reader: &reader)
        var dimensions = reader.dimensions
        let compression = try CompressionChoices(
            compression, of: name, stages: [], startsTrained: false, appendingTo: &dimensions)
        let original = backbone.given.network
        self.init(
            name: name, version: 1, title: "parts of \(name)", referenceInput: NetworkInput(of: original),
            dimensions: dimensions, count: dimensions.pointCount ?? .max, topology: .backbone(backbone),
            compression: compression)
    }
}
