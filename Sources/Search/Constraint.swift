import Foundation
public import Quantities

/// A limit that a deployed model must keep, on one device or on every one.
public struct Constraint: Hashable, Sendable, CustomStringConvertible {
    /// The side on which values are allowed, in the metric's unit.
    public enum Bound: Hashable, Sendable {
        case atMost(Double)
        case atLeast(Double)
    }

    /// nil = every device.
    public var device: String?
    /// What is limited.
    public var metric: Metric
    /// In the metric's unit.
    public var bound: Bound
    /// Latency only: the limit holds for the bound that the true latency stays below with this probability.
    public var confidence: Double?

    /// A limit on `device`, or on every device; throws where `confidence` is not in [0.5, 1).
    public init(
        device: String? = nil, _ metric: Metric, _ bound: Bound, confidence: Double? = nil
    ) throws(SearchError) {
        if let confidence, !(confidence >= 0.5 && confidence < 1) { throw .invalidConfidence(confidence) }
        self.device = device
        self.metric = metric
        self.bound = bound
        self.confidence = confidence
    }

    /// The limit as messages state it: `latency_ms at most 5.000 ms on raspberry-pi-4`.
    public var description: String {
        let limit =
            switch bound {
            case .atMost(let value): "at most \(metric.text(value))"
            case .atLeast(let value): "at least \(metric.text(value))"
            }
        let certainty = confidence.map { " with confidence \($0)" } ?? ""
        return "\(metric.rawValue) \(limit)\(certainty)" + (device.map { " on \($0)" } ?? "")
    }

    /// Whether the limit holds on this device.
    public func applies(to device: String) -> Bool { self.device == nil || self.device == device }

    /// How far outside the limit an evaluation is on a device: 0 inside, else the ratio's natural logarithm
    /// (costs) or the missing accuracy; nil where the value is unknown.
    public func violation(of evaluation: some Priced, on score: Score) -> Double? {
        constrainedValue(of: evaluation, on: score).map(violation)
    }

    /// How far outside the limit a value is, as above.
    func violation(of value: Double) -> Double {
        switch bound {
        case .atMost(let limit): max(0, distance(from: limit, to: value))
        case .atLeast(let limit): max(0, distance(from: value, to: limit))
        }
    }

    /// The value that the limit speaks about: the upper bound of the latency where a confidence is asked for.
    func constrainedValue(of evaluation: some Priced, on score: Score) -> Double? {
        metric == .latency
            ? score.latencyBound(confidence: confidence) : evaluation.value(of: metric, on: score)
    }

    /// The same of an outline.
    func constrainedValue(of outline: Outline) -> Double? {
        metric == .latency ? outline.latencyBound(confidence: confidence) : outline.value(of: metric)
    }

    /// How far outside the limit an outline is; nil where the value is unknown.
    func violation(of outline: Outline) -> Double? { constrainedValue(of: outline).map(violation) }

    /// Whether an outline breaks the limit; an unknown cost does, a quality is judged once it is known.
    func isBroken(by outline: Outline) -> Bool {
        violation(of: outline).map { $0 > 0 } ?? !metric.isQuality
    }

    private func distance(from low: Double, to high: Double) -> Double {
        if metric.isQuality { return high - low }
        return log(max(high, .leastNormalMagnitude) / max(low, .leastNormalMagnitude))
    }
}
