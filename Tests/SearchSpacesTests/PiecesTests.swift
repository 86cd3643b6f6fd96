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
            func graph(_ detail: NetworkDetail) throws -> Graph {
                try space.graph(of: genotype, input: space.referenceInput, showing: detail)
                    .compressed(by: Compression(parsing: space.compression(of: genotype)))
            }
            let whole = try graph(.whole)
            let all = try #require(pieces.keys(of: genotype))
            let keys = all.withoutRepeats
            let parts = try #require(pieces.cut(graph(pieces.detail(of: genotype)), of: genotype))
            try #require(keys.count == parts.count && all.allSatisfy { $0 >= 0 && $0 < pieces.keyCount })
            let position = random.index(below: parts.count)
            let alone = try graph(pieces.detail(of: genotype, at: [position]))
            let part = try #require(pieces.cut(alone, of: genotype, at: [position])?.first)
            #expect(part.isLike(parts[position]), "\(space.architecture(of: genotype)), \(position)")
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
        for part in try #require(pieces.cut(graph, of: space.largest)) { try part.verify() }
    }

    @Test("A network whose layers decide over each other has no numbered pieces")
    func farReachingCompressions() throws {
        let space = try SearchSpace(
            parsing: """
                version: 1
                name: far
                title: compressions that reach across pieces
                input: {height: 16, width: 16, channels: 1, outputs: 4}
                activation: relu
                stem: {kernel: 3, stride: 2, width: 8}
                stages: [{name: early, operation: [conv, separable], depth: [0, 2], width: [16, 24], kernel: 3}]
                compression:
                  precision: [float32, int8, binary, int8(early=float32)]
                  pruning: [none, structured(0.5), magnitude(0.8), structured(0.5;stem=0)]
                """, file: "far.yaml")
        let pieces = try #require(Pieces(of: space))
        var random = RandomStream(seed: 18, .proposal)
        for _ in 0..<200 {
            let genotype = space.sample(using: &random)
            let text = space.compression(of: genotype)
            let reaches = ["binary", "magnitude", "="].contains { text.contains($0) }
            #expect((pieces.keys(of: genotype) == nil) == reaches, "\(text)")
        }
    }
}

extension Graph {
    /// Whether operations and types agree (the names of the graphs need not).
    fileprivate func isLike(_ other: Graph) -> Bool {
        nodes == other.nodes && values.map(\.type) == other.values.map(\.type)
    }
}
