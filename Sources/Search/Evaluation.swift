public import Quantities

/// One candidate's quality at one fidelity, and its score on every device: what a store keeps, one
/// transaction each.
public struct Evaluation: Hashable, Sendable, Priced {
    /// The place in the sequence of proposals, from 0; nil for finalists, which no strategy proposed.
    public var proposal: Int?
    /// The candidate's id, 64 hexadecimal digits.
    public var candidate: String
    /// The architecture in the space's own encoding.
    public var architecture: String
    /// Such as `structured(0.5)>int8`, or `none`.
    public var compression: String
    /// How the quality was obtained.
    public var fidelity: Fidelity
    /// Which of the fixed lengths of training, 0 for the shortest; 0 where there is one.
    public var rung: Int
    /// Under which the accuracy is cached across jobs.
    public var accuracyKey: String
    /// The quality, or why there is none.
    public var outcome: Outcome
    /// Multiply-accumulates of one inference; nil where unknown.
    public var macs: Int?
    /// Trainable numbers; nil where unknown.
    public var parameters: Int?
    /// Wall-clock time that the evaluation took.
    public var seconds: Double
    /// One score a device of the job, in the job's order.
    public var scores: [Score]

    /// An evaluation of one candidate; `proposal` is nil for finalists.
    public init(
        proposal: Int?, candidate: String, architecture: String, compression: String, fidelity: Fidelity,
        rung: Int = 0, accuracyKey: String, outcome: Outcome, macs: Int? = nil, parameters: Int? = nil,
        seconds: Double = 0,
        scores: [Score]
    ) {
        self.proposal = proposal
        self.candidate = candidate
        self.architecture = architecture
        self.compression = compression
        self.fidelity = fidelity
        self.rung = rung
        self.accuracyKey = accuracyKey
        self.outcome = outcome
        self.macs = macs
        self.parameters = parameters
        self.seconds = seconds
        self.scores = scores
    }

    /// The quality; nil where the evaluation failed.
    public var quality: Quality? { outcome.quality }

    /// The value of a metric on a device in the metric's unit; nil where unknown.
    public func value(of metric: Metric, on score: Score) -> Double? {
        switch metric {
        case .accuracy: quality?.accuracy
        case .macs: macs.map(Double.init)
        case .parameters: parameters.map(Double.init)
        case .latency, .energy, .peakRAM, .flash, .modelSize: score.value(of: metric)
        }
    }
}
