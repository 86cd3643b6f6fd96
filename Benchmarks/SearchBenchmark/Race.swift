import Foundation
import Search

/// One strategy on one table with one seed.
struct Race {
    /// The share of the true hypervolume after each evaluation.
    private(set) var shares: [Double] = []
    /// Seconds spent on proposals.
    private(set) var seconds = 0.0

    init(_ table: MeasuredTable, _ strategy: any SearchStrategy, batch: Int, until share: Double, limit: Int)
    {
        var history: [Trial] = []
        var trace = HypervolumeTrace(table.problem.targets[0])
        while history.count < limit, trace.hypervolume < share * table.hypervolume {
            let start = ContinuousClock.now
            let proposals = strategy.propose(batch, after: history, in: table.problem)
            seconds += (ContinuousClock.now - start) / .seconds(1)
            if proposals.isEmpty { break }
            for genotype in proposals {
                let trial = table.evaluator.trial(genotype, in: table.problem, proposal: history.count)
                history.append(trial)
                shares.append(trace.add(trial.evaluation) / table.hypervolume)
            }
        }
    }

    /// Evaluations until a share is reached; nil where it never was.
    func evaluations(to share: Double) -> Int? { shares.firstIndex { $0 >= share }.map { $0 + 1 } }

    var millisecondsPerProposal: Double { 1000 * seconds / Double(max(shares.count, 1)) }
}

/// The median of counts of which some are unknown because they exceed the limit; nil where the median is.
func median(_ counts: [Int?]) -> Double? {
    let ordered = counts.map { $0.map(Double.init) ?? .infinity }.sorted()
    guard !ordered.isEmpty else { return nil }
    let middle = (ordered[(ordered.count - 1) / 2] + ordered[ordered.count / 2]) / 2
    return middle.isFinite ? middle : nil
}
