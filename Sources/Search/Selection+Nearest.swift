import Quantities

extension Target {
    /// The answer where no candidate keeps the limits and those of the job.
    func nothing(
        within limits: [Constraint], ofJob jobLimits: [Constraint], among candidates: [ScoredCandidate]
    ) -> Selection {
        let all = limits + jobLimits
        let distances = candidates.map { $0.distance(to: all, knowsJob: !jobLimits.isEmpty) }
        let ordered = candidates.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
        let blocking = blockingLimit(
            all, among: candidates,
            possible: candidates.filter {
                $0.isFeasible || $0.score.status == .constraint && !jobLimits.isEmpty
            })
        return Selection(
            candidate: nil, why: "no candidate on \(device) keeps every limit", runnerUp: nil,
            nearest: ordered.prefix(3).map { candidates[$0] }, blocking: blocking)
    }

    /// The limit without which most candidates would do; where no single one is to blame, the one broken most
    /// often.
    private func blockingLimit(
        _ limits: [Constraint], among candidates: [ScoredCandidate], possible feasible: [ScoredCandidate]
    ) -> String {
        guard !feasible.isEmpty else { return commonReason(among: candidates) }
        let freed = limits.indices.map { index in
            let others = limits.indices.filter { $0 != index }.map { limits[$0] }
            return feasible.count { $0.keeps(others) }
        }
        let broken = limits.map { limit in feasible.count { !$0.keeps([limit]) } }
        let worst = limits.indices.max { (freed[$0], broken[$0], -$0) < (freed[$1], broken[$1], -$1) }
        guard let worst else { return "no candidate has a known value of what is preferred on \(device)" }
        return nearestValue(to: limits[worst], among: feasible)
    }

    private func nearestValue(to limit: Constraint, among candidates: [ScoredCandidate]) -> String {
        let known = candidates.compactMap { limit.constrainedValue(of: $0.evaluation, on: $0.score) }
        let best =
            switch limit.bound {
            case .atMost: known.min()
            case .atLeast: known.max()
            }
        guard let best else { return "\(limit): unknown for every candidate on \(device)" }
        return "\(limit): the best candidate has \(limit.metric.text(best))"
    }

    /// Why the device can have none of the candidates: the reason given most often.
    private func commonReason(among candidates: [ScoredCandidate]) -> String {
        var counts: [(reason: String, count: Int)] = []
        for candidate in candidates {
            let reason = candidate.score.reason ?? candidate.score.status.rawValue
            if let index = counts.firstIndex(where: { $0.reason == reason }) {
                counts[index].count += 1
            } else {
                counts.append((reason, 1))
            }
        }
        let status = candidates.first.map(\.score.status.rawValue) ?? "no candidate was evaluated"
        guard let most = counts.max(by: { $0.count < $1.count }) else { return status }
        return most.reason
    }
}

extension ScoredCandidate {
    /// The sum of what the limits are broken by; candidates that the device cannot run come after all others.
    ///
    /// - Parameter knowsJob: whether the job's own limits are among them.
    fileprivate func distance(to limits: [Constraint], knowsJob: Bool) -> Double {
        let violations = limits.map { $0.violation(of: evaluation, on: score) ?? 10 }
        let undeployable: Double =
            switch score.status {
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
