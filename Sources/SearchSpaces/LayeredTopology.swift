import ModelGraph
import YAMLReader

/// One block chosen for each layer of a fixed layout, as in FBNet (Wu 2019).
struct LayeredTopology: Hashable, Sendable {
    let stemWidth: Int
    let stemStride: Int
    let layers: [Layer]
    /// Channels of the last 1×1 convolution; 0 for none.
    let headWidth: Int

    struct Layer: Hashable, Sendable {
        let width, stride: Int
        let block: Choice<Block>
    }

    /// `skip`, or an inverted residual such as `k5_e6` and `k3_e1_g2`: kernel, expansion, groups of its 1×1 convolutions.
    enum Block: Hashable, Sendable {
        case skip
        case inverted(kernel: Int, expansion: Int, groups: Int)

        init?(_ text: String) {
            guard text != "skip" else {
                self = .skip
                return
            }
            var parts = text.split(separator: "_", omittingEmptySubsequences: false)
            guard (2...3).contains(parts.count) else { return nil }
            var numbers: [Int] = []
            for letter in ["k", "e", "g"] {
                guard !parts.isEmpty else { break }
                let part = parts.removeFirst()
                guard part.hasPrefix(letter), let number = Int(part.dropFirst()), (1...64).contains(number)
                else {
                    return nil
                }
                numbers.append(number)
            }
            self = .inverted(
                kernel: numbers[0], expansion: numbers[1], groups: numbers.count > 2 ? numbers[2] : 1)
        }

        var text: String {
            switch self {
            case .skip: "skip"
            case .inverted(let kernel, let expansion, let groups):
                "k\(kernel)_e\(expansion)" + (groups > 1 ? "_g\(groups)" : "")
            }
        }
    }
}

extension LayeredTopology {
    init(_ node: YAMLNode, reader: inout ChoiceReader) throws(YAMLError) {
        let stem = try node.required("stem")
        try stem.allow(keys: ["width", "stride"])
        stemWidth = try stem.required("width").int(in: 1...4096)
        stemStride = try stem.required("stride").int(in: 1...8)
        if let head = try node.optional("head") {
            try head.allow(keys: ["width"])
            headWidth = try head.required("width").int(in: 0...8192)
        } else {
            headWidth = 0
        }
        let section = try node.required("layers")
        try section.allow(keys: ["blocks", "layout"])
        let layout = try section.required("layout").list()
        guard !layout.isEmpty else { throw try section.required("layout").error("has no layers") }
        var layers: [Layer] = []
        for item in layout {
            try item.allow(keys: ["width", "stride", "repeat"])
            let (width, stride) = (
                try item.required("width").int(in: 1...4096), try item.required("stride").int(in: 1...8)
            )
            for index in 0..<(try item.optional("repeat")?.int(in: 1...64) ?? 1) {
                let block = try reader.choice("blocks", of: section, named: "layer \(layers.count + 1) ") {
                    option throws(YAMLError) in
                    guard let block = Block(try option.string()) else {
                        throw option.error(
                            "expected skip or a block such as k3_e6 or k5_e1_g2, got \(option.summary)")
                    }
                    return block
                }
                layers.append(Layer(width: width, stride: index == 0 ? stride : 1, block: block))
            }
        }
        self.layers = layers
    }

    /// `k5_e6|skip|k3_e1_g2|…`: a block for each layer.
    func text(of genotype: Genotype) -> String {
        layers.map { $0.block.value(in: genotype).text }.joined(separator: "|")
    }

    func read(_ text: String, into genotype: inout Genotype) throws(EncodingError) {
        let parts = text.split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == layers.count else {
            throw EncodingError(detail: "it has \(parts.count) layers, expected \(layers.count)")
        }
        for (index, (layer, part)) in zip(layers, parts).enumerated() {
            guard let option = layer.block.values.firstIndex(where: { $0.text == part }) else {
                let known = layer.block.values.map(\.text).joined(separator: ", ")
                throw EncodingError(detail: "layer \(index + 1) is '\(part)', expected one of \(known)")
            }
            if let dimension = layer.block.dimension { genotype[dimension] = option }
        }
    }
}

extension LayeredTopology {
    func graph(of genotype: Genotype, input: NetworkInput, name: String) throws(GraphError) -> Graph {
        var network = NetworkBuilder(name: name, input: input, epsilon: 1e-5)
        try network.layer(
            "stem", kernel: 3, stride: Extent(stemStride, stemStride), channels: stemWidth, activation: .relu,
            edges: .symmetric)
        for (index, layer) in layers.enumerated() {
            let stride = Extent(layer.stride, layer.stride)
            switch layer.block.value(in: genotype) {
            case .skip: try network.skip("layer\(index + 1)", width: layer.width, stride: stride)
            case .inverted(let kernel, let expansion, let groups):
                try network.append(
                    "layer\(index + 1)", width: layer.width, stride: stride, kernel: Extent(kernel, kernel),
                    expansion: expansion, groups: groups)
            }
        }
        if headWidth > 0 { try network.layer("head", kernel: 1, channels: headWidth, activation: .relu) }
        return try network.finish(outputs: input.outputs)
    }
}

extension NetworkBuilder {
    /// Nothing where the shape stays; else a 1×1 convolution, as the authors' code does.
    fileprivate mutating func skip(_ name: String, width: Int, stride: Extent) throws(GraphError) {
        guard stride != 1 || channels != width else { return }
        try layer("\(name).skip", kernel: 1, stride: stride, channels: width, activation: .relu)
    }

    fileprivate mutating func append(
        _ name: String, width: Int, stride: Extent, kernel: Extent, expansion: Int, groups: Int
    ) throws(GraphError) {
        let (entry, entryShape) = (current, shape)
        try layer(
            "\(name).expand", kernel: 1, channels: channels * expansion, groups: groups, activation: .relu)
        if groups > 1 { try shuffle("\(name).shuffle", groups: groups) }
        try layer(
            "\(name).depthwise", kernel: kernel, stride: stride, channels: nil, activation: .relu,
            edges: .symmetric)
        try layer("\(name).project", kernel: 1, channels: width, groups: groups, activation: nil)
        if shape == entryShape { try combine("\(name).add", with: entry) }
    }
}
