import Candidates
import Datasets
import Determinism
import ModelGraph
import Quantities
import Search
import SearchSpaces
import Synchronization
import Testing
import Training

@Suite("Candidates that inherit")
struct InheritanceTests {
    private let space: SearchSpace
    private let points: [Genotype]

    init() throws {
        space = try SearchSpace(
            parsing: """
                version: 1
                name: elastic
                title: two stages
                input: {height: 8, width: 8, channels: 1, outputs: 10}
                stem: {kernel: 3, stride: 1, width: [8, 16]}
                stages:
                  - {name: early, operation: [separable, conv], depth: [1, 2], width: [8, 16], kernel: 3, stride: 2}
                  - {name: late, operation: [separable, conv], depth: [0, 1], width: [16, 32], kernel: 3, stride: 2}
                compression: {precision: [float32, int8]}
                """, file: "elastic.yaml")
        points = [space.smallest, space.largest] + space.neighbours(of: space.largest)
    }

    private func trial(_ genotype: Genotype, proposal: Int, accuracy: Double = 0.5) -> Trial {
        Trial(
            genotype: genotype,
            evaluation: Evaluation(
                proposal: proposal, candidate: space.id(of: genotype),
                architecture: space.architecture(of: genotype),
                compression: space.compression(of: genotype), fidelity: .inherited, accuracyKey: "",
                outcome: .evaluated(Quality(accuracy: accuracy)), scores: []))
    }

    @Test("The parent is the nearest of complete batches, whether they come one by one or together")
    func nearest() throws {
        let near = try #require(
            space.neighbours(of: space.smallest).first {
                space.architecture(of: $0) != space.architecture(of: space.smallest)
            })
        let trials = [
            trial(space.smallest, proposal: 0), trial(space.largest, proposal: 1), trial(near, proposal: 2),
        ]
        var (once, stepwise) = (Lineage(space, batchSize: 2), Lineage(space, batchSize: 2))
        once.add(trials)
        stepwise.add(Array(trials.prefix(2)))
        #expect(stepwise.ancestors(of: space.largest).isEmpty, "those of the first batch have no parent")
        #expect(stepwise.ancestors(of: near).map(\.architecture) == [space.architecture(of: space.smallest)])
        stepwise.add(trials)
        #expect(stepwise.ancestors(of: near) == once.ancestors(of: near))
        #expect(once.ancestors(of: near).count == 1, "its own network is not its parent")
    }

    @Test("Points of one architecture share a network, whatever their compression")
    func compressions() throws {
        let rounded = try space.genotype(
            architecture: space.architecture(of: space.largest), compression: "int8")
        var lineage = Lineage(space, batchSize: 1)
        lineage.add([trial(space.smallest, proposal: 0), trial(space.largest, proposal: 1)])
        #expect(lineage.ancestors(of: rounded) == lineage.ancestors(of: space.largest))
        #expect(lineage.ancestors(of: rounded).count == 1)
    }

    @Test("Networks that were lost are trained again, bit for bit; the key names the source and the map")
    func repeats() throws {
        let data = try PreparedData(
            Dataset(DatasetRequest(source: .digits)),
            rules: SplitRules(validation: .fraction(0.2), test: .fraction(0.05), seed: 3),
            augmentation: .image(shift: 1))
        let settings = TrainingSettings(epochs: 0.5, batch: 64)
        func builder(_ shelf: Shelf) -> CandidateBuilder {
            let plain = CandidateBuilder(space: space, data: data, settings: settings, seed: 1)
            return CandidateBuilder(
                space: space, data: data, settings: settings, seed: 1,
                inheritance: Inheritance(InheritedNetworks(plain, shelf: shelf), trainsOn: false))
        }
        let chain = [space.smallest, points[2]].map {
            Ancestor(architecture: space.architecture(of: $0), lesson: "none")
        }
        let (kept, lost) = (Shelf(), Shelf())
        let first = builder(kept)
        let network = try first.build(space.largest, after: chain)
        #expect(kept.count == 3)
        #expect(try builder(lost).build(space.largest, after: chain) == network)
        #expect(try builder(kept).build(space.largest, after: chain) == network)
        let keys = [chain, [chain[0]], [chain[1]], []].map {
            first.accuracyIdentity(of: space.largest, after: $0).hash
        }
        #expect(Set(keys).count == 4)
        #expect(try first.build(space.largest, after: [chain[0]]) != network)
    }

    private final class Shelf: NetworkShelf {
        private let networks = Mutex<[String: [UInt8]]>([:])
        var count: Int { networks.withLock { $0.count } }
        func network(_ key: String) throws -> Graph? {
            try networks.withLock { $0[key] }.map { try Graph(decoding: $0, file: key) }
        }
        func keep(_ network: Graph, _ key: String) { networks.withLock { $0[key] = network.encoded() } }
    }
}
