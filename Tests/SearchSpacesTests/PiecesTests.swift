import Determinism
import ModelGraph
import SearchSpaces
import Testing

@Suite("Networks in pieces")
struct PiecesTests {
    @Test("Pieces of equal number are equal, and together they are the network", arguments: shippedNames)
    func numbersNamePieces(_ name: String) throws {
        let space = try shippedSpace(name)
        let pieces = try #require(Pieces(of: space))
        var random = RandomStream(seed: 17, .proposal)
        var known: [Int: Graph] = [:]
        for _ in 0..<150 {
            let genotype = space.sample(using: &random)
            func graph(repeatingCells: Bool) throws -> Graph {
                try space.graph(
                    of: genotype, input: space.referenceInput, repeatingCells: repeatingCells
                )
                .compressed(by: Compression(parsing: space.compression(of: genotype)))
            }
            let whole = try graph(repeatingCells: true)
            let all = try #require(pieces.keys(of: genotype))
            let keys = all.withoutRepeats
            let parts = pieces.cut(try graph(repeatingCells: pieces.isWhole(genotype)), of: genotype)
            try #require(keys.count == parts.count && all.allSatisfy { $0 >= 0 && $0 < pieces.keyCount })
            for (key, part) in zip(keys, parts) {
                let numbered = known.updateValue(part, forKey: key)
                #expect(numbered.map { $0.isLike(part) } ?? true, "\(space.architecture(of: genotype))")
            }
            let chain = try all.map { try #require(known[$0]) }
            #expect(chain.map(\.nodes.count).reduce(0, +) == whole.nodes.count)
            #expect(chain.map(\.counts.macs).reduce(0, +) == whole.counts.macs)
        }
    }

    @Test("A network with layers kept in a higher precision has no numbered pieces")
    func keptLayers() throws {
        let space = try shippedSpace("tiny-image")
        let pieces = try #require(Pieces(of: space))
        var genotype = space.smallest
        #expect(pieces.keys(of: genotype) != nil)
        genotype.keptLayers = ["stem"]
        #expect(pieces.keys(of: genotype) == nil)
    }

    @Test("A piece is a graph of its own")
    func piecesVerify() throws {
        let space = try shippedSpace("tiny-image")
        let pieces = try #require(Pieces(of: space))
        let graph = try space.graph(of: space.largest, input: space.referenceInput)
        for part in pieces.cut(graph, of: space.largest) {
            try part.verify()
        }
    }
}

extension Graph {
    /// Whether operations and types agree (the names of the graphs need not).
    fileprivate func isLike(_ other: Graph) -> Bool {
        nodes == other.nodes && values.map(\.type) == other.values.map(\.type)
    }
}
