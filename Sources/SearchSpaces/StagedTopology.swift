import ModelGraph
import YAMLReader

/// Stem, stages of repeated blocks, optional 1×1 head, global average, classifier.
struct StagedTopology: Hashable, Sendable {
    /// The picture is resized to this before the stem.
    let resolution: Choice<Resolution>
    let stem: Stage
    let stages: [Stage]
    /// Channels of a last 1×1 convolution; 0 for none.
    let headWidth: Choice<Int>

    /// Height and width that a network reads a picture in.
    enum Resolution: Hashable, Sendable {
        /// As it is.
        case full
        case size(Extent)
        /// Of both sides, rounded to whole pixels.
        case percent(Int)

        init(_ node: YAMLNode) throws(YAMLError) {
            let text = try node.string()
            if text == "full" {
                self = .full
            } else if text.hasSuffix("%") {
                guard let percent = Int(text.dropLast()), (1...400).contains(percent) else {
                    throw node.error("expected 1 to 400 percent, got '\(text)'")
                }
                self = .percent(percent)
            } else {
                self = .size(try KernelSize(node).extent)
            }
        }

        /// The size that a picture is resized to; a side of one pixel stays.
        func extent(of full: Extent) -> Extent {
            func share(_ side: Int, _ percent: Int) -> Int {
                side == 1 ? 1 : max((side * percent + 50) / 100, 1)
            }
            return switch self {
            case .full: full
            case .size(let size): size
            case .percent(let percent): Extent(share(full.height, percent), share(full.width, percent))
            }
        }
    }

    /// What a stage repeats.
    enum Block: String, Hashable, Sendable, CaseIterable {
        /// Depthwise, then 1×1 convolution, as in MobileNet and DS-CNN.
        case separable
        /// 1×1 expansion, depthwise, 1×1 projection, as in MobileNetV2.
        case inverted
        case conv
        /// Two convolutions and a shortcut, as in ResNet.
        case residual
    }

    /// The activations a space's file may name.
    enum Nonlinearity: String, Hashable, Sendable, CaseIterable {
        case relu, relu6, hardSwish = "hard_swish", silu

        var activation: Activation {
            switch self {
            case .relu: .relu
            case .relu6: .relu6
            case .hardSwish: .hardSwish
            case .silu: .silu
            }
        }
    }

    struct Stage: Hashable, Sendable {
        let name: String
        /// How many blocks; 0 leaves the stage out.
        let depth: Choice<Int>
        let block: Choice<Block>
        let width: Choice<Int>
        let kernel: Choice<KernelSize>
        /// Inner over input channels of an inverted block.
        let expansion: Choice<Int>
        /// Of the stage's first block.
        let stride: Choice<KernelSize>
        let activation: Choice<Nonlinearity>
        /// Squeezed over all channels; 0 for no gate.
        let squeezeExcite: Choice<Double>
    }

    /// `3`, or `10x4` for height × width; also a stride.
    struct KernelSize: Hashable, Sendable {
        let extent: Extent

        init(_ extent: Extent) { self.extent = extent }

        init(_ node: YAMLNode) throws(YAMLError) {
            let text = try node.string()
            let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
            guard (1...2).contains(parts.count), let height = parts[0], let width = parts[parts.count - 1],
                (1...1024).contains(height), (1...1024).contains(width)
            else { throw node.error("expected a size such as 3 or 10x4, got '\(text)'") }
            extent = Extent(height, width)
        }
    }
}

extension StagedTopology {
    init(_ node: YAMLNode, reader: inout ChoiceReader) throws(YAMLError) {
        let activation = try node.optional("activation")?.option(Nonlinearity.self) ?? .relu
        resolution = try reader.choice("resolution", of: node, named: "", code: "r", default: .full) {
            item throws(YAMLError) in try Resolution(item)
        }
        stem = try Stage(stem: try node.required("stem"), activation, reader: &reader)
        let list = try node.required("stages").list()
        guard !list.isEmpty else { throw try node.required("stages").error("has no stages") }
        var stages: [Stage] = []
        for item in list {
            let stage = try Stage(item, activation, reader: &reader)
            guard !stages.contains(where: { $0.name == stage.name }) else {
                throw item.error("the stage '\(stage.name)' stands twice")
            }
            stages.append(stage)
        }
        self.stages = stages
        if let head = try node.optional("head") {
            try head.allow(keys: ["width"])
            headWidth = try reader.choice("width", of: head, named: "head.", code: "w") {
                item throws(YAMLError) in try item.int(in: 0...4096)
            }
        } else {
            headWidth = Choice(code: "w", values: [0], texts: ["0"], dimension: nil)
        }
    }
}

extension StagedTopology.Stage {
    fileprivate init(
        stem node: YAMLNode, _ common: StagedTopology.Nonlinearity, reader: inout ChoiceReader
    ) throws(YAMLError) {
        try node.allow(keys: ["kernel", "stride", "width", "activation"])
        name = "stem"
        depth = Choice(code: "d", values: [1], texts: ["1"], dimension: nil)
        block = Choice(code: "", values: [.conv], texts: ["stem"], dimension: nil)
        (width, kernel, stride, activation) = try Self.shape(node, "stem.", common, [], &reader)
        expansion = Choice(code: "e", values: [1], texts: ["1"], dimension: nil)
        squeezeExcite = Choice(code: "se", values: [0], texts: ["0"], dimension: nil)
    }

    fileprivate init(
        _ node: YAMLNode, _ common: StagedTopology.Nonlinearity, reader: inout ChoiceReader
    ) throws(YAMLError) {
        try node.allow(
            keys: [
                "name", "operation", "depth", "width", "kernel", "expansion", "stride", "activation",
                "squeeze_excite",
            ])
        name = try node.required("name").string()
        guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber }),
            !["stem", "head"].contains(name)
        else { throw try node.required("name").error("a stage's name is made of letters and digits") }
        let path = "\(name)."
        depth = try reader.choice("depth", of: node, named: path, code: "d") {
            item throws(YAMLError) in try item.int(in: 0...64)
        }
        let present = reader.condition(depth) { $0 > 0 }
        block = try reader.choice("operation", of: node, named: path, when: present) {
            item throws(YAMLError) in try item.option(StagedTopology.Block.self)
        }
        (width, kernel, stride, activation) = try Self.shape(node, path, common, present, &reader)
        let isInverted = present + reader.condition(block) { $0 == .inverted }
        let expands = block.values.contains(.inverted)
        expansion = try reader.choice(
            "expansion", of: node, named: path, code: "e", when: isInverted, default: expands ? nil : 1
        ) { item throws(YAMLError) in try item.int(in: 1...32) }
        squeezeExcite = try reader.choice(
            "squeeze_excite", of: node, named: path, code: "se", when: present, default: 0
        ) { item throws(YAMLError) in
            let ratio = try item.double()
            guard ratio >= 0, ratio <= 1 else {
                throw item.error("expected a ratio from 0 to 1, got \(ratio)")
            }
            return ratio
        }
    }

    private typealias Size = StagedTopology.KernelSize

    private static func shape(
        _ node: YAMLNode, _ path: String, _ common: StagedTopology.Nonlinearity,
        _ conditions: [Dimension.Condition], _ reader: inout ChoiceReader
    ) throws(YAMLError) -> (Choice<Int>, Choice<Size>, Choice<Size>, Choice<StagedTopology.Nonlinearity>) {
        let width = try reader.choice("width", of: node, named: path, code: "w", when: conditions) {
            item throws(YAMLError) in try item.int(in: 1...4096)
        }
        let kernel = try reader.choice("kernel", of: node, named: path, code: "k", when: conditions) {
            item throws(YAMLError) in try Size(item)
        }
        let stride = try reader.choice(
            "stride", of: node, named: path, code: "s", when: conditions, default: Size(1)
        ) { item throws(YAMLError) in try Size(item) }
        let activation = try reader.choice(
            "activation", of: node, named: path, when: conditions, default: common
        ) { item throws(YAMLError) in try item.option(StagedTopology.Nonlinearity.self) }
        return (width, kernel, stride, activation)
    }
}
