public import Quantities

/// One candidate on one device, as `front`, `select` and `show` print it.
public struct ScoredCandidate: Hashable, Sendable {
    /// Counts, quality and the scores of all devices.
    public var evaluation: Evaluation
    /// Its score on the one device.
    public var score: Score
    /// Whether no feasible score of the same job, device and fidelity is better everywhere.
    public var isPareto: Bool
    /// Whether it is one of the job's finalists, which are trained to the end.
    public var isFinalist: Bool
    /// Whether it is not on the front but ties with it: nothing that costs no more is better beyond the sampling error.
    public var isTied: Bool
    /// The quality by which the search compared it, with inherited weights; nil where it had none, and of what is no final.
    public var inheritedQuality: Double?

    /// A candidate with its score on one device; marks are false where the caller knows none.
    public init(
        evaluation: Evaluation, score: Score, isPareto: Bool = false, isFinalist: Bool = false,
        isTied: Bool = false, inheritedQuality: Double? = nil
    ) {
        self.evaluation = evaluation
        self.score = score
        self.isPareto = isPareto
        self.isFinalist = isFinalist
        self.isTied = isTied
        self.inheritedQuality = inheritedQuality
    }

    /// 64 hexadecimal digits.
    public var id: String { evaluation.candidate }
    /// Whether the device runs it within the job's constraints.
    public var isFeasible: Bool { score.isFeasible }

    /// In the metric's unit; nil where unknown.
    public func value(of metric: Metric) -> Double? { evaluation.value(of: metric, on: score) }
}

extension Target {
    /// The evaluations as candidates for this device, those of its front marked; in the order given.
    ///
    /// Give evaluations of one fidelity: fronts never mix them.
    public func candidates(
        from evaluations: [Evaluation], finalists: Set<String> = []
    ) -> [ScoredCandidate] {
        let front = frontIndices(of: evaluations)
        var isOnFront = [Bool](repeating: false, count: evaluations.count)
        for index in front { isOnFront[index] = true }
        let isTied = ties(evaluations, front: front)
        return evaluations.indices.compactMap { index in
            let evaluation = evaluations[index]
            return evaluation.score(on: device).map {
                ScoredCandidate(
                    evaluation: evaluation, score: $0, isPareto: isOnFront[index],
                    isFinalist: !finalists.isEmpty && finalists.contains(evaluation.candidate),
                    isTied: isTied[index])
            }
        }
    }

    /// The feasible evaluations that no other feasible one dominates on this device.
    public func front(of evaluations: [Evaluation]) -> [Evaluation] {
        frontIndices(of: evaluations).map { evaluations[$0] }
    }

    /// The hypervolume of the front, in [0, 1].
    public func hypervolume(of evaluations: [Evaluation]) -> Double {
        Search.hypervolume(feasiblePoints(of: evaluations).map { scaled($0.point) })
    }

    private func frontIndices(of evaluations: [Evaluation]) -> [Int] {
        let feasible = feasiblePoints(of: evaluations)
        return nonDominated(feasible.map(\.point)).map { feasible[$0].index }
    }

    private func feasiblePoints(of evaluations: [Evaluation]) -> [(index: Int, point: [Double])] {
        evaluations.indices.compactMap { index in
            guard evaluations[index].score(on: device)?.isFeasible == true else { return nil }
            return objectives(of: evaluations[index]).map { (index, $0) }
        }
    }
}

extension [Evaluation] {
    /// The most trusted fidelity among the evaluations that succeeded; nil where none did.
    public var bestFidelity: Fidelity? { lazy.filter { $0.quality != nil }.map(\.fidelity).max() }

    /// Those of one fidelity, in order.
    public func at(_ fidelity: Fidelity) -> [Evaluation] { filter { $0.fidelity == fidelity } }
}
