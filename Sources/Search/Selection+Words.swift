import Quantities

extension Target {
    /// Why a candidate was selected, and what the runner-up would change.
    func sentence(
        for best: Outline, beside runnerUp: Outline?, _ request: SelectionRequest,
        limits: [Constraint], of count: Int
    ) -> String {
        let candidates = count == 1 ? "only candidate" : "of \(count) candidates"
        let within =
            limits.isEmpty
            ? "feasible on \(device)" : "with " + limits.map(\.description).joined(separator: " and ")
        let quality =
            switch request.preference {
            case .accuracy: "the most accurate "
            case .latency: "the fastest "
            case .size: "the smallest "
            case .energy: "the most frugal "
            case .knee: "the best balanced "
            }
        let choice = count == 1 ? "the \(candidates) \(within)" : "\(quality)\(candidates) \(within)"
        let values = [Metric.accuracy, .latency, .modelSize].compactMap { metric in
            best.value(of: metric).map(metric.shown)
        }
        let first = choice + (values.isEmpty ? "." : ": \(values.joined(separator: ", ")).")
        guard let runnerUp else { return first }
        return "\(first) The runner-up would give \(tradeOff(from: best, to: runnerUp))."
    }

    /// What going from one candidate to another changes: `+0.4 pp for +7.0 ms`.
    func tradeOff(from a: Outline, to b: Outline) -> String {
        var changes: [String] = []
        if let before = a.value(of: .accuracy), let after = b.value(of: .accuracy) {
            changes.append(signed((after - before) * 100, decimals: 2) + " pp")
        }
        var metrics: [Metric] = [.latency]
        metrics += objectives.map(\.metric).filter { !$0.isQuality && $0 != .latency }
        let costs = metrics.compactMap { change(of: $0, from: a, to: b) }
        let both = changes + (costs.isEmpty ? [] : [costs.joined(separator: ", ")])
        return both.isEmpty ? "no known difference" : both.joined(separator: " for ")
    }

    private func change(of metric: Metric, from a: Outline, to b: Outline) -> String? {
        guard let before = a.value(of: metric), let after = b.value(of: metric) else { return nil }
        let sign = after < before ? "-" : "+"
        return sign + metric.text(abs(after - before)) + (metric.namesItselfInText ? "" : " \(metric.words)")
    }
}

extension Metric {
    /// Whether the unit alone says which metric is meant.
    fileprivate var namesItselfInText: Bool { self == .latency || self == .energy }

    fileprivate var words: String {
        switch self {
        case .accuracy: "accuracy"
        case .latency: "latency"
        case .energy: "energy"
        case .peakRAM: "RAM"
        case .flash: "flash"
        case .modelSize: "model"
        case .macs: "MACs"
        case .parameters: "parameters"
        }
    }
}

func signed(_ value: Double, decimals: Int) -> String {
    (value < 0 ? "" : "+") + Human.fixed(value, decimals: decimals)
}
