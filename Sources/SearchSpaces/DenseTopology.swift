import ModelGraph
import YAMLReader

/// Fully connected layers over all values of a sample, as for tables; mirrored, an autoencoder.
///
/// A layer is a 1×1 convolution of a 1×1 picture, so that it is pruned, rounded and run as other convolutions are.
struct DenseTopology: Hashable, Sendable {
    let activation: StagedTopology.Nonlinearity
    /// Units that each value of a sample is spread over before the first layer, each a ramp over a part of its range that is
    /// trained; 0 for none.
    ///
    /// Of samples with many values there are fewer, `mostBinned` units in all.
    let bins: Choice<Int>
    let layers: [Layer]
    /// Whether the layers but the last follow once more in reverse, so that the last is the narrow code between them.
    let isMirrored: Bool

    struct Layer: Hashable, Sendable {
        let name: String
        /// 0 leaves the layer out.
        let width: Choice<Int>
    }

    /// The most units of all values together.
    static let mostBinned = 2048
}

extension SearchSpace {
    /// The node of a network that spreads each value of a sample over units: a convolution with a group for each value.
    public static let binsName = "bins"
}

extension DenseTopology {
    init(_ node: YAMLNode, reader: inout ChoiceReader) throws(YAMLError) {
        let section = try node.required("dense")
        try section.allow(keys: ["activation", "bins", "mirrored", "layers"])
        activation = try section.optional("activation")?.option(StagedTopology.Nonlinearity.self) ?? .relu
        bins = try reader.choice("bins", of: section, named: "", code: "b", default: 0) {
            item throws(YAMLError) in try item.int(in: 0...64)
        }
        isMirrored = try section.optional("mirrored")?.bool() ?? false
        var layers: [Layer] = []
        for item in try section.required("layers").list() {
            try item.allow(keys: ["name", "width"])
            let name = try item.required("name").string()
            guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber }),
                !layers.contains(where: { $0.name == name }),
                !["logits", "flatten", SearchSpace.binsName].contains(name)
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

    /// `bins_b8|first_w64|second_w0`: a part for the bins where they are a choice, and one for each layer.
    func text(of genotype: Genotype) -> String {
        parts.map { part in
            ([part.name] + [part.choice.token(in: genotype)].compactMap(\.self)).joined(separator: "_")
        }.joined(separator: "|")
    }

    /// What stands between the bars of an encoded text.
    private var parts: [(name: String, choice: Choice<Int>)] {
        (bins.dimension == nil ? [] : [(SearchSpace.binsName, bins)]) + layers.map { ($0.name, $0.width) }
    }

    /// The dimensions of all choices.
    var dimensions: [Int] { parts.compactMap(\.choice.dimension) }

    func read(_ text: String, into genotype: inout Genotype) throws(EncodingError) {
        let texts = text.split(separator: "|", omittingEmptySubsequences: false)
        guard texts.count == parts.count else {
            throw EncodingError(detail: "it has \(texts.count) parts, expected \(parts.count)")
        }
        for (part, text) in zip(parts, texts) {
            var tokens = text.split(separator: "_", omittingEmptySubsequences: false)
            guard tokens.removeFirst() == part.name, tokens.count == (part.choice.dimension == nil ? 0 : 1),
                tokens.allSatisfy({ part.choice.read($0, into: &genotype) })
            else {
                let options =
                    part.choice.dimension == nil
                    ? part.name
                    : part.choice.texts.map { "\(part.name)_\(part.choice.code)\($0)" }
                        .joined(separator: ", ")
                throw EncodingError(detail: "'\(text)' should be one of \(options)")
            }
        }
    }

    func graph(of genotype: Genotype, input: NetworkInput, name: String) throws(GraphError) -> Graph {
        var network = NetworkBuilder(name: name, input: input, epsilon: 1e-3)
        try network.flatten("flatten")
        let unitsEach = min(bins.value(in: genotype), DenseTopology.mostBinned / network.channels)
        if unitsEach > 0 { try network.spread(SearchSpace.binsName, units: unitsEach) }
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
