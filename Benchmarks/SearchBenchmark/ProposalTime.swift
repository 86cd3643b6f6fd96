import Foundation
import Quantities
import Search
import SearchSpaces

/// How long a proposal takes after histories of different lengths.
enum ProposalTime {
    /// The tiny-image space on three devices with three objectives, all made up; batches of ten.
    static func measure(_ options: Options) throws {
        let space = try SearchSpace(
            contentsOf: "\(options.text("spaces") ?? "search-spaces")/tiny-image.yaml")
        print("devices, trials, ms a proposal (median of 5 batches of 10)")
        for devices in [1, 5] {
            let problem = try problem(space, devices: devices)
            for trials in [20, 200, 2000, 20_000] {
                let history = RandomSearch().propose(trials, after: [], in: problem).enumerated().map {
                    trial($1, in: problem, proposal: $0)
                }
                let times = (0..<5).map { _ in
                    let start = ContinuousClock.now
                    let proposed = GuidedSearch().propose(10, after: history, in: problem)
                    return 1000 * ((ContinuousClock.now - start) / .seconds(1))
                        / Double(max(proposed.count, 1))
                }
                print("\(devices), \(history.count), \(String(format: "%.2f", times.sorted()[2]))")
            }
        }
    }

    private static func problem(_ space: SearchSpace, devices: Int) throws -> Problem {
        let names = (0..<devices).map { "device \($0)" }
        let targets = names.map { name in
            Target(
                device: name,
                objectives: [
                    Objective(.accuracy, best: 1, worst: 0.1), Objective(.latency, best: 0.1, worst: 1000),
                    Objective(.modelSize, best: 1000, worst: 1e7),
                ])
        }
        return try Problem(space: space, targets: targets, seed: 1) { genotype in
            let size = genotype.choices.reduce(1) { $0 + Int($1) }
            return Costs(
                macs: size * 100_000, parameters: size * 1000,
                scores: names.enumerated().map { index, name in
                    let weighted = genotype.choices.enumerated().reduce(1.0) {
                        $0 + Double($1.element) * Double(1 + ($1.offset + index) % 3)
                    }
                    return Score(device: name, latency: weighted, modelSize: size * 1000)
                })
        }
    }

    private static func trial(_ genotype: Genotype, in problem: Problem, proposal: Int) -> Trial {
        let sum = genotype.choices.reduce(0) { $0 + Int($1) }
        let ripple = genotype.choices.enumerated().reduce(0.0) {
            $0 + sin(Double($1.element) * Double($1.offset + 1))
        }
        let evaluation = problem.priced(genotype).evaluated(
            .evaluated(Quality(accuracy: 0.9 - 3 / Double(10 + sum) + 0.005 * ripple)), proposal: proposal,
            fidelity: .table, accuracyKey: "")
        return Trial(genotype: genotype, evaluation: problem.judged(evaluation))
    }
}
