import Foundation
import Quantities
import SearchSpaces

/// Predicts the errors of a pool's points after the longest training from the trials.
struct QualityModel {
    private(set) var predictions: PoolPrediction

    /// Of longer histories the best of these many are learnt from, and some of the others.
    private static let best = 220
    private static let others = 80

    /// Nil where trials do not differ, or too few of them succeeded.
    ///
    /// A trial that failed counts as one with the worst error that matters.
    init?(_ history: [Trial], pool: CandidatePool, in problem: Problem) {
        guard let objective = problem.qualityObjective,
            history.contains(where: { $0.evaluation.quality != nil })
        else { return nil }
        let trials = QualityModel.selected(history, bestFirst: pool.bestFirst)
        let genotypes = trials.map(\.genotype)
        var prices = problem.guidingPrices(of: genotypes)
        prices.append(contentsOf: pool.guides)
        let rungs = trials.map(\.evaluation.rung)
        let longest = [Int](repeating: rungs.max() ?? 0, count: pool.genotypes.count)
        let all = FeatureTable(genotypes + pool.genotypes, rungs: rungs + longest, prices, in: problem)
        let learnt = all.rows(Array(genotypes.indices))
        let scales = learnt.deviations
        let errors = trials.map { QualityModel.logError($0, objective) }
        guard let process = GaussianProcess(learnt.scaled(by: scales), errors) else { return nil }
        let asked = all.rows(Array(genotypes.count..<all.count))
        predictions = process.predictions(at: asked.scaled(by: scales))
    }

    /// Errors far beyond the hypervolume's reference are all the same to us, and would only bend the fit.
    private static func logError(_ trial: Trial, _ objective: Objective) -> Double {
        let worst = max(objective.ideal + 2 * (objective.nadir - objective.ideal), 1e-3)
        let error = trial.evaluation.quality.map { objective.metric.minimised($0.accuracy) } ?? worst
        return log(error.isFinite ? min(max(error, 1e-4), worst) : worst)
    }

    /// Of a history that is longer, these many are ranked.
    static func ranked(of count: Int) -> Int { count > best + others ? best : 0 }

    private static func selected(_ history: [Trial], bestFirst: [Int]) -> [Trial] {
        guard history.count > best + others else { return history }
        let chosen = Set(bestFirst.prefix(best))
        let rest = history.indices.filter { !chosen.contains($0) }
        let spread = (1...others).map { rest[$0 * rest.count / others - 1] }
        return (chosen.sorted() + spread).sorted().map { history[$0] }
    }

    func error(_ point: Int) -> PredictedError {
        PredictedError(
            meanLog: predictions.means[point], deviationLog: max(predictions.deviation(point), 1e-6))
    }

    /// Takes a point as evaluated, with the error that is expected.
    mutating func assume(_ point: Int) { predictions.assume(point) }
}

extension Problem {
    /// The quality objective with the widest bounds; nil where no target has one.
    var qualityObjective: Objective? {
        targets.flatMap(\.objectives).filter(\.metric.isQuality).max {
            $0.nadir - $0.ideal < $1.nadir - $1.ideal
        }
    }

    /// The largest error that the limits on the quality allow on a target; infinite where there is none.
    func largestError(on target: Target) -> Double {
        constraints.filter { $0.applies(to: target.device) && $0.metric.isQuality }.map { limit in
            switch limit.bound {
            case .atLeast(let value), .atMost(let value): limit.metric.minimised(value)
            }
        }.min() ?? .infinity
    }
}
