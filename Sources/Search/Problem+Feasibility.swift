import Quantities
public import SearchSpaces

extension Problem {
    /// The evaluation with each deployable score marked that failed or breaks one of the job's constraints,
    /// with the reason.
    public func judged(_ evaluation: Evaluation) -> Evaluation { constraints.judged(evaluation) }
}

extension [Constraint] {
    /// The evaluation with each deployable score marked that failed or breaks one of these constraints, with the reason.
    public func judged(_ evaluation: Evaluation) -> Evaluation {
        guard case .failed(let reason) = evaluation.outcome else { return judgedByLimits(evaluation) }
        var result = evaluation
        for index in result.scores.indices where result.scores[index].status == .ok {
            result.scores[index].status = .failed
            result.scores[index].reason = reason
        }
        return result
    }

    /// The same by what is known so far.
    func judgedByLimits<Subject: Priced>(_ subject: Subject) -> Subject {
        var result = subject
        for index in result.scores.indices where result.scores[index].status == .ok {
            guard let broken = brokenConstraint(of: subject, on: result.scores[index]) else { continue }
            result.scores[index].status = .constraint
            result.scores[index].reason = broken
        }
        return result
    }

    /// A score judged anew after its costs have changed; what keeps its device from having the candidate at all stays.
    public func judgedAnew(_ score: Score, of evaluation: Evaluation) -> Score {
        var changed = evaluation
        changed.scores = [score]
        if score.status == .constraint { (changed.scores[0].status, changed.scores[0].reason) = (.ok, nil) }
        return judged(changed).scores[0]
    }

    /// An evaluation judged anew by these limits.
    public func judgedAnew(_ evaluation: Evaluation) -> Evaluation {
        if isEmpty, evaluation.quality != nil, evaluation.scores.allSatisfy({ $0.status != .constraint }) {
            return evaluation
        }
        var result = evaluation
        result.scores = evaluation.scores.map { judgedAnew($0, of: evaluation) }
        return result
    }

    /// The first constraint that an evaluation breaks on a device, as a sentence.
    ///
    /// What only training can tell (accuracy) is not judged before it; an unknown cost breaks its limit.
    private func brokenConstraint(of evaluation: some Priced, on score: Score) -> String? {
        for constraint in self where constraint.applies(to: score.device) {
            guard let value = constraint.constrainedValue(of: evaluation, on: score) else {
                if constraint.metric.isQuality { continue }
                return "\(constraint): its \(constraint.metric.rawValue) is unknown"
            }
            if let violation = constraint.violation(of: evaluation, on: score), violation > 0 {
                return "\(constraint): it has \(constraint.metric.text(value))"
            }
        }
        return nil
    }
}

extension Problem {
    /// A trial as strategies see it: with the scores by which candidates are ordered.
    ///
    /// Statuses stay, for limits are judged by what a device takes.
    func guiding(_ trial: Trial) -> Trial {
        guard let guide else { return trial }
        let costs = guide.costs(of: trial.genotype)
        var evaluation = trial.evaluation
        evaluation.scores = evaluation.scores.map { score in
            let orders = targets.first { $0.device == score.device }?.guidesSearch ?? true
            guard !orders, score.isFeasible, let estimate = costs.score(on: score.device) else {
                return score
            }
            return estimate
        }
        return Trial(genotype: trial.genotype, evaluation: evaluation)
    }

    /// How far an evaluation is from feasible on a device: 0 where it is, below 100 where only constraints
    /// are broken (their sum), more where the device cannot run it; a larger memory is further.
    public func violation(of evaluation: some Priced, on target: Target) -> Double {
        guard let score = evaluation.score(on: target.device) else { return 1000 }
        switch score.status {
        case .ok, .constraint:
            let violations = constraints.filter { $0.applies(to: target.device) }.map { constraint in
                constraint.violation(of: evaluation, on: score) ?? (constraint.metric.isQuality ? 0 : 10)
            }
            return min(99, violations.reduce(0, +))
        case .exceedsRAM: return 100 + Metric.peakRAM.minimised(Double(score.peakRAM ?? .max))
        case .exceedsFlash: return 100 + Metric.flash.minimised(Double(score.flash ?? .max))
        case .unsupported, .notExportable, .failed: return 1000
        }
    }

    /// What is known of a point before training: its costs, judged by the constraints, and no quality.
    public func priced(_ genotype: Genotype) -> PricedCandidate {
        PricedCandidate(
            id: space.id(of: genotype), architecture: space.architecture(of: genotype),
            compression: space.compression(of: genotype), costs: judgedCosts(of: genotype))
    }

    /// The same without the texts, which cost more than the price.
    func judgedCosts(of genotype: Genotype) -> Costs { constraints.judgedByLimits(price(genotype)) }

    /// The violation by price alone on the device where it is smallest; 0 = worth evaluating.
    public func priceViolation(of genotype: Genotype) -> Double { priceViolations(of: [genotype])[0] }

    /// The same of many points, in their order.
    public func priceViolations(of genotypes: [Genotype]) -> [Double] {
        priceViolations(prices(of: genotypes), of: genotypes)
    }

    /// Whether some device can have the candidate within the job's limits on costs; all others are dropped
    /// before training.
    public func isWorthEvaluating(_ genotype: Genotype) -> Bool { priceViolation(of: genotype) == 0 }
}
