import Datasets
import Foundation
import Quantities
import Search
import SearchSpaces

/// Published qualities and costs of the points of a space: a search whose true front is known.
struct MeasuredTable {
    /// The name of the cost's column.
    let name: String
    let problem: Problem
    let evaluator: TableEvaluator
    /// Of the true front.
    let hypervolume: Double

    /// Bounds are the ideal and the nadir of the true front of the points that keep the limit on the accuracy.
    ///
    /// - Parameter rows: points with their qualities and costs; a point without cost is left out.
    init(_ space: SearchSpace, _ rows: [Row], name: String, leastAccuracy: Double?, seed: UInt64) throws {
        self.name = name
        let rows = rows.filter { $0.cost.isFinite }
        let points = rows.filter { $0.accuracy >= leastAccuracy ?? 0 }.map {
            [1 - $0.accuracy, Metric.latency.minimised($0.cost)]
        }
        let front = nonDominated(points).map { points[$0] }
        let target = Target(
            device: name,
            objectives: zip([Metric.accuracy, .latency], 0...).map { metric, axis in
                let values = front.map { $0[axis] }
                return Objective(metric, ideal: values.min() ?? 0, nadir: values.max() ?? 1)
            })
        hypervolume = Search.hypervolume(front.map(target.scaled))
        let byPoint = Dictionary(rows.map { ($0.genotype, $0) }, uniquingKeysWith: { first, _ in first })
        evaluator = TableEvaluator(rows: byPoint)
        let isWhole = space.count == UInt128(byPoint.count)
        problem = try Problem(
            space: space, listed: isWhole ? nil : rows.map(\.genotype), targets: [target],
            constraints: leastAccuracy.map { [try Constraint(.accuracy, .atLeast($0))] } ?? [], seed: seed
        ) { genotype in
            let row = byPoint[genotype]
            return Costs(
                scores: [
                    Score(
                        device: name, latency: row?.cost, provenance: .measured,
                        status: row == nil ? .unsupported : .ok)
                ])
        }
    }

    struct Row {
        let genotype: Genotype
        let accuracy: Double
        /// In the column's unit; not a number where it is unknown.
        let cost: Double
    }

    /// Joins a quality with a cost column on the architecture.
    static func rows(
        _ qualities: CSVTable, quality: String, _ costs: CSVTable, cost: String, _ space: SearchSpace
    ) throws -> [Row] {
        let names = try costs.texts("architecture")
        let values = Dictionary(
            zip(names, try costs.numbers(cost)), uniquingKeysWith: { first, _ in first })
        let percent = try qualities.numbers(quality)
        return try qualities.texts("architecture").enumerated().map { index, architecture in
            Row(
                genotype: try space.genotype(architecture: architecture),
                accuracy: (percent[index] ?? .nan) / 100, cost: (values[architecture] ?? nil) ?? .nan)
        }
    }
}

/// Looks accuracies up.
struct TableEvaluator {
    let rows: [Genotype: MeasuredTable.Row]

    /// The trial that a proposal becomes.
    func trial(_ genotype: Genotype, in problem: Problem, proposal: Int) -> Trial {
        let outcome: Outcome =
            rows[genotype].map { .evaluated(Quality(accuracy: $0.accuracy)) }
            ?? .failed(reason: "not in the table")
        let evaluation = problem.priced(genotype).evaluated(
            outcome, proposal: proposal, fidelity: .table, accuracyKey: "")
        return Trial(genotype: genotype, evaluation: problem.judged(evaluation))
    }
}
