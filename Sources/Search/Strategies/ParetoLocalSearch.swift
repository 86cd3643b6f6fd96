import Determinism
import Foundation
import Quantities
public import SearchSpaces

/// Evaluates where the front is expected to grow most: near what is best so far.
///
/// After a random beginning, each batch is chosen among the points one edit away from the best trials, and
/// some random ones. A Gaussian process learnt from the trials predicts their accuracies; their costs are
/// known; the expected gain in hypervolume, summed over the devices, decides. Staying local is what makes it
/// work (Schneider et al.: Mutation is all you need, 2021): a predictor is trusted near what it has seen.
public struct ParetoLocalSearch: SearchStrategy {
    /// Random points, and the corners of the space, before the first prediction.
    public var beginning: Int
    /// Trials whose neighbourhoods are looked at, the front first.
    public var centres: Int
    /// Random points looked at beside the neighbours.
    public var randomPoints: Int
    /// Neighbours looked at, drawn at random where there are more.
    public var maxNeighbours: Int

    public init(beginning: Int = 20, centres: Int = 40, randomPoints: Int = 200, maxNeighbours: Int = 1000) {
        self.beginning = beginning
        self.centres = centres
        self.randomPoints = randomPoints
        self.maxNeighbours = maxNeighbours
    }

    public func propose(_ count: Int, after history: [Trial], in problem: Problem) -> [Genotype] {
        var random = RandomStream(seed: problem.seed, .proposal, UInt64(history.count))
        var batch = ProposalBatch(count, after: history, in: problem)
        if history.isEmpty { problem.space.corners.prefix(count / 2).forEach { batch.offer($0) } }
        if history.count >= beginning, let model = AccuracyModel(history, in: problem) {
            var choice = Acquisition(
                pool(around: history, in: problem, batch, &random), model, history, problem)
            while !batch.isFull, let next = choice.next() { batch.offer(next) }
        }
        batch.fillAtRandom(using: &random)
        return batch.genotypes
    }

    /// New points worth looking at, in a fixed order.
    private func pool(
        around history: [Trial], in problem: Problem, _ batch: ProposalBatch, _ random: inout RandomStream
    ) -> [Genotype] {
        var seen: Set<Genotype> = []
        var neighbours = problem.best(centres, of: history).flatMap {
            problem.space.neighbours(of: $0.genotype)
        }
        .filter { batch.isNew($0) && seen.insert($0).inserted }
        if neighbours.count > maxNeighbours {
            let order = random.permutation(neighbours.count).prefix(maxNeighbours)
            neighbours = order.sorted().map { neighbours[$0] }
        }
        let others = (0..<randomPoints).map { _ in problem.space.sample(using: &random) }
            .filter { batch.isNew($0) && seen.insert($0).inserted }
        return neighbours + others
    }
}

/// Predicts the error of points from those of the trials.
struct AccuracyModel {
    private let process: GaussianProcess
    private let space: SearchSpace

    /// More trials than this make it slow, not better: the best of them are learnt from.
    private static let enough = 600

    /// Nil where the trials do not differ, or too few succeeded.
    init?(_ history: [Trial], in problem: Problem) {
        let worst = AccuracyModel.worstError(in: problem)
        let trials =
            history.count > AccuracyModel.enough ? problem.best(AccuracyModel.enough, of: history) : history
        let learnt = trials.compactMap { trial in
            trial.evaluation.quality.map { (trial.genotype, log(min(max(1 - $0.accuracy, 1e-4), worst))) }
        }
        space = problem.space
        let points = learnt.map { problem.space.features(of: $0.0) }
        guard let process = GaussianProcess(points, learnt.map(\.1)) else { return nil }
        self.process = process
    }

    /// Errors far beyond the hypervolume's reference are all the same to us, and would only bend the fit.
    private static func worstError(in problem: Problem) -> Double {
        let worst = problem.targets.flatMap(\.objectives).filter(\.metric.isQuality).map {
            $0.ideal + 2 * ($0.nadir - $0.ideal)
        }
        return max(worst.max() ?? 1, 1e-3)
    }

    func predict(_ genotypes: [Genotype]) -> [PredictedError] {
        process.predict(genotypes.map { space.features(of: $0) }).map { mean, deviation in
            PredictedError(meanLog: mean, deviationLog: max(deviation, 1e-6))
        }
    }
}

/// Takes points from a pool, the one with the largest expected gain first, each as if those before it had
/// come true.
struct Acquisition {
    private var candidates: [Candidate] = []
    private var fronts: [FrontImprovement]

    private struct Candidate {
        let genotype: Genotype
        let error: PredictedError
        /// For each guiding target, the objectives with the quality left open; nil where the device cannot
        /// have it.
        let costs: [[Double]?]
    }

    init(_ pool: [Genotype], _ model: AccuracyModel, _ history: [Trial], _ problem: Problem) {
        let targets = problem.guidingTargets
        fronts = targets.map { target in
            FrontImprovement(
                target,
                feasible: history.compactMap {
                    problem.violation(of: $0.evaluation, on: target) == 0
                        ? target.objectives(of: $0.evaluation) : nil
                })
        }
        candidates = zip(pool, model.predict(pool)).map { genotype, error in
            let evaluation = problem.priced(genotype).evaluated(
                .evaluated(Quality(accuracy: 1 - error.median)), proposal: nil, fidelity: .inherited,
                accuracyKey: "")
            return Candidate(
                genotype: genotype, error: error,
                costs: targets.map { target in
                    guard problem.violation(of: evaluation, on: target) == 0 else { return nil }
                    return target.objectives(of: evaluation).map(target.scaled)
                })
        }
    }

    /// Nil once nothing in the pool is expected to add anything.
    mutating func next() -> Genotype? {
        let gains = candidates.map(expectedGain)
        guard let best = gains.indices.max(by: { gains[$0] < gains[$1] }), gains[best] > 0 else { return nil }
        let chosen = candidates.remove(at: best)
        for (index, costs) in chosen.costs.enumerated() {
            if let costs { fronts[index].assume(costs: costs, error: chosen.error) }
        }
        return chosen.genotype
    }

    private func expectedGain(_ candidate: Candidate) -> Double {
        zip(fronts, candidate.costs).reduce(0) { sum, pair in
            pair.1.map { sum + pair.0.expected(costs: $0, error: candidate.error) } ?? sum
        }
    }
}
