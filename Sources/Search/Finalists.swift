import Foundation
import Numerics
import Quantities

extension [Target] {
    /// The candidates worth training to the end on each device, in the order of the targets.
    ///
    /// A candidate chosen for one device counts on every other one whose front it belongs to, so that few trainings fill many
    /// fronts. Give evaluations of one fidelity.
    public func finalists(
        perDevice count: Int, from evaluations: [Evaluation]
    ) -> [(device: String, finalists: [Evaluation])] {
        var chosen: [Evaluation] = []
        return map { target in
            let finalists = target.finalists(count, from: evaluations, sharing: chosen)
            for finalist in finalists where !chosen.contains(where: { $0.candidate == finalist.candidate }) {
                chosen.append(finalist)
            }
            return (target.device, finalists)
        }
    }
}

extension Target {
    /// At most `count` feasible candidates that fill the front of this device, the most accurate first.
    ///
    /// Two thirds are chosen by what they add to the hypervolume where their quality is as good as its sampling error allows
    /// (so that a candidate that ties with a better one is not lost); the others in turn for the largest gap between
    /// neighbours on the axis of the first cost. Candidates that are further from the front come in only for gaps.
    /// - Parameter shared: finalists of other devices, taken first where they add something here.
    public func finalists(
        _ count: Int, from evaluations: [Evaluation], sharing shared: [Evaluation] = []
    ) -> [Evaluation] {
        var choice = FinalistChooser(self, evaluations)
        let ids = Set(shared.map(\.candidate))
        choice.takeMostAccurate()
        while choice.chosen.count < count, choice.takeLargestGain(where: { ids.contains($0.candidate) }) {}
        let byGain = choice.chosen.count + (2 * max(count - choice.chosen.count, 0) + 2) / 3
        while choice.chosen.count < min(byGain, count), choice.takeLargestGain(where: { _ in true }) {}
        while choice.chosen.count < count, choice.fillLargestGap() {}
        return Array(choice.chosen.prefix(count))
    }
}

extension Target {
    /// At most `count` more candidates beside finalists that were chosen before, the most wanted first: what adds most to the
    /// hypervolume, and where nothing does, what fills the largest gap.
    public func finalists(
        _ count: Int, beside chosen: [Evaluation], from evaluations: [Evaluation]
    ) -> [Evaluation] {
        var choice = FinalistChooser(self, evaluations)
        choice.take(Set(chosen.map(\.candidate)))
        let known = choice.chosen.count
        while choice.chosen.count < known + count,
            choice.takeLargestGain(where: { _ in true }) || choice.fillLargestGap()
        {}
        return Array(choice.chosen.dropFirst(known))
    }
}

/// Chooses finalists of one device one by one.
private struct FinalistChooser {
    private let target: Target
    private var pool: [Candidate] = []
    private(set) var chosen: [Evaluation] = []
    private var taken: [Candidate] = []
    /// Position of the first cost among the objectives; nil where there is none.
    private let cost: Int?

    private struct Candidate {
        let evaluation: Evaluation
        /// Scaled objectives as they were seen, and with the quality at the better end of its interval.
        let point, hopeful: [Double]
        /// Number of the front of hopeful points that it belongs to, 0 for the best.
        var layer = 0
    }

    /// One-sided, of the quality: the better end is passed in one of ten cases.
    private static let confidence = 0.9
    /// Fronts beyond the first that may fill gaps.
    private static let layers = 3

    init(_ whole: Target, _ evaluations: [Evaluation]) {
        let target = whole.focused(on: evaluations)
        self.target = target
        cost = target.objectives.firstIndex { !$0.metric.isQuality }
        let feasible = evaluations.compactMap { evaluation -> Candidate? in
            guard evaluation.score(on: target.device)?.isFeasible == true, evaluation.quality != nil,
                let point = target.objectives(of: evaluation), point.allSatisfy(\.isFinite)
            else { return nil }
            let hopeful = target.scaled(FinalistChooser.hopeful(point, evaluation, target))
            return Candidate(evaluation: evaluation, point: target.scaled(point), hopeful: hopeful)
        }
        let within = feasible.filter { $0.hopeful.allSatisfy { $0 < hypervolumeReference } }
        // Short trainings may all be worse than the axes reach: the best of them is a finalist all the same.
        let all = within.isEmpty ? feasible : within
        for (layer, front) in nonDominatedFronts(all.map(\.hopeful)).prefix(FinalistChooser.layers)
            .enumerated()
        {
            for index in front {
                var candidate = all[index]
                candidate.layer = layer
                pool.append(candidate)
            }
        }
        pool.sort { $0.evaluation.candidate < $1.evaluation.candidate }
    }

    private static func hopeful(_ point: [Double], _ evaluation: Evaluation, _ target: Target) -> [Double] {
        guard let axis = target.objectives.firstIndex(where: { $0.metric.isQuality }),
            let error = evaluation.quality?.standardError, error.isFinite
        else { return point }
        var point = point
        point[axis] = max(0, point[axis] - Normal.quantile(confidence) * error)
        return point
    }

    /// Takes these candidates.
    mutating func take(_ candidates: Set<String>) {
        for index in pool.indices.reversed() where candidates.contains(pool[index].evaluation.candidate) {
            take(index)
        }
    }

    mutating func takeMostAccurate() {
        let best = pool.indices.max {
            (pool[$0].evaluation.quality?.accuracy ?? -.infinity, -$0) < (
                pool[$1].evaluation.quality?.accuracy ?? -.infinity, -$1
            )
        }
        if let best { take(best) }
    }

    /// Takes the candidate that adds most to the hypervolume of those chosen, and says whether one adds anything.
    mutating func takeLargestGain(where passes: (Evaluation) -> Bool) -> Bool {
        let points = taken.map(\.point)
        let volume = hypervolume(points)
        let gains = pool.map { candidate in
            passes(candidate.evaluation) ? hypervolume(points + [candidate.hopeful]) - volume : 0
        }
        guard let best = gains.indices.max(by: { (gains[$0], -$0) < (gains[$1], -$1) }), gains[best] > 1e-9
        else { return false }
        take(best)
        return true
    }

    /// Takes the candidate nearest to the middle of the widest gap that any candidate can divide, those near the front first.
    mutating func fillLargestGap() -> Bool {
        guard let cost else { return false }
        let places = taken.map { $0.point[cost] }.sorted()
        let gaps = zip(places, places.dropFirst()).sorted { ($1.1 - $1.0, $0.0) < ($0.1 - $0.0, $1.0) }
        for (low, high) in gaps {
            let inside = pool.indices.filter { low < pool[$0].point[cost] && pool[$0].point[cost] < high }
            let nearest = inside.min { a, b in
                let (x, y) = (pool[a].point[cost], pool[b].point[cost])
                return (pool[a].layer, abs(x - (low + high) / 2), a) < (
                    pool[b].layer, abs(y - (low + high) / 2), b
                )
            }
            guard let nearest else { continue }
            take(nearest)
            return true
        }
        return false
    }

    private mutating func take(_ index: Int) {
        let candidate = pool.remove(at: index)
        taken.append(candidate)
        chosen.append(candidate.evaluation)
    }
}
