import Quantities

/// The model to deploy on a device, why, and what else there is.
public struct Selection: Hashable, Sendable {
    /// nil where no feasible candidate keeps the limits.
    public let candidate: ScoredCandidate?
    /// One sentence.
    public let why: String
    public let runnerUp: ScoredCandidate?
    /// Where nothing keeps the limits: the candidates that come nearest, nearest first.
    public let nearest: [ScoredCandidate]
    /// Where nothing keeps the limits: which of them stands in the way, as a sentence.
    public let blocking: String?
}

/// What a person asks of the model for a device.
public struct SelectionRequest: Hashable, Sendable {
    /// On top of the job's own constraints, which `isFeasible` stands for.
    public var limits: [Constraint]
    public var preference: Preference

    public init(limits: [Constraint] = [], preference: Preference = .accuracy) {
        self.limits = limits
        self.preference = preference
    }
}

extension Target {
    /// Selects among a device's candidates of one fidelity.
    public func select(_ request: SelectionRequest, from candidates: [ScoredCandidate]) -> Selection {
        let limits = request.limits.filter { $0.applies(to: device) }
        let allowed = candidates.filter { $0.isFeasible && $0.keeps(limits) }
        let ordered = order(allowed, by: request.preference)
        guard let best = ordered.first else { return nothing(within: limits, among: candidates) }
        let runnerUp = ordered.dropFirst().first
        return Selection(
            candidate: best,
            why: sentence(for: best, beside: runnerUp, request, limits: limits, of: allowed.count),
            runnerUp: runnerUp, nearest: [], blocking: nil)
    }

    /// Best first; ties go to the more accurate, then the faster, then the smaller candidate, then by id.
    private func order(_ candidates: [ScoredCandidate], by preference: Preference) -> [ScoredCandidate] {
        let known = candidates.filter { candidate in
            preference.metric.map { candidate.value(of: $0) != nil }
                ?? (objectives(of: candidate.evaluation) != nil)
        }
        let metrics = [preference.metric, .accuracy, .latency, .modelSize].compactMap(\.self)
        let ordered = known.sorted { a, b in
            for metric in metrics {
                let (left, right) = (a.minimised(metric), b.minimised(metric))
                if left != right { return left < right }
            }
            return a.id < b.id
        }
        return preference == .knee ? kneesFirst(ordered) : ordered
    }

    /// The front's knee, then the knee of what remains, then the others.
    private func kneesFirst(_ candidates: [ScoredCandidate]) -> [ScoredCandidate] {
        let points = candidates.compactMap { objectives(of: $0.evaluation) }
        let front = nonDominated(points)
        guard let knee = kneePoint(front.map { points[$0] }) else { return candidates }
        let rest = front.filter { $0 != front[knee] }
        let second = kneePoint(rest.map { points[$0] }).map { rest[$0] }
        let chosen = [front[knee], second].compactMap(\.self)
        return chosen.map { candidates[$0] }
            + candidates.indices.filter { !chosen.contains($0) }.map { candidates[$0] }
    }
}

extension ScoredCandidate {
    /// Whether every limit is known to be kept.
    func keeps(_ limits: [Constraint]) -> Bool {
        limits.allSatisfy { $0.violation(of: evaluation, on: score) == 0 }
    }

    fileprivate func minimised(_ metric: Metric) -> Double {
        value(of: metric).map(metric.minimised) ?? .infinity
    }
}
