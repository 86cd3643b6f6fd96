import Candidates
import Determinism
import Foundation
import ModelGraph
import Quantities
import Search
import SearchSpaces
import Synchronization

/// Networks in memory.
final class MemoryShelf: NetworkShelf {
    private let networks = Mutex<[String: Graph]>([:])
    func network(_ key: String) -> Graph? { networks.withLock { $0[key] } }
    func keep(_ network: Graph, _ key: String) { networks.withLock { $0[key] = network } }
}

/// What candidates reach in a short training, with and without the weights of their nearest predecessor.
struct InheritanceStudy {
    let space: SearchSpace
    let data: PreparedData
    let judge: Judge
    let records: Records
    let epochs, aloneEpochs: Double
    let recipe: InheritedNetworks.Recipe

    /// One candidate after the first batch, judged three ways.
    private struct Member {
        let depth: Int
        let macs: Int
        let inherited, scratch, trained: Double
    }

    /// Batches of points as a search proposes them: random ones first, then mutants of those so far.
    private func batches(_ count: Int, of size: Int) -> [[Genotype]] {
        var random = RandomStream(seed: 11, .bootstrap)
        var known: [Genotype] = []
        return (0..<count).map { batch in
            var points: [Genotype] = []
            while points.count < size {
                var point = space.sample(using: &random)
                if batch > 0 {
                    point = space.mutate(known[random.index(below: known.count)], using: &random)
                    if random.uniformDouble() < 0.5 { point = space.mutate(point, using: &random) }
                }
                point = space.uncompressed(point)
                if !(known + points).contains(point) { points.append(point) }
            }
            known += points
            return points
        }
    }

    func run(batches count: Int, of size: Int) throws {
        let settings = TrainingSettings(epochs: epochs)
        let plain = CandidateBuilder(space: space, data: data, settings: settings, seed: 1, threads: 2)
        let alone = CandidateBuilder(
            space: space, data: data, settings: TrainingSettings(epochs: aloneEpochs), seed: 1, threads: 2)
        let networks = InheritedNetworks(plain, shelf: MemoryShelf(), recipe: recipe)
        let inheriting = CandidateBuilder(
            space: space, data: data, settings: settings, seed: 1, threads: 2,
            inheritance: Inheritance(networks, trainsOn: false))
        var lineage = Lineage(space, batchSize: size)
        var members: [Member] = []
        for (batch, points) in batches(count, of: size).enumerated() {
            var trials: [Trial] = []
            for (place, point) in points.enumerated() {
                let name = space.architecture(of: point)
                let ancestors = lineage.ancestors(of: point)
                let inherited = try judge.validate(inheriting.build(point, after: ancestors))
                trials.append(trial(point, inherited, proposal: batch * size + place))
                let scratch = try records.value("scratch-\(epochs)/\(name)") {
                    try judge.validate(plain.build(point)).accuracy
                }
                let trained = try records.value("alone-\(aloneEpochs)/\(name)") {
                    try judge.validate(alone.build(point)).accuracy
                }
                let macs = try space.graph(of: point, input: data.input).counts.macs
                print(
                    "batch \(batch), \(ancestors.count) ancestors, \(macs) MACs: inherited \(inherited.accuracy), scratch "
                        + "\(scratch), trained alone \(trained) \(name)")
                if batch > 0 {
                    members.append(
                        Member(
                            depth: ancestors.count, macs: macs, inherited: inherited.accuracy,
                            scratch: scratch, trained: trained))
                }
            }
            lineage.add(trials)
        }
        summarise(members)
    }

    private func summarise(_ members: [Member]) {
        func mean(_ value: (Member) -> Double) -> Double {
            members.reduce(0) { $0 + value($1) } / Double(members.count)
        }
        let trained = members.map(\.trained)
        print(
            "after \(epochs) epochs: inherited \(mean(\.inherited)), scratch \(mean(\.scratch)); after \(aloneEpochs) alone: "
                + "\(mean(\.trained)); \(members.count) candidates")
        print(
            "τ with trained alone: inherited", Agreement.tau(members.map(\.inherited), trained), "scratch",
            Agreement.tau(members.map(\.scratch), trained), "MACs",
            Agreement.tau(members.map { Double($0.macs) }, trained))
    }

    private func trial(_ point: Genotype, _ quality: Quality, proposal: Int) -> Trial {
        Trial(
            genotype: point,
            evaluation: Evaluation(
                proposal: proposal, candidate: space.id(of: point),
                architecture: space.architecture(of: point),
                compression: "none", fidelity: .inherited, accuracyKey: "", outcome: .evaluated(quality),
                scores: []))
    }
}
