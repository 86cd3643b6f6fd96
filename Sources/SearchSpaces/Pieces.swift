public import ModelGraph

/// Numbers the pieces of a space's networks, so that what a piece costs is worked out once and found by number after.
///
/// A piece is the stem, a block, a cell, a layer or the head; its number stands for all choices that it depends on: its own,
/// those that fix its input, and the compression. A block or cell that is repeated is one piece several times, unless a kernel
/// may reach across a cell's border: then the whole network is one piece.
///
///     let pieces = try #require(Pieces(of: space))
///     let keys = try #require(pieces.keys(of: genotype)).withoutRepeats
///     let graph = try space.graph(of: genotype, input: input, showing: pieces.detail(of: genotype, at: [2]))
///     let graphs = pieces.cut(compressed(graph), of: genotype, at: [2])    // of keys[2]
public struct Pieces: Sendable {
    /// Numbers run from 0 to one below this.
    public let keyCount: Int
    let pieces: [Piece]
    /// Networks that are one piece; nil where all are cut.
    private let wholes: Wholes?
    /// Dimensions of compression, with the options under which a piece's shapes do not follow from its own choices.
    private let unlocal: [(dimension: Int, options: [Bool])]

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
        let count: Count

        /// How often a piece stands in a network, one after the other.
        enum Count: Sendable {
            case always(Int)
            /// By the option of a dimension.
            case chosen(dimension: Int, [Int])
        }

        func count(in genotype: Genotype) -> Int {
            switch count {
            case .always(let count): count
            case .chosen(let dimension, let counts): counts[genotype[dimension]]
            }
        }

        func key(of genotype: Genotype) -> Int {
            factors.reduce(first) { $0 + genotype[$1.dimension] * $1.stride }
        }
    }

    /// Nil where the numbers would be more than ten million, and where no compression of the space leaves a piece to itself.
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
        guard let unlocal = numbering.pieces.count > 1 ? space.compression.unlocalOptions : [] else {
            return nil
        }
        self.unlocal = unlocal
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
    /// Nil where single layers keep a higher precision, and where a sparsity is spread over all layers, so that what becomes of
    /// one follows from the others: no piece of such a network is numbered.
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
        for choice in unlocal where choice.options[genotype[choice.dimension]] { return false }
        for piece in pieces {
            let count = piece.count(in: genotype)
            guard count > 0 else { continue }
            let key = piece.key(of: genotype)
            for _ in 0..<count { keys.append(key) }
        }
        return true
    }

    /// What a graph has to show for these pieces to be cut from it; the genotype is in normal form.
    ///
    /// - Parameter positions: places among its keys without repeats; nil for all.
    public func detail(of genotype: Genotype, at positions: [Int]? = nil) -> NetworkDetail {
        if isWhole(genotype) { return .whole }
        let present = self.present(in: genotype)
        return .pieces(Set((positions ?? Array(present.indices)).flatMap { pieces[present[$0]].names }))
    }

    /// Pieces of the network of a genotype in normal form, compressed or not, as graphs of their own.
    ///
    /// A node that compression added goes with the node before it.
    /// - Parameters:
    ///   - graph: shows these pieces, as `detail(of:at:)` says.
    ///   - positions: places among the keys without repeats; nil for all.
    /// - Returns: nil where the graph has not as many pieces as there are such keys.
    public func cut(_ graph: Graph, of genotype: Genotype, at positions: [Int]? = nil) -> [Graph]? {
        guard pieces.count > 1, !isWhole(genotype) else { return [graph] }
        let owners = owners(in: graph)
        let present = self.present(in: genotype)
        guard Set(owners) == Set(present) else { return nil }
        let cutter = GraphCutter(graph: graph, owners: owners)
        return (positions ?? Array(present.indices)).map { cutter.part(of: present[$0]) }
    }

    /// One piece of a network that shows it; nil where the graph does not.
    func cut(_ graph: Graph, piece: Int) -> Graph? {
        let owners = owners(in: graph)
        return owners.contains(piece) ? GraphCutter(graph: graph, owners: owners).part(of: piece) : nil
    }

    /// The piece of each node.
    private func owners(in graph: Graph) -> [Int] {
        var owners: [Int] = []
        for node in graph.nodes {
            let named = pieces.lastIndex { $0.owns(node.name) }
            owners.append(max(named ?? 0, owners.last ?? 0))
        }
        return owners
    }

    /// The pieces that the network of a genotype has, in order: those of its keys without repeats.
    func present(in genotype: Genotype) -> [Int] {
        pieces.indices.filter { pieces[$0].count(in: genotype) > 0 }
    }
}

extension Pieces.Piece {
    /// Whether a node of this name begins it.
    fileprivate func owns(_ node: String) -> Bool {
        names.contains { name in
            let (name, node) = (name.utf8, node.utf8)
            guard node.starts(with: name) else { return false }
            return node.count == name.count || node.dropFirst(name.count).first == UInt8(ascii: ".")
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
        _ names: [String], of dimensions: [Int], count: Pieces.Piece.Count = .always(1)
    ) {
        pieces.append(piece(names, of: dimensions, count: count))
    }

    /// A piece with numbers of its own that is not one of the list.
    mutating func piece(
        _ names: [String], of dimensions: [Int], count: Pieces.Piece.Count = .always(1)
    ) -> Pieces.Piece {
        var stride = 1
        var factors: [(dimension: Int, stride: Int)] = []
        for dimension in dimensions + compression
        where !factors.contains(where: { $0.dimension == dimension }) {
            factors.append((dimension, stride))
            stride = min(
                stride.multipliedReportingOverflow(by: space.dimensions[dimension].options.count).0, 1 << 30)
        }
        defer { self.count += stride }
        return Pieces.Piece(names: names, factors: factors, first: self.count, count: count)
    }
}

extension CompressionChoices {
    /// The dimensions of this compression, with the options that are not local; nil where what is not chosen is not.
    fileprivate var unlocalOptions: [(dimension: Int, options: [Bool])]? {
        var unlocal: [(dimension: Int, options: [Bool])] = []
        for choice in [precision, pruning, recipe] {
            let options = choice.values.map { (try? Compression(parsing: $0).isLocal) == false }
            guard options.contains(true) else { continue }
            guard let dimension = choice.dimension else { return nil }
            unlocal.append((dimension, options))
        }
        return unlocal
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
                ["stage\(index).0"], of: edges.compactMap(\.operation.dimension), count: .always(stage.cells))
        }
        numbering.add(["last", "pool", "flatten", "logits"], of: [])
    }
}

extension StagedTopology {
    func number(with numbering: inout PieceNumbering) {
        let beginning = [resolution.dimension, stem.stride.dimension].compactMap(\.self)
        numbering.add(["stem"], of: beginning + stem.dimensions)
        var extents = beginning
        var widths = [stem.width.dimension].compactMap(\.self)
        for stage in stages {
            numbering.add(
                ["\(stage.name).0"],
                of: extents + widths + stage.dimensions + [stage.stride.dimension].compactMap(\.self),
                count: stage.depth.pieces { min($0, 1) })
            let mayBeAbsent = stage.depth.values.contains(0)
            let own = [stage.width.dimension].compactMap(\.self)
            let depth = mayBeAbsent ? [stage.depth.dimension].compactMap(\.self) : []
            widths = mayBeAbsent ? widths + own + depth : own
            extents += [stage.stride.dimension].compactMap(\.self)
            // The blocks after the first read what they write.
            if stage.depth.values.contains(where: { $0 > 1 }) {
                numbering.add(
                    ["\(stage.name).1"], of: extents + stage.dimensions,
                    count: stage.depth.pieces { max($0 - 1, 0) })
            }
            extents += depth
        }
        numbering.add(
            ["head", "pool", "flatten", "logits"],
            of: extents + widths + [headWidth.dimension].compactMap(\.self))
    }
}

extension StagedTopology.Stage {
    /// What each of its blocks depends on.
    fileprivate var dimensions: [Int] {
        [
            block.dimension, width.dimension, kernel.dimension, expansion.dimension, activation.dimension,
            squeezeExcite.dimension,
        ].compactMap(\.self)
    }
}

extension Choice {
    /// How often a piece stands in a network, by the value chosen.
    fileprivate func pieces(_ count: (Value) -> Int) -> Pieces.Piece.Count {
        let counts = values.map(count)
        return dimension.map { .chosen(dimension: $0, counts) } ?? .always(counts[0])
    }
}

extension LayeredTopology {
    fileprivate func number(with numbering: inout PieceNumbering) {
        numbering.add(["stem"], of: [])
        var width = stemWidth
        for (index, layer) in layers.enumerated() {
            let vanishes = layer.stride == 1 && layer.width == width
            numbering.add(
                ["layer\(index + 1)"], of: [layer.block.dimension].compactMap(\.self),
                count: layer.block.pieces { $0 == .skip && vanishes ? 0 : 1 })
            width = layer.width
        }
        numbering.add(["head", "pool", "flatten", "logits"], of: [])
    }
}

/// Cuts a graph into parts.
private struct GraphCutter {
    private let graph: Graph
    /// The part of each node.
    private let owners: [Int]
    /// For each value the part of the node that produces it; nil for inputs and constants.
    private let origins: [Int?]
    private let consumers: [[Int]]

    init(graph: Graph, owners: [Int]) {
        self.graph = graph
        self.owners = owners
        origins = graph.producers.map { $0.map { owners[$0] } }
        consumers = graph.consumers
    }

    /// The graph of a part's nodes: what they read from others becomes input, what others read of them output.
    func part(of owner: Int) -> Graph {
        var renumbered = [ValueID?](repeating: nil, count: graph.values.count)
        var part = Graph(
            name: "\(graph.name) piece \(owner)", values: [], nodes: [], inputs: [], outputs: [])
        func id(_ value: ValueID) -> ValueID {
            if let known = renumbered[value.index] { return known }
            let id = ValueID(part.values.count)
            part.values.append(graph[value])
            renumbered[value.index] = id
            return id
        }
        for (node, _) in zip(graph.nodes, owners).filter({ $0.1 == owner }) {
            for input in node.inputs where renumbered[input.index] == nil && graph[input].constant == nil {
                if origins[input.index] != owner { part.inputs.append(id(input)) }
            }
            part.nodes.append(
                Node(
                    name: node.name, operation: node.operation, inputs: node.inputs.map(id),
                    output: id(node.output)))
            let isRead = consumers[node.output.index].contains { owners[$0] != owner }
            if isRead || graph.outputs.contains(node.output) { part.outputs.append(id(node.output)) }
        }
        return part
    }
}
