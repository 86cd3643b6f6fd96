import ModelGraph
import YAMLReader

/// Parts of a network that is trained already: fewer channels, fewer residual blocks, smaller kernels, and a new last layer.
///
/// Channels are taken from the first on, so they should stand in the order of their importance.
struct BackboneTopology: Hashable, Sendable {
    /// The network, every node named after its stage.
    let given: GivenTopology
    let stages: [Stage]

    /// What a stage leaves open; a stage without channels to remove, blocks or kernels has one option of each.
    struct Stage: Hashable, Sendable {
        let name: String
        /// The share of channels that stay.
        let width: Choice<Double>
        /// The share of residual blocks that stay; the last ones go first.
        let depth: Choice<Double>
        /// Kernels larger than this are cropped to their middle; 0 crops none.
        let kernel: Choice<Int>

        func owns(_ node: String) -> Bool { node.hasPrefix("\(name)/") }
    }

    /// - Parameters:
    ///   - graph: a float32 network with one input and one output.
    ///   - node: has the lists `width`, `depth` and `kernel`, each stage choosing for itself.
    init(_ graph: Graph, name: String, _ node: YAMLNode, reader: inout ChoiceReader) throws {
        given = try GivenTopology(graph, name: name)
        let network = given.network
        // Whether the head can be replaced does not depend on the number of classes.
        do throws(GraphError) {
            _ = try network.replacingHead(outputs: 2)
        } catch {
            throw SearchSpaceError.given(model: name, detail: "cannot get a new last layer: \(error)")
        }
        var stages: [Stage] = []
        for stage in given.stages {
            stages.append(try Stage(stage, of: network, node, reader: &reader))
        }
        self.stages = stages
    }

    var dimensions: [Int] {
        stages.flatMap { [$0.width.dimension, $0.depth.dimension, $0.kernel.dimension].compactMap(\.self) }
    }

    /// `stage1_w0.5_d1|stage2_w1_d0.5|head`: a part for each stage.
    func text(of genotype: Genotype) -> String {
        stages.map { stage in
            ([stage.name] + stage.tokens(of: genotype)).joined(separator: "_")
        }.joined(separator: "|")
    }

    func read(_ text: String, into genotype: inout Genotype) throws(EncodingError) {
        let parts = text.split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == stages.count else {
            throw EncodingError(detail: "it has \(parts.count) parts, expected \(stages.count)")
        }
        for (stage, part) in zip(stages, parts) {
            let tokens = part.split(separator: "_", omittingEmptySubsequences: false)
            let isKnown = tokens.dropFirst().allSatisfy { stage.read($0, into: &genotype) }
            guard tokens.first.map(String.init) == stage.name, isKnown,
                tokens.count == 1 + stage.tokens(of: genotype).count
            else {
                throw EncodingError(
                    detail:
                        "'\(part)' should be like '\(([stage.name] + stage.tokens(of: genotype)).joined(separator: "_"))'"
                )
            }
        }
    }

    /// The part of the network that a point stands for, with its weights, and with an unknown last layer.
    func graph(of genotype: Genotype, outputs: Int) throws(GraphError) -> Graph {
        var graph = given.network
        for stage in stages {
            let extent = stage.kernel.value(in: genotype)
            if extent > 0 { graph = graph.croppingKernels(to: extent) { stage.owns($0.name) } }
        }
        graph = graph.removing(stages.flatMap { $0.removedBlocks(of: graph, genotype) })
        var kept: [Int: [Int]] = [:]
        for group in graph.channelGroups {
            guard let stage = stages.first(where: { $0.owns(group.name) }) else { continue }
            let count = Compression.keptChannels(
                of: group.channels, ratio: 1 - stage.width.value(in: genotype))
            kept[group.id] = Array(0..<count)
        }
        return try graph.keepingChannels(kept).replacingHead(outputs: outputs)
    }
}

extension BackboneTopology.Stage {
    fileprivate init(
        _ name: String, of network: Graph, _ node: YAMLNode, reader: inout ChoiceReader
    ) throws(YAMLError) {
        self.name = name
        func isOwn(_ node: Node) -> Bool { node.name.hasPrefix("\(name)/") }
        let fixed = Choice(code: "", values: [1.0], texts: [""], dimension: nil)
        func share(_ item: YAMLNode) throws(YAMLError) -> Double {
            let value = try item.double()
            guard value > 0, value <= 1 else {
                throw item.error("expected a share above 0 and up to 1, got \(value)")
            }
            return value
        }
        let path = "\(name)."
        width =
            network.channelGroups.contains { $0.name.hasPrefix("\(name)/") }
            ? try reader.choice("width", of: node, named: path, code: "w", default: 1, share) : fixed
        depth =
            network.residualBlocks.contains { isOwn(network.nodes[$0.sum]) }
            ? try reader.choice("depth", of: node, named: path, code: "d", default: 1, share) : fixed
        let smallest = try node.optional("kernel").map { node throws(YAMLError) in
            try (node.isSequence ? node.list() : [node]).map { item throws(YAMLError) in
                try item.int(in: 1...99)
            }.min() ?? 99
        }
        let canCrop = network.nodes.contains {
            isOwn($0) && network.canCropKernel(of: $0, to: smallest ?? 99)
        }
        kernel =
            canCrop
            ? try reader.choice("kernel", of: node, named: path, code: "k", default: 0) {
                item throws(YAMLError) in try item.int(in: 1...99)
            } : Choice(code: "", values: [0], texts: [""], dimension: nil)
    }

    fileprivate func tokens(of genotype: Genotype) -> [String] {
        [width.token(in: genotype), depth.token(in: genotype), kernel.token(in: genotype)].compactMap(\.self)
    }

    fileprivate func read(_ token: Substring, into genotype: inout Genotype) -> Bool {
        width.read(token, into: &genotype) || depth.read(token, into: &genotype)
            || kernel.read(token, into: &genotype)
    }

    /// The blocks of the stage that a point leaves out: its last ones, and never all.
    fileprivate func removedBlocks(of graph: Graph, _ genotype: Genotype) -> [ResidualBlock] {
        let own = graph.residualBlocks.filter { owns(graph.nodes[$0.sum].name) }
        let kept = Int((Double(own.count) * depth.value(in: genotype)).rounded(.up))
        return Array(own.dropFirst(kept))
    }
}
