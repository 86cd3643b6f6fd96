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
            let graph = try space.graph(of: genotype, input: space.referenceInput)
                .compressed(by: Compression(parsing: space.compression(of: genotype)))
            let keys = try #require(pieces.keys(of: genotype))
            let parts = pieces.cut(graph)
            #expect(keys.count == parts.count && keys.allSatisfy { $0 >= 0 && $0 < pieces.keyCount })
            #expect(parts.map(\.nodes.count).reduce(0, +) == graph.nodes.count)
            #expect(parts.map(\.counts.macs).reduce(0, +) == graph.counts.macs)
            for (key, part) in zip(keys, parts) {
                let numbered = known.updateValue(part, forKey: key)
                #expect(numbered.map { $0.isLike(part) } ?? true, "\(space.architecture(of: genotype))")
            }
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
        for part in pieces.cut(try space.graph(of: space.largest, input: space.referenceInput)) {
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
