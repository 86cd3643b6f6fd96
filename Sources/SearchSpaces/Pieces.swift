public import ModelGraph

/// Numbers the pieces of a space's networks, so that what a piece costs is worked out once and found by number after.
///
/// A piece is the stem, a stage, a layer or the head; its number stands for all choices that it depends on: its own, those
/// that fix its input, and the compression. Networks of one cell are one piece.
///
///     let pieces = try #require(Pieces(of: space))
///     let (keys, graphs) = (pieces.keys(of: genotype), pieces.cut(compressedGraph))
public struct Pieces: Sendable {
    /// Numbers run from 0 to one below this.
    public let keyCount: Int
    let pieces: [Piece]

    struct Piece: Sendable {
        /// Nodes of this name, or with this name and a dot before theirs, begin the piece.
        let names: [String]
        /// The dimensions it depends on, with the distance between neighbouring options' numbers.
        let factors: [(dimension: Int, stride: Int)]
        let first: Int
        /// The piece has no nodes where this dimension has one of these options.
        let absence: (dimension: Int, options: [Bool])?
    }

    /// Nil where the numbers would be more than ten million.
    public init?(of space: SearchSpace) {
        var numbering = PieceNumbering(space)
        switch space.topology {
        case .stages(let stages): stages.number(with: &numbering)
        case .cell(let cell): numbering.add([], of: cell.edges.compactMap(\.operation.dimension))
        case .layers(let layers): layers.number(with: &numbering)
        case .dense(let dense): numbering.add([], of: dense.layers.compactMap(\.width.dimension))
        case .given: numbering.add([], of: [])
        case .backbone(let backbone): numbering.add([], of: backbone.dimensions)
        }
        guard numbering.count <= 10_000_000 else { return nil }
        pieces = numbering.pieces
        keyCount = numbering.count
    }

    /// The numbers of the pieces that a network has, from input to output; the genotype is in normal form.
    ///
    /// Nil where single layers keep a higher precision: no piece of such a network is numbered.
    public func keys(of genotype: Genotype) -> [Int]? {
        var keys: [Int] = []
        return collectKeys(of: genotype, into: &keys) ? keys : nil
    }

    /// Replaces the contents of `keys` by those numbers.
    ///
    /// False where there are none. Allocates nothing once `keys` has room.
    public func collectKeys(of genotype: Genotype, into keys: inout [Int]) -> Bool {
        keys.removeAll(keepingCapacity: true)
        guard genotype.keptLayers.isEmpty else { return false }
        for piece in pieces {
            if let absence = piece.absence, absence.options[genotype[absence.dimension]] { continue }
            var key = piece.first
            for factor in piece.factors { key += genotype[factor.dimension] * factor.stride }
            keys.append(key)
        }
        return true
    }

    /// The pieces of a network of the space, compressed or not, as graphs of their own; as many as its keys.
    ///
    /// A node that compression added goes with the node before it.
    public func cut(_ graph: Graph) -> [Graph] {
        guard pieces.count > 1 else { return [graph] }
        var owners: [Int] = []
        for node in graph.nodes {
            let named = pieces.lastIndex { piece in
                piece.names.contains { node.name == $0 || node.name.hasPrefix("\($0).") }
            }
            owners.append(max(named ?? 0, owners.last ?? 0))
        }
        return pieces.indices.compactMap { piece in
            let nodes = owners.indices.filter { owners[$0] == piece }
            return nodes.isEmpty ? nil : graph.part(nodes, named: "\(graph.name) piece \(piece)")
        }
    }
}

/// Gives each piece a run of numbers.
struct PieceNumbering {
    private(set) var pieces: [Pieces.Piece] = []
    private(set) var count = 0
    private let space: SearchSpace
    private let compression: [Int]

    init(_ space: SearchSpace) {
        self.space = space
        // What only guides training, such as distillation, changes no cost.
        let shapes =
            [space.compression.precision, space.compression.pruning] + space.compression.stages.map(\.choice)
        let recipe = space.compression.recipe.values.allSatisfy { $0.isEmpty || $0.hasPrefix("distill(") }
        compression = (shapes + (recipe ? [] : [space.compression.recipe])).compactMap(\.dimension)
    }

    /// A piece that depends on some dimensions and on the compression.
    mutating func add(
        _ names: [String], of dimensions: [Int], absent: (dimension: Int, options: [Bool])? = nil
    ) {
        var stride = 1
        var factors: [(dimension: Int, stride: Int)] = []
        for dimension in dimensions + compression
        where !factors.contains(where: { $0.dimension == dimension }) {
            factors.append((dimension, stride))
            stride = min(
                stride.multipliedReportingOverflow(by: space.dimensions[dimension].options.count).0, 1 << 30)
        }
        pieces.append(Pieces.Piece(names: names, factors: factors, first: count, absence: absent))
        count += stride
    }
}

extension StagedTopology {
    func number(with numbering: inout PieceNumbering) {
        numbering.add(["stem"], of: [resolution.dimension].compactMap(\.self) + stem.dimensions)
        var extents = [resolution.dimension, stem.stride.dimension].compactMap(\.self)
        var widths = [stem.width.dimension].compactMap(\.self)
        for stage in stages {
            let absent = stage.depth.values.map { $0 == 0 }
            let absence = stage.depth.dimension.map { (dimension: $0, options: absent) }
            numbering.add([stage.name], of: extents + widths + stage.dimensions, absent: absence)
            let mayBeAbsent = absent.contains(true)
            let own = [stage.width.dimension].compactMap(\.self)
            let depth = mayBeAbsent ? [stage.depth.dimension].compactMap(\.self) : []
            widths = mayBeAbsent ? widths + own + depth : own
            extents += [stage.stride.dimension].compactMap(\.self) + depth
        }
        numbering.add(
            ["head", "pool", "flatten", "logits"],
            of: extents + widths + [headWidth.dimension].compactMap(\.self))
    }
}

extension StagedTopology.Stage {
    fileprivate var dimensions: [Int] {
        [
            depth.dimension, block.dimension, width.dimension, kernel.dimension, expansion.dimension,
            stride.dimension, activation.dimension, squeezeExcite.dimension,
        ].compactMap(\.self)
    }
}

extension LayeredTopology {
    fileprivate func number(with numbering: inout PieceNumbering) {
        numbering.add(["stem"], of: [])
        var width = stemWidth
        for (index, layer) in layers.enumerated() {
            let vanishes = layer.stride == 1 && layer.width == width
            let isSkip = layer.block.values.map { $0 == .skip && vanishes }
            numbering.add(
                ["layer\(index + 1)"], of: [layer.block.dimension].compactMap(\.self),
                absent: layer.block.dimension.map { ($0, isSkip) })
            width = layer.width
        }
        numbering.add(["head", "pool", "flatten", "logits"], of: [])
    }
}

extension Graph {
    /// The graph of some nodes: what they read from others becomes input, what others read of them output.
    fileprivate func part(_ nodes: [Int], named name: String) -> Graph {
        let isInside = Set(nodes)
        var renumbered = [ValueID?](repeating: nil, count: values.count)
        var part = Graph(name: name, values: [], nodes: [], inputs: [], outputs: [])
        func id(_ value: ValueID) -> ValueID {
            if let known = renumbered[value.index] { return known }
            let id = ValueID(part.values.count)
            part.values.append(self[value])
            renumbered[value.index] = id
            return id
        }
        let (consumers, producers) = (consumers, producers)
        for index in nodes {
            let node = self.nodes[index]
            for input in node.inputs where renumbered[input.index] == nil && self[input].constant == nil {
                if producers[input.index].map(isInside.contains) != true { part.inputs.append(id(input)) }
            }
            part.nodes.append(
                Node(
                    name: node.name, operation: node.operation, inputs: node.inputs.map(id),
                    output: id(node.output)))
            let isRead = consumers[node.output.index].contains { !isInside.contains($0) }
            if isRead || outputs.contains(node.output) { part.outputs.append(id(node.output)) }
        }
        return part
    }
}
