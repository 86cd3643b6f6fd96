import ModelGraph
import YAMLReader

/// Fully connected layers over all values of a sample, as for tables; mirrored, an autoencoder.
///
/// A layer is a 1×1 convolution of a 1×1 picture, so that it is pruned, rounded and run as other convolutions are.
struct DenseTopology: Hashable, Sendable {
    let activation: StagedTopology.Nonlinearity
    let layers: [Layer]
    /// Whether the layers but the last follow once more in reverse, so that the last is the narrow code between them.
    let isMirrored: Bool

    struct Layer: Hashable, Sendable {
        let name: String
        /// 0 leaves the layer out.
        let width: Choice<Int>
    }
}

extension DenseTopology {
    init(_ node: YAMLNode, reader: inout ChoiceReader) throws(YAMLError) {
        let section = try node.required("dense")
        try section.allow(keys: ["activation", "mirrored", "layers"])
        activation = try section.optional("activation")?.option(StagedTopology.Nonlinearity.self) ?? .relu
        isMirrored = try section.optional("mirrored")?.bool() ?? false
        var layers: [Layer] = []
        for item in try section.required("layers").list() {
            try item.allow(keys: ["name", "width"])
            let name = try item.required("name").string()
            guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber }),
                !layers.contains(where: { $0.name == name }), !["logits", "flatten"].contains(name)
            else { throw item.error("each layer needs a name of its own, made of letters and digits") }
            let width = try reader.choice("width", of: item, named: "\(name).", code: "w") {
                item throws(YAMLError) in try item.int(in: 0...4096)
            }
            layers.append(Layer(name: name, width: width))
        }
        guard let last = layers.last else { throw try section.required("layers").error("has no layers") }
        guard !isMirrored || !last.width.values.contains(0) else {
            throw try section.required("layers").error("the code of an autoencoder cannot be left out")
        }
        self.layers = layers
    }

    /// `first_w64|second_w0`: a part for each layer.
    func text(of genotype: Genotype) -> String {
        layers.map { layer in
            ([layer.name] + [layer.width.token(in: genotype)].compactMap(\.self)).joined(separator: "_")
        }.joined(separator: "|")
    }

    func read(_ text: String, into genotype: inout Genotype) throws(EncodingError) {
        let parts = text.split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == layers.count else {
            throw EncodingError(detail: "it has \(parts.count) parts, expected \(layers.count)")
        }
        for (layer, part) in zip(layers, parts) {
            var tokens = part.split(separator: "_", omittingEmptySubsequences: false)
            guard tokens.removeFirst() == layer.name, tokens.count == (layer.width.dimension == nil ? 0 : 1),
                tokens.allSatisfy({ layer.width.read($0, into: &genotype) })
            else {
                let options =
                    layer.width.dimension == nil
                    ? layer.name : layer.width.texts.map { "\(layer.name)_w\($0)" }.joined(separator: ", ")
                throw EncodingError(detail: "'\(part)' should be one of \(options)")
            }
        }
    }

    func graph(of genotype: Genotype, input: NetworkInput, name: String) throws(GraphError) -> Graph {
        var network = NetworkBuilder(name: name, input: input, epsilon: 1e-3)
        try network.flatten("flatten")
        let back = isMirrored ? layers.dropLast().reversed().map { ("\($0.name)Back", $0.width) } : []
        for (name, width) in layers.map({ ($0.name, $0.width) }) + back {
            let channels = width.value(in: genotype)
            guard channels > 0 else { continue }
            // A code is not cut at zero.
            let isCode = isMirrored && name == layers.last?.name
            try network.layer(
                name, kernel: 1, channels: channels, activation: isCode ? nil : activation.activation)
        }
        return try network.finish(outputs: input.outputs)
    }
}
