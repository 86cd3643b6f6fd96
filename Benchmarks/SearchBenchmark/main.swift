import Datasets
import Foundation
import Search
import SearchSpaces

// Evaluations until 95 % of the true hypervolume, on tables of real measurements.
// Usage: SearchBenchmark DATA SPACES [SEEDS]   (DATA holds nas-bench-201/, SPACES holds nas-bench-201.yaml)

let arguments = CommandLine.arguments
let data = arguments.count > 1 ? arguments[1] : "../shared/data"
let spaces = arguments.count > 2 ? arguments[2] : "search-spaces"
let seeds = max(1, arguments.count > 3 ? Int(arguments[3]) ?? 10 : 10)

let space = try SearchSpace(contentsOf: "\(spaces)/nas-bench-201.yaml")
let accuracyTable = try CSVTable(contentsOf: "\(data)/nas-bench-201/accuracy.csv.gz")
let latencyTable = try CSVTable(contentsOf: "\(data)/nas-bench-201/latency.csv.gz")
let architectures = space.points.map { space.architecture(of: $0) }

func column(_ name: String, of table: CSVTable) throws -> [Double] {
    let rows = Dictionary(
        zip(try table.texts("architecture"), try table.numbers(name)), uniquingKeysWith: { first, _ in first }
    )
    return architectures.map { (rows[$0] ?? nil) ?? .nan }
}

let accuracies = try column("cifar10_valid_12_epochs_pct", of: accuracyTable).map { $0 / 100 }
func median(_ ordered: [Int]) -> Int { ordered.isEmpty ? 0 : ordered[ordered.count / 2] }

let devices = [
    "raspberry_pi_4_tflite_ms", "xeon_gold_6226_ms", "samsung_a50_ms", "titan_rtx_batch1_ms",
    "raspberry_pi_5_litert_cifar100_ms",
]
let strategies: [(name: String, strategy: any SearchStrategy)] = [
    ("pareto-local-search", ParetoLocalSearch()), ("nsga2", NSGA2()), ("random", RandomSearch()),
]
let limit = 600

/// Evaluations until the share of the hypervolume is reached; `limit` where it never is.
func evaluations(_ table: MeasuredTable, _ strategy: some SearchStrategy) async throws -> Int {
    let search = ParetoSearch(
        table.problem, strategy: strategy, evaluator: table.evaluator, store: InMemoryTrialStore())
    var trace = HypervolumeTrace(table.problem.targets[0])
    var count = 0
    while count < limit {
        count = min(limit, count + 50)
        let result = try await search.run(Budget(maxEvaluations: count) { 0 })
        trace = HypervolumeTrace(table.problem.targets[0])
        for (number, trial) in result.history.enumerated()
        where trace.add(trial.evaluation) >= 0.95 * table.hypervolume { return number + 1 }
    }
    return limit
}

print("device, bounds, strategy: median [lowest – highest] of \(seeds) seeds")
var all: [String: [Int]] = [:]
for device in devices {
    let latencies = try column(device, of: latencyTable)
    for maxError in [1.0, 0.2] {
        for (name, strategy) in strategies {
            var counts: [Int] = []
            let start = ContinuousClock.now
            for seed in 0..<seeds {
                let table = try MeasuredTable(
                    space, accuracies: accuracies, latencies: latencies, maxError: maxError,
                    seed: UInt64(seed))
                counts.append(try await evaluations(table, strategy))
            }
            counts.sort()
            all[name, default: []] += counts
            let time = ContinuousClock.now - start
            print(
                "\(device), \(maxError), \(name): \(median(counts)) [\(counts[0]) – \(counts[seeds - 1])] \(time)"
            )
        }
    }
}
for (name, _) in strategies { print("\(name), median of all: \(median(all[name, default: []].sorted()))") }
