import Quantities

/// Which of an evaluation's trainings a store keeps, by the rung of evaluations to the end.
public enum FinalTraining {
    /// The rung of the training whose model is kept.
    public static let first = 0
    /// The rung of a second training from another seed, of which the quality is kept alone.
    public static let second = 1
}

extension Quality {
    /// The quality of a candidate that was trained twice: the mean of both trainings on the same validation samples.
    ///
    /// What is said of the test part, and of single samples, stays that of the first training, whose model is kept. The
    /// sampling error is the mean of both errors, for the samples are the same.
    public func averaged(with second: Quality) -> Quality {
        var mean = self
        mean.accuracy = (accuracy + second.accuracy) / 2
        if let own = standardError, let other = second.standardError {
            mean.standardError = (own + other) / 2
        }
        return mean
    }
}

extension [Evaluation] {
    /// The evaluations with those of second trainings joined to the first training of the same candidate.
    public var joiningSecondTrainings: [Evaluation] {
        func isSecond(_ evaluation: Evaluation) -> Bool {
            evaluation.fidelity == .final && evaluation.rung == FinalTraining.second
        }
        let pairs = filter(isSecond).compactMap { second in second.quality.map { (second.candidate, $0) } }
        let seconds = Dictionary(pairs) { first, _ in first }
        return filter { !isSecond($0) }.map { evaluation in
            guard evaluation.fidelity == .final, let second = seconds[evaluation.candidate],
                let first = evaluation.quality
            else { return evaluation }
            var joined = evaluation
            joined.outcome = .evaluated(first.averaged(with: second))
            return joined
        }
    }
}

extension Target {
    /// The candidates between which noise decides a pick of this device: the best and the second best, of the balanced ones and
    /// of the most accurate ones, where their difference on the same samples has no sign that is known with 90 % confidence.
    ///
    /// A second training of these from another seed, averaged with the first, makes the pick surer; give finished candidates.
    public func undecided(_ candidates: [ScoredCandidate]) -> [ScoredCandidate] {
        let outlines = candidates.enumerated().map { $1.outline(place: $0) }
        let allowed = outlines.indices.filter { outlines[$0].isFeasible && outlines[$0].isEvaluated }
        var undecided: [ScoredCandidate] = []
        for preference in [Preference.knee, .accuracy] {
            let two = bestTwo(of: outlines, among: allowed, by: preference).map { candidates[Int($0.place)] }
            guard two.count == 2, let first = two[0].evaluation.quality,
                let second = two[1].evaluation.quality,
                PairedComparison(first, second).isTie()
            else { continue }
            undecided += two.filter { new in !undecided.contains { $0.id == new.id } }
        }
        return undecided
    }
}
