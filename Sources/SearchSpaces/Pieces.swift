public import ModelGraph

/// Numbers the pieces of a space's networks, so that what a piece costs is worked out once and found by number after.
///
/// A piece is the stem, a stage, a cell, a layer or the head; its number stands for all choices that it depends on: its own,
/// those that fix its input, and the compression. A cell that is repeated is one piece several times, unless a kernel may reach
/// across its border: then the whole network is one piece.
///
///     let pieces = try #require(Pieces(of: space))
///     let graph = try space.graph(of: genotype, input: input, repeatingCells: pieces.isWhole(genotype))
///     let (keys, graphs) = (pieces.keys(of: genotype)?.withoutRepeats, pieces.cut(compressed(graph)))
public struct Pieces: Sendable {
    /// Numbers run from 0 to one below this.
    public let keyCount: Int
    let pieces: [Piece]
    /// Networks that are one piece; nil where all are cut.
    private let wholes: Wholes?

    /// Networks of a cell across whose border a kernel may reach.
    private struct Wholes: Sendable {
        /// One of the choices of the cell and of the compression.
        let piece: Piece
        /// The edges of the cell, with the distance between neighbouring options in `isWhole`.
        let edges: [(dimension: Int, stride: Int)]
        let isWhole: [Bool]
    }

    struct Piece: Sendable {
        /// Nodes of this name, or with this name and a dot before theirs, begin the piece.
        let names: [String]
        /// The dimensions it depends on, with the distance between neighbouring options' numbers.
        let factors: [(dimension: Int, stride: Int)]
        let first: Int
        /// The piece has no nodes where this dimension has one of these options.
        let absence: (dimension: Int, options: [Bool])?
        /// How often it follows itself.
        var repeats = 1

        func key(of genotype: Genotype) -> Int {
            factors.reduce(first) { $0 + genotype[$1.dimension] * $1.stride }
        }
    }

    /// Nil where the numbers would be more than ten million.
    public init?(of space: SearchSpace) {
        var numbering = PieceNumbering(space)
        var wholes: Wholes?
        switch space.topology {
        case .stages(let stages): stages.number(with: &numbering)
        case .cell(let cell):
            let edges = cell.edges.compactMap(\.operation.dimension)
            guard let isWhole = cell.reachesAcrossBorders(space, edges) else {
                numbering.add([], of: edges)
                break
            }
            let piece = numbering.piece([], of: edges)
            let strides = piece.factors.filter { edges.contains($0.dimension) }
            wholes = Wholes(piece: piece, edges: strides, isWhole: isWhole)
            cell.number(with: &numbering)
        case .layers(let layers): layers.number(with: &numbering)
        case .dense(let dense): numbering.add([], of: dense.dimensions)
        case .given: numbering.add([], of: [])
        case .backbone(let backbone): numbering.add([], of: backbone.dimensions)
        }
        guard numbering.count <= 10_000_000 else { return nil }
        pieces = numbering.pieces
        self.wholes = wholes
        keyCount = numbering.count
    }

    /// Whether the network of a genotype in normal form is one piece of a space whose cells are pieces otherwise.
    public func isWhole(_ genotype: Genotype) -> Bool {
        guard let wholes else { return false }
        return wholes.isWhole[wholes.edges.reduce(0) { $0 + genotype[$1.dimension] * $1.stride }]
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
        if let wholes, isWhole(genotype) {
            keys.append(wholes.piece.key(of: genotype))
            return true
        }
        for piece in pieces {
            if let absence = piece.absence, absence.options[genotype[absence.dimension]] { continue }
            let key = piece.key(of: genotype)
            for _ in 0..<piece.repeats { keys.append(key) }
        }
        return true
    }

    /// The pieces of the network of a genotype in normal form, compressed or not, as graphs of their own.
    ///
    /// There are as many as it has different keys; where its cells are pieces, the graph has each of them once. A node that compression added goes with the node before it.
    public func cut(_ graph: Graph, of genotype: Genotype) -> [Graph] {
        guard pieces.count > 1, !isWhole(genotype) else { return [graph] }
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
        _ names: [String], of dimensions: [Int], absent: (dimension: Int, options: [Bool])? = nil,
        repeats: Int = 1
    ) {
        var piece = piece(names, of: dimensions, absent: absent)
        piece.repeats = repeats
        pieces.append(piece)
    }

    /// A piece with numbers of its own that is not one of the list.
    mutating func piece(
        _ names: [String], of dimensions: [Int], absent: (dimension: Int, options: [Bool])? = nil
    ) -> Pieces.Piece {
        var stride = 1
        var factors: [(dimension: Int, stride: Int)] = []
        for dimension in dimensions + compression
        where !factors.contains(where: { $0.dimension == dimension }) {
            factors.append((dimension, stride))
            stride = min(
                stride.multipliedReportingOverflow(by: space.dimensions[dimension].options.count).0, 1 << 30)
        }
        defer { count += stride }
        return Pieces.Piece(names: names, factors: factors, first: count, absence: absent)
    }
}

extension [Int] {
    /// Keys without those that follow an equal one.
    public var withoutRepeats: [Int] {
        indices.filter { $0 == 0 || self[$0] != self[$0 - 1] }.map { self[$0] }
    }
}

extension CellTopology {
    /// Spaces of more cells than this are not looked through; their networks are one piece.
    private static let mostCells = 1_000_000

    /// For each cell, by the edges' options with the first running fastest, whether a kernel may reach across its border; nil
    /// where there are too many cells.
    fileprivate func reachesAcrossBorders(_ space: SearchSpace, _ edges: [Int]) -> [Bool]? {
        var count = 1
        for edge in edges {
            count *= space.dimensions[edge].options.count
            guard count <= CellTopology.mostCells else { return nil }
        }
        var genotype = Genotype(choices: [UInt8](repeating: 0, count: space.dimensions.count))
        return (0..<count).map { index in
            var rest = index
            for edge in edges {
                let options = space.dimensions[edge].options.count
                genotype[edge] = rest % options
                rest /= options
            }
            return !standsAlone(in: genotype)
        }
    }

    fileprivate func number(with numbering: inout PieceNumbering) {
        numbering.add(["stem"], of: [])
        for (index, stage) in stages.enumerated() {
            if index > 0 { numbering.add(["reduce\(index)"], of: []) }
            guard stage.cells > 0 else { continue }
            numbering.add(
                ["stage\(index).0"], of: edges.compactMap(\.operation.dimension), repeats: stage.cells)
        }
        numbering.add(["last", "pool", "flatten", "logits"], of: [])
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
