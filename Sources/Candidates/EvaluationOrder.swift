public import Quantities

/// One evaluation as a unit of work: with the job and its data, it decides the outcome, whichever process works it out.
public struct EvaluationOrder: Hashable, Sendable, Codable {
    /// The point in the space's own encoding.
    public var architecture: String
    /// Such as `structured(0.5)>int8`, or `none`.
    public var compression: String
    /// How the quality is to be obtained.
    public var fidelity: Fidelity
    /// Which of the fixed lengths of training; 0 where there is one.
    public var rung: Int
    /// Where the network's weights come from.
    public var weights: WeightSource
    /// The candidates that it inherits from, the first one first; empty where it inherits from none.
    public var ancestors: [Ancestor]
    /// What the compression may lose at most, in the metric's unit, on a slice of train; nil for no limit.
    ///
    /// Where it loses more, layers stay as they are, and the result names another point.
    public var maximumDrop: Double?

    /// An order for one point; no limit on the loss unless one is given.
    public init(
        architecture: String, compression: String, fidelity: Fidelity, rung: Int = 0,
        weights: WeightSource, ancestors: [Ancestor] = [], maximumDrop: Double? = nil
    ) {
        self.architecture = architecture
        self.compression = compression
        self.fidelity = fidelity
        self.rung = rung
        self.weights = weights
        self.ancestors = ancestors
        self.maximumDrop = maximumDrop
    }
}
