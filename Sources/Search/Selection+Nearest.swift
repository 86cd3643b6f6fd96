import Quantities

extension Target {
    /// The answer where no candidate keeps the limits and those of the job.
    func nothing(
        within limits: [Constraint], ofJob jobLimits: [Constraint], among outlines: [Outline]
    ) -> Selection {
        let all = limits + jobLimits
        let distances = outlines.map { $0.distance(to: all, knowsJob: !jobLimits.isEmpty) }
        let ordered = outlines.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
        let blocking = blockingLimit(
            all, among: outlines.filter { $0.isFeasible || $0.status == .constraint && !jobLimits.isEmpty })
        return Selection(
            candidate: nil, why: "no candidate on \(device) keeps every limit", runnerUp: nil,
            nearest: ordered.prefix(3).map { outlines[$0] }, blocking: blocking)
    }

    /// The limit without which most candidates would do; where no single one is to blame, the one broken most
    /// often; nil where the device can have no candidate.
    private func blockingLimit(_ limits: [Constraint], among possible: [Outline]) -> String? {
        guard !possible.isEmpty else { return nil }
        let freed = limits.indices.map { index in
            let others = limits.indices.filter { $0 != index }.map { limits[$0] }
            return possible.count { $0.keeps(others) }
        }
        let broken = limits.map { limit in possible.count { !$0.keeps([limit]) } }
        let worst = limits.indices.max { (freed[$0], broken[$0], -$0) < (freed[$1], broken[$1], -$1) }
        guard let worst else { return "no candidate has a known value of what is preferred on \(device)" }
        return nearestValue(to: limits[worst], among: possible)
    }

    private func nearestValue(to limit: Constraint, among outlines: [Outline]) -> String {
        let known = outlines.compactMap { limit.constrainedValue(of: $0) }
        let best =
            switch limit.bound {
            case .atMost: known.min()
            case .atLeast: known.max()
            }
        guard let best else { return "\(limit): unknown for every candidate on \(device)" }
        return "\(limit): the best candidate has \(limit.metric.text(best))"
    }
}

extension [ScoredCandidate] {
    /// Why a device can have none of the candidates: the reason given most often, of equally frequent ones the first.
    public var commonReason: String {
        var places: [String: Int] = [:]
        var counts: [(reason: String, count: Int)] = []
        for candidate in self {
            let reason = candidate.score.reason ?? candidate.score.status.rawValue
            if let place = places[reason] {
                counts[place].count += 1
            } else {
                places[reason] = counts.count
                counts.append((reason, 1))
            }
        }
        return counts.max { $0.count < $1.count }?.reason ?? "no candidate was evaluated"
    }
}

extension Outline {
    /// The sum of what the limits are broken by; candidates that the device cannot run come after all others.
    ///
    /// - Parameter knowsJob: whether the job's own limits are among them.
    fileprivate func distance(to limits: [Constraint], knowsJob: Bool) -> Double {
        let violations = limits.map { $0.violation(of: self) ?? 10 }
        let undeployable: Double =
            switch status {
            case .ok: 0
            case .constraint: knowsJob ? 0 : 50
            case .exceedsRAM, .exceedsFlash: 1000
            case .unsupported, .notExportable, .failed: 10_000
            }
        return violations.reduce(undeployable, +)
    }
}

extension Problem {
    /// The error where no candidate is worth evaluating: the nearest by price on the device that comes
    /// closest.
    func nothingFeasible() -> SearchError {
        let candidates = nearestByPrice(3).map(priced)
        let closest = targets.min { a, b in distance(candidates, a) < distance(candidates, b) }
        guard let closest else { return .noObjectives }
        let blocking =
            candidates.first?.costs.score(on: closest.device)?.reason ?? "the space has no candidate"
        return .nothingFeasible(
            nearest: candidates, device: closest.device,
            blocking: "on \(closest.device) the nearest fails: \(blocking)")
    }

    private func distance(_ candidates: [PricedCandidate], _ target: Target) -> Double {
        candidates.map { violation(of: $0.costs, on: target) }.min() ?? .infinity
    }
}
