import Quantities

/// The model to deploy on a device, why, and what else there is.
public struct Selection: Hashable, Sendable {
    /// nil where no feasible candidate keeps the limits.
    public let candidate: Outline?
    /// One or two sentences.
    public let why: String
    /// The second best that keeps the limits; nil where there is one candidate only.
    public let runnerUp: Outline?
    /// Where nothing keeps the limits: the candidates that come nearest, nearest first.
    public let nearest: [Outline]
    /// Where nothing keeps the limits: which of them stands in the way, as a sentence; nil where the device can have no
    /// candidate at all, of which the candidates' own reasons tell more.
    public let blocking: String?
}

/// What a person asks of the model for a device.
public struct SelectionRequest: Hashable, Sendable {
    /// On top of the job's own constraints, which `isFeasible` stands for.
    public var limits: [Constraint]
    /// What to choose among candidates that keep the limits.
    public var preference: Preference
    /// The job's own constraints, to tell which candidates come nearest where none keeps them; empty where they are not known.
    public var jobLimits: [Constraint]

    /// A request; without limits every feasible candidate is allowed.
    public init(
        limits: [Constraint] = [], preference: Preference = .accuracy, jobLimits: [Constraint] = []
    ) {
        self.limits = limits
        self.preference = preference
        self.jobLimits = jobLimits
    }
}

extension Target {
    /// Selects among a device's candidates of one fidelity.
    public func select(_ request: SelectionRequest, from outlines: [Outline]) -> Selection {
        let limits = request.limits.filter { $0.applies(to: device) }
        let allowed = outlines.indices.filter { index in
            outlines[index].isFeasible && outlines[index].isEvaluated && outlines[index].keeps(limits)
        }
        let chosen = bestTwo(of: outlines, among: allowed, by: request.preference)
        guard let best = chosen.first else {
            let own = request.jobLimits.filter { $0.applies(to: device) }
            return nothing(within: limits, ofJob: own, among: outlines.filter(\.isEvaluated))
        }
        let runnerUp = chosen.dropFirst().first
        return Selection(
            candidate: best,
            why: sentence(for: best, beside: runnerUp, request, limits: limits, of: allowed.count),
            runnerUp: runnerUp, nearest: [], blocking: nil)
    }

    /// The best and the second best; ties go to the more accurate, then the faster, then the smaller candidate, then by id.
    func bestTwo(
        of outlines: [Outline], among allowed: [Int], by preference: Preference
    ) -> [Outline] {
        guard let metric = preference.metric else { return knees(of: outlines, among: allowed) }
        var best: [Outline] = []
        for index in allowed where outlines[index].value(of: metric) != nil {
            if best.count == 2, !outlines[index].precedes(best[1], by: metric) { continue }
            best.append(outlines[index])
            best.sort { $0.precedes($1, by: metric) }
            best = Array(best.prefix(2))
        }
        return best
    }

    /// The front's knee, and the knee of what remains of the front without it.
    private func knees(of outlines: [Outline], among allowed: [Int]) -> [Outline] {
        let front = frontIndices(of: outlines, among: allowed).map { outlines[$0] }
            .sorted { $0.precedes($1, by: .accuracy) }
        let places = front.compactMap(tradeOff)
        guard let knee = kneePoint(places) else { return [] }
        let rest = front.indices.filter { $0 != knee }
        let second = kneePoint(rest.map { places[$0] }).map { rest[$0] }
        return [knee, second].compactMap(\.self).map { front[$0] }
    }

    /// Where a candidate lies between quality and cost; nil where one of the objectives is unknown.
    private func tradeOff(of outline: Outline) -> TradeOff? {
        guard let point = objectives(of: outline) else { return nil }
        let values = zip(objectives, point)
        let errors = values.filter { $0.0.metric.isQuality }.map(\.1)
        return TradeOff(
            error: (errors.first ?? 0) + (outline.standardError ?? 0),
            costs: values.filter { !$0.0.metric.isQuality }.map(\.1))
    }
}

extension Outline {
    /// Whether every limit is known to be kept.
    func keeps(_ limits: [Constraint]) -> Bool {
        limits.allSatisfy { $0.violation(of: self) == 0 }
    }

    /// Whether it comes before another one: by the metric, then by quality, latency, model and id.
    fileprivate func precedes(_ other: Outline, by metric: Metric) -> Bool {
        for metric in [metric, .accuracy, .latency, .modelSize] {
            let (left, right) = (minimised(metric), other.minimised(metric))
            if left != right { return left < right }
        }
        return precedesByID(other)
    }

    private func minimised(_ metric: Metric) -> Double {
        value(of: metric).map(metric.minimised) ?? .infinity
    }
}
