import Quantities

extension Target {
    /// The target as a search looks at it: errors up to ten times the best one known fill the axis, so that the fast
    /// candidates that nobody would deploy do not take the place of good ones, and costs below the bound that a job began with,
    /// such as times measured on a computer that is faster than its estimate, lie on the axis too.
    ///
    /// Bounds of the quality that are narrower already stay. Fronts that are shown, and their hypervolume, keep the bounds of
    /// the job.
    func focused(on evaluations: some Sequence<Evaluation>) -> Target {
        let known = evaluations.filter { $0.quality != nil }
        return Target(
            device: device,
            objectives: objectives.map {
                $0.metric.isQuality ? $0.focused(on: known) : $0.reaching(known, on: device)
            },
            guidesSearch: guidesSearch)
    }
}

extension Objective {
    /// How many times the best error is the worst of interest.
    private static let breadth = 10.0

    fileprivate func focused(on evaluations: [Evaluation]) -> Objective {
        let errors = evaluations.compactMap(\.quality).map { quality in
            (error: metric.minimised(quality.accuracy), deviation: quality.standardError ?? 0)
        }.filter { $0.error.isFinite }.sorted { $0.error < $1.error }
        guard let best = errors.first else { return self }
        // The ideal of a table is the best that it holds, which makes some errors.
        let perfect = ideal < 1 ? min(ideal, 0) : ideal
        // An error of none, or one within its sampling error, says little of how good candidates can be.
        let width = Objective.breadth * max(best.error - perfect, best.deviation, 0.002 * (nadir - ideal))
        // Half of what was seen matters in any case.
        let worst = max(perfect + width, errors[errors.count / 2].error)
        return Objective(metric, ideal: ideal, nadir: min(nadir, max(worst, ideal)))
    }
}

extension Objective {
    /// A cost's axis with its better end at the smallest cost of a candidate that the device can have, if that is beyond it.
    fileprivate func reaching(_ evaluations: [Evaluation], on device: String) -> Objective {
        let costs = evaluations.compactMap { evaluation -> Double? in
            guard let score = evaluation.score(on: device), score.isFeasible else { return nil }
            return evaluation.value(of: metric, on: score).map(metric.minimised)
        }
        guard let least = costs.lazy.filter(\.isFinite).min(), least < ideal else { return self }
        return Objective(metric, ideal: least, nadir: nadir)
    }
}

extension [Evaluation] {
    /// Of each candidate and fidelity the evaluation of the longest training, in their order.
    public var ofLongestTraining: [Evaluation] {
        guard contains(where: { $0.rung > 0 }) else { return self }
        func key(_ evaluation: Evaluation) -> String {
            "\(evaluation.fidelity.rawValue) \(evaluation.candidate)"
        }
        var rungs: [String: Int] = [:]
        for evaluation in self {
            rungs[key(evaluation)] = Swift.max(rungs[key(evaluation)] ?? 0, evaluation.rung)
        }
        return filter { $0.rung == rungs[key($0)] }
    }
}
