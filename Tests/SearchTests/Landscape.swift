import Foundation
import Quantities
import Search
import SearchSpaces
import Synchronization

/// A small made-up world in which everything about a search can be checked by hand.
///
/// A point is six choices of five; accuracy grows with the choices (with one interaction), latency with their
/// squares.
struct Landscape: Evaluator {
    var fidelity: Fidelity { .table }
    /// Candidates whose first choice is this fail.
    var failing: Int?
    /// Evaluations that really happened, by any copy.
    let evaluated = Counter()

    /// Cells of `nodes` nodes with `operations` choices on each of their nodes·(nodes − 1)/2 edges.
    static func space(nodes: Int, operations: Int) throws -> SearchSpace {
        let names = ["none", "skip_connect", "avg_pool_3x3", "nor_conv_1x1", "nor_conv_3x3"].prefix(
            operations)
        return try SearchSpace(
            parsing: """
                version: 1
                name: landscape-\(nodes)-\(operations)
                input: {height: 32, width: 32, channels: 3, outputs: 10}
                cell:
                  nodes: \(nodes)
                  operations: [\(names.joined(separator: ", "))]
                  stages: [{width: 16, cells: 1}]
                """, file: "landscape.yaml")
    }

    var rungs: Int { 3 }
    func accuracyKey(of genotype: Genotype, rung: Int) -> String { "landscape \(genotype.choices) \(rung)" }

    func evaluate(_ genotype: Genotype, rung: Int) async throws -> Finding {
        try Task.checkCancellation()
        evaluated.increment()
        if Int(genotype.choices[0]) == failing { return Finding(.failed(reason: "diverged in epoch 1")) }
        return Finding(.evaluated(Quality(accuracy: Landscape.accuracy(genotype), standardError: 0.01)))
    }

    static func accuracy(_ genotype: Genotype) -> Double {
        let choices = genotype.choices.map(Double.init)
        let bonus = genotype.choices[1] == genotype.choices.last ? 0.03 : 0
        return 0.5 + 0.015 * choices.reduce(0, +) + bonus
    }

    static func latency(_ genotype: Genotype) -> Double {
        zip(genotype.choices, [3.0, 1, 2, 1, 2, 1]).reduce(1) {
            $0 + Double($1.0) * Double($1.0) * $1.1 * 0.1
        }
    }

    /// Two devices: a fast one, and a small one that cannot hold large candidates and is slow on one choice.
    static func price(_ genotype: Genotype) -> Costs {
        let latency = latency(genotype)
        let bytes = 1000 * (1 + genotype.choices.reduce(0) { $0 + Int($1) })
        let fits = bytes <= 15_000
        let slow = latency * (genotype.choices[2] == 3 ? 20 : 5)
        return Costs(
            macs: bytes * 10, parameters: bytes,
            scores: [
                Score(
                    device: "fast", latency: latency, latencyP10: latency * 0.9, latencyP90: latency * 1.2,
                    modelSize: bytes),
                Score(
                    device: "small", latency: slow, modelSize: bytes, status: fits ? .ok : .exceedsFlash,
                    reason: fits ? nil : "needs \(bytes) bytes of flash, the device has 15000"),
            ])
    }

    static let targets = ["fast", "small"].map { device in
        Target(
            device: device,
            objectives: [
                Objective(.accuracy, best: 1, worst: 0.5),
                Objective(.latency, best: 1, worst: device == "fast" ? 20 : 400),
            ])
    }

    static func problem(
        targets: [Target] = Landscape.targets, constraints: [Constraint] = [], seed: UInt64 = 7
    ) throws -> Problem {
        try Problem(
            space: space(nodes: 4, operations: 5), targets: targets, constraints: constraints, seed: seed,
            price: price)
    }

    /// The problem on its fast device alone, whose times were measured, so that they order nothing.
    static func timedProblem(slowness: Double) throws -> Problem {
        let target = Target(device: "fast", objectives: targets[0].objectives, guidesSearch: false)
        return try Problem(
            space: space(nodes: 4, operations: 5), targets: [target], seed: 7,
            pricer: Timed(slowness: slowness), guide: Timed(slowness: 1))
    }

    /// Prices whose latencies are those of `price`, multiplied.
    private struct Timed: Pricer {
        let slowness: Double

        func costs(of genotype: Genotype) -> Costs {
            var costs = Landscape.price(genotype)
            for index in costs.scores.indices {
                // Not the same factor for all, so that the order of candidates changes too.
                let factor = pow(slowness, 1 + Double(genotype.choices[0]))
                costs.scores[index].latency = costs.scores[index].latency.map { $0 * factor }
            }
            return costs
        }
    }

    /// A finished evaluation of a point.
    static func trial(_ genotype: Genotype, _ problem: Problem) -> Trial {
        trial(genotype, .evaluated(Quality(accuracy: accuracy(genotype))), problem)
    }

    /// The same with an outcome of one's own.
    static func trial(_ genotype: Genotype, _ outcome: Outcome, _ problem: Problem) -> Trial {
        let evaluation = problem.priced(genotype).evaluated(
            outcome, proposal: nil, fidelity: .trained, accuracyKey: "")
        return Trial(genotype: genotype, evaluation: problem.judged(evaluation))
    }

    /// All points, evaluated.
    static func everything(_ problem: Problem) -> [Evaluation] {
        problem.space.points.map { genotype in
            problem.judged(
                problem.priced(genotype).evaluated(
                    .evaluated(Quality(accuracy: accuracy(genotype))), proposal: nil, fidelity: .trained,
                    accuracyKey: ""))
        }
    }
}

/// Counts from several tasks.
final class Counter: Sendable {
    private let storage = Mutex(0)
    var value: Int { storage.withLock { $0 } }
    func increment() { storage.withLock { $0 += 1 } }
}

/// An evaluation made by hand, on one device.
func evaluation(
    _ name: String, accuracy: Double?, latency: Double?, p90: Double? = nil, size: Int? = 1000,
    device: String = "board", status: Status = .ok, reason: String? = nil
) -> Evaluation {
    Evaluation(
        proposal: nil, candidate: name, architecture: name, compression: "none", fidelity: .table,
        accuracyKey: name,
        outcome: accuracy.map { .evaluated(Quality(accuracy: $0)) } ?? .failed(reason: "diverged"),
        scores: [
            Score(
                device: device, latency: latency, latencyP10: p90 == nil ? nil : latency, latencyP90: p90,
                modelSize: size, status: status, reason: reason)
        ])
}

let board = Target(
    device: "board",
    objectives: [Objective(.accuracy, best: 1, worst: 0.5), Objective(.latency, best: 1, worst: 100)])
