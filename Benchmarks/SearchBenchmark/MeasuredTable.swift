import Datasets
import Foundation
import Quantities
import Search
import SearchSpaces

/// NAS-Bench-201 with the published accuracies and one device's measured latencies: a search whose true front is known.
struct MeasuredTable {
    let problem: Problem
    let evaluator: TableEvaluator
    /// Of the true front.
    let hypervolume: Double

    /// Bounds are the ideal and the nadir of the true front, above an error of `maxError` left out.
    init(_ space: SearchSpace, accuracies: [Double], latencies: [Double], maxError: Double, seed: UInt64)
        throws
    {
        let index = Dictionary(uniqueKeysWithValues: zip(space.points, 0...))
        let rows = zip(accuracies, latencies).map { [1 - $0, log10(max($1, 1e-9))] }
        let front = nonDominated(rows).map { rows[$0] }.filter { $0[0] <= maxError }
        let target = Target(
            device: "device",
            objectives: zip([Metric.accuracy, .latency], 0...).map { metric, axis in
                let values = front.map { $0[axis] }
                return Objective(metric, ideal: values.min() ?? 0, nadir: values.max() ?? 1)
            })
        hypervolume = Search.hypervolume(front.map(target.scaled))
        evaluator = TableEvaluator(accuracies: accuracies, index: index)
        problem = try Problem(space: space, targets: [target], seed: seed) { genotype in
            Costs(scores: [
                Score(device: "device", latency: index[genotype].map { latencies[$0] }, provenance: .measured)
            ])
        }
    }
}

/// Looks accuracies up.
struct TableEvaluator: Evaluator {
    let accuracies: [Double]
    let index: [Genotype: Int]

    var fidelity: Fidelity { .table }
    func accuracyKey(of genotype: Genotype) -> String { index[genotype].map(String.init) ?? "" }

    func evaluate(_ genotype: Genotype) async throws -> Finding {
        index[genotype].map { Finding(.evaluated(Quality(accuracy: accuracies[$0]))) }
            ?? Finding(.failed(reason: "not in the table"))
    }
}
