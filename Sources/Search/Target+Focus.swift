import Quantities

extension Target {
    /// The target as a search looks at it: errors up to ten times the best one known fill the axis, so that the fast
    /// candidates that nobody would deploy do not take the place of good ones, and costs below the bound that a job began with,
    /// such as times measured on a computer that is faster than its estimate, lie on the axis too.
    ///
    /// Bounds of the quality that are narrower already stay. Fronts that are shown, and their hypervolume, keep the bounds of
    /// the job.
    /// - Parameter points: minimised objectives of candidates that the device can have.
    func focused(on errors: KnownErrors, points: [[Double]]) -> Target {
        Target(
            device: device,
            objectives: objectives.enumerated().map { axis, objective in
                objective.metric.isQuality
                    ? objective.focused(on: errors) : objective.reaching(points.lazy.map { $0[axis] }.min())
            }, guidesSearch: guidesSearch)
    }

    /// The same for evaluations.
    func focused(on evaluations: [Evaluation]) -> Target {
        focused(
            on: KnownErrors(evaluations.compactMap(\.quality)),
            points: evaluations.compactMap { evaluation in
                evaluation.score(on: device)?.isFeasible == true ? objectives(of: evaluation) : nil
            })
    }
}

/// Errors of candidates with their sampling errors, the smallest first.
struct KnownErrors {
    fileprivate let errors: [(error: Double, deviation: Double)]

    init(_ qualities: [Quality]) {
        errors = qualities.map { (Metric.accuracy.minimised($0.accuracy), $0.standardError ?? 0) }
            .filter { $0.0.isFinite }.sorted { $0.0 < $1.0 }
    }
}

extension Objective {
    /// How many times the best error is the worst of interest.
    private static let breadth = 10.0

    fileprivate func focused(on known: KnownErrors) -> Objective {
        guard let best = known.errors.first else { return self }
        // The ideal of a table is the best that it holds, which makes some errors.
        let perfect = ideal < 1 ? min(ideal, 0) : ideal
        // An error of none, or one within its sampling error, says little of how good candidates can be.
        let width = Objective.breadth * max(best.error - perfect, best.deviation, 0.002 * (nadir - ideal))
        // Half of what was seen matters in any case.
        let worst = max(perfect + width, known.errors[known.errors.count / 2].error)
        return Objective(metric, ideal: ideal, nadir: min(nadir, max(worst, ideal)))
    }

    /// A cost's axis with its better end at the smallest cost that is known, if that is beyond it.
    fileprivate func reaching(_ least: Double?) -> Objective {
        guard let least, least.isFinite, least < ideal else { return self }
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
