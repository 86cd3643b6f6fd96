import Quantities

extension SelectionAnswer {
    /// Where this selection is worse than an earlier one for the same device, one sentence each; none where it is at least as
    /// good.
    ///
    /// The quality may not be lower. A latency may not lie above the earlier interval's upper end (above the latency itself where
    /// it has none), an energy not by a larger factor above the earlier one; RAM, flash and model may not be larger. What either of
    /// the two does not know is not compared.
    public func shortfalls(against earlier: SelectionAnswer) -> [String] {
        guard let before = earlier.candidate else { return [] }
        guard let now = candidate else {
            return ["\(device): no model keeps the limits, where \(before.id.prefix(8)) did"]
        }
        let pairs: [(metric: Metric, limit: Double?, value: Double?)] = [
            (.accuracy, before.quality.value, now.quality.value),
            (.latency, before.costs.latencyP90 ?? before.costs.latency, now.costs.latency),
            (.energy, before.costs.energy.map { $0 * before.costs.spread }, now.costs.energy),
            (.peakRAM, before.costs.peakRAM.map(Double.init), now.costs.peakRAM.map(Double.init)),
            (.flash, before.costs.flash.map(Double.init), now.costs.flash.map(Double.init)),
            (.modelSize, before.costs.modelSize.map(Double.init), now.costs.modelSize.map(Double.init)),
        ]
        return pairs.compactMap { metric, limit, value in
            guard let limit, let value else { return nil }
            let isWorse = metric.isQuality ? value < limit : value > limit
            guard isWorse else { return nil }
            let bound = metric.isQuality ? "at least" : "at most"
            return "\(device): \(metric.title) is \(metric.shown(value)), was \(bound) \(metric.shown(limit))"
        }
    }
}

extension CostsAnswer {
    /// By which factor the device's median latency may lie above the predicted one; 1 where no interval is known.
    fileprivate var spread: Double {
        guard let latency, let latencyP90, latency > 0 else { return 1 }
        return latencyP90 / latency
    }
}
