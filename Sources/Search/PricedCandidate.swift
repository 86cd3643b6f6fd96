public import Quantities

/// What limits are judged on: the costs of a candidate, with its quality once it was evaluated.
public protocol Priced {
    /// One score a device.
    var scores: [Score] { get set }
    /// The value of a metric on a device in the metric's unit; nil where unknown.
    func value(of metric: Metric, on score: Score) -> Double?
}

extension Priced {
    /// The score on this device; nil where there is none.
    public func score(on device: String) -> Score? { scores.first { $0.device == device } }
}

extension Costs: Priced {
    /// A count or a cost in the metric's unit; nil where unknown, and for the quality.
    public func value(of metric: Metric, on score: Score) -> Double? {
        switch metric {
        case .accuracy: nil
        case .macs: macs.map(Double.init)
        case .parameters: parameters.map(Double.init)
        case .latency, .energy, .peakRAM, .flash, .modelSize: score.value(of: metric)
        }
    }
}

/// A candidate with its costs, judged by the limits on them; nothing was trained for it.
public struct PricedCandidate: Hashable, Sendable {
    /// 64 hexadecimal digits.
    public let id: String
    /// In the space's own encoding.
    public let architecture: String
    /// Such as `structured(0.5)>int8`, or `none`.
    public let compression: String
    /// Counts and scores.
    public var costs: Costs

    /// A candidate under its id, with its costs.
    public init(id: String, architecture: String, compression: String, costs: Costs) {
        self.id = id
        self.architecture = architecture
        self.compression = compression
        self.costs = costs
    }

    /// The evaluation that an outcome makes of it; `proposal` is nil where no strategy proposed it.
    public func evaluated(
        _ outcome: Outcome, proposal: Int?, fidelity: Fidelity, rung: Int = 0, accuracyKey: String,
        seconds: Double = 0
    ) -> Evaluation {
        Evaluation(
            proposal: proposal, candidate: id, architecture: architecture, compression: compression,
            fidelity: fidelity, rung: rung, accuracyKey: accuracyKey, outcome: outcome, macs: costs.macs,
            parameters: costs.parameters, seconds: seconds, scores: costs.scores)
    }
}
