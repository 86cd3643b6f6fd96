public import ModelGraph

/// What decides everything about a piece but the extents of its values.
public struct PieceKind: Hashable, Sendable {
    let choices: [Int]
}

/// A piece as its kind and the extents that it has there.
public struct PieceOutline: Hashable, Sendable {
    /// Pieces of one kind are one graph in which only extents differ.
    public let kind: PieceKind
    /// Rows, columns and channels, more than one of each, and then the sides of kernels, in the order of `MarkedPiece.marks`.
    public let extents: [Int]
    /// Whether most other networks have a piece of one of few such kinds.
    public let recurs: Bool
}

/// A piece of some kind in which each extent that may differ has a number of its own.
public struct MarkedPiece: Sendable {
    /// The compressed piece.
    public let graph: Graph
    /// The numbers that stand for the extents of an outline.
    public let marks: [Int]
    /// How many of them, at the end, stand for sides of kernels.
    public let kernelMarks: Int
    /// Other extents that all pieces of the kind have.
    public let literals: [Int]

    /// Sums of more products than this have no int8 form, which would be a difference that no outline tells.
    static let longestSum = 65_000
}

extension Graph {
    /// The most products that are added up for one result.
    fileprivate var longestSum: Int {
        nodes.map { macs(of: $0) / max(self[$0.output].type.shape.elementCount, 1) }.max() ?? 0
    }
}

/// Outlines of pieces: many pieces of a space differ in numbers only, so that one graph tells the shapes of all of them.
///
/// Blocks, stems and heads of staged networks, and cells, have outlines where nothing is done to weights but to remove a part of
/// all channels and to change their type.
public struct PieceOutlines: Sendable {
    private let pieces: Pieces
    private let topology: OutlinedTopology
    private let input: NetworkInput
    private let compressions: CompressionTable

    /// The topologies whose pieces have outlines, with the role of each piece.
    private enum OutlinedTopology: Sendable {
        case stages(StagedTopology, [StagedTopology.Role])
        /// For each piece its stage where it is a cell.
        case cell(CellTopology, [Int?])
    }

    /// Nil where no piece of the space has an outline.
    public init?(of space: SearchSpace, in pieces: Pieces, input: NetworkInput) {
        switch space.topology {
        case .stages(let stages): topology = .stages(stages, stages.roles)
        case .cell(let cell): topology = .cell(cell, cell.stagesOfPieces)
        case .layers, .dense, .given, .backbone: return nil
        }
        switch topology {
        case .stages(_, let roles): guard roles.count == pieces.pieces.count else { return nil }
        case .cell(_, let stages): guard stages.count == pieces.pieces.count else { return nil }
        }
        guard let compressions = CompressionTable(space) else { return nil }
        self.pieces = pieces
        self.input = input
        self.compressions = compressions
    }

    /// The outline of a piece of a genotype in normal form, `position` being its place among the keys without repeats.
    public func outline(of genotype: Genotype, at position: Int) -> PieceOutline? {
        guard let compression = compressions[genotype] else { return nil }
        if pieces.isWhole(genotype) { return wholeOutline(of: genotype, compression) }
        let piece = pieces.present(in: genotype)[position]
        switch topology {
        case .stages(let stages, let roles):
            guard
                let extents = stages.extents(
                    of: roles[piece], in: genotype, input, keeping: compression.keptChannels)
            else { return nil }
            return PieceOutline(
                kind: PieceKind(
                    choices: [piece, compression.number]
                        + stages.structure(of: roles[piece], in: genotype, input)),
                extents: extents, recurs: true)
        case .cell(let cell, let stages):
            guard compression.ratio == 0, let stage = stages[piece],
                let extents = cell.extents(ofCellIn: stage, input)
            else { return nil }
            return PieceOutline(
                kind: PieceKind(choices: [compression.number] + cell.structure(in: genotype)),
                extents: extents + cell.kernels(in: genotype), recurs: false)
        }
    }

    /// The outline of a network that is one piece: only the kernels of its cell are open.
    private func wholeOutline(of genotype: Genotype, _ compression: CompressionTable.Entry) -> PieceOutline? {
        guard case .cell(let cell, _) = topology, compression.ratio == 0 else { return nil }
        return PieceOutline(
            kind: PieceKind(choices: [-1, compression.number] + cell.structure(in: genotype)),
            extents: cell.kernels(in: genotype), recurs: false)
    }

    private func markedWhole(of genotype: Genotype, _ compression: CompressionTable.Entry) -> MarkedPiece? {
        guard case .cell(let cell, _) = topology,
            let network = try? cell.graph(
                of: genotype, input: input, name: "piece", showing: .whole, kernel: CellTopology.kernelMark),
            network.longestSum <= MarkedPiece.longestSum,
            let graph = try? network.compressed(by: compression.rest)
        else { return nil }
        let marks = cell.kernelMarks(in: genotype)
        return MarkedPiece(
            graph: graph, marks: marks, kernelMarks: marks.count, literals: cell.extents(of: input))
    }

    /// The points in an order in which those stand together that have pieces of one kind, where kinds do not recur otherwise.
    public func order(of genotypes: [Genotype]) -> [Int] {
        guard case .cell(let cell, _) = topology else { return Array(genotypes.indices) }
        let structures = genotypes.map(cell.structureNumber)
        return genotypes.indices.sorted { (structures[$0], $0) < (structures[$1], $1) }
    }

    /// The graph of the kind that a piece of a genotype in normal form has; nil where there is none.
    public func marked(of genotype: Genotype, at position: Int) -> MarkedPiece? {
        guard let compression = compressions[genotype] else { return nil }
        if pieces.isWhole(genotype) { return markedWhole(of: genotype, compression) }
        var piece = pieces.present(in: genotype)[position]
        let network: Graph?
        let marks, literals: [Int]
        let kernelMarks: Int
        switch topology {
        case .stages(let stages, let roles):
            let marked = stages.marks(of: roles[piece], in: genotype, input)
            (marks, literals) = (marked.marks, marked.literals)
            kernelMarks = roles[piece] == .head ? 0 : 2
            network = try? stages.markedNetwork(around: roles[piece], of: genotype, input)
        case .cell(let cell, let stages):
            // The first cell of the network gives its values the names that refusals tell.
            guard let first = stages.firstIndex(where: { $0 != nil }), let stage = stages[first] else {
                return nil
            }
            piece = first
            let kernels = cell.kernelMarks(in: genotype)
            (marks, literals) = (CellTopology.marks + kernels, [])
            kernelMarks = kernels.count
            network = try? cell.markedNetwork(around: stage, of: genotype)
        }
        guard let network, network.longestSum <= MarkedPiece.longestSum,
            let graph = try? network.compressed(by: compression.rest),
            let part = pieces.cut(graph, piece: piece)
        else { return nil }
        return MarkedPiece(graph: part, marks: marks, kernelMarks: kernelMarks, literals: literals)
    }
}

/// The compressions of a space that leave pieces their outlines.
private struct CompressionTable: Sendable {
    private let factors: [(dimension: Int, stride: Int)]
    private let entries: [Entry?]

    struct Entry: Sendable {
        /// The part of the channels that is removed.
        let ratio: Double
        /// Everything else that is done.
        let rest: Compression
        /// Equal for equal `rest`.
        let number: Int

        func keptChannels(of count: Int) -> Int { Compression.keptChannels(of: count, ratio: ratio) }
    }

    /// Nil where stages choose their precision, or where there are more than a thousand combinations.
    init?(_ space: SearchSpace) {
        let choices = [space.compression.precision, space.compression.pruning, space.compression.recipe]
        guard space.compression.stages.isEmpty else { return nil }
        var factors: [(dimension: Int, stride: Int)] = []
        var count = 1
        for dimension in choices.compactMap(\.dimension) {
            factors.append((dimension, count))
            count *= space.dimensions[dimension].options.count
            guard count <= 1000 else { return nil }
        }
        var rests: [Compression] = []
        var genotype = Genotype(choices: [UInt8](repeating: 0, count: space.dimensions.count))
        self.factors = factors
        entries = (0..<count).map { index in
            for (dimension, stride) in factors {
                genotype[dimension] = index / stride % space.dimensions[dimension].options.count
            }
            guard let (ratio, rest) = (try? space.pipeline(of: genotype)).flatMap(CompressionTable.parts)
            else { return nil }
            let number = rests.firstIndex(of: rest) ?? rests.count
            if number == rests.count { rests.append(rest) }
            return Entry(ratio: ratio, rest: rest, number: number)
        }
    }

    subscript(genotype: Genotype) -> Entry? {
        entries[factors.reduce(0) { $0 + genotype[$1.dimension] * $1.stride }]
    }

    /// The part of all channels that is removed, and all other steps; nil where a step looks at more than types.
    private static func parts(_ compression: Compression) -> (ratio: Double, rest: Compression)? {
        var ratio = 0.0
        var rest: [Compression.Step] = []
        for step in compression.steps {
            switch step {
            case .distill, .finetune: break
            case .structured(let ratios):
                guard ratio == 0, ratios.exceptions.isEmpty else { return nil }
                ratio = ratios.general
            case .precision:
                guard compression.isLocal else { return nil }
                rest.append(step)
            case .magnitude, .pattern, .dynamic: return nil
            }
        }
        return (try? Compression(rest)).map { (ratio, $0) }
    }
}
