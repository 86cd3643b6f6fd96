public import ModelGraph

/// How an epoch went.
public struct EpochReport: Hashable, Sendable, Codable {
    /// Counted from 0.
    public var epoch: Int
    /// Mean over the epoch's samples.
    public var loss: Double
    /// Share of training samples classified right while the epoch ran; 0 in regression.
    public var accuracy: Double
    /// At the epoch's last step.
    public var learningRate: Float

    /// A report on one epoch, counted from 0.
    public init(epoch: Int, loss: Double, accuracy: Double, learningRate: Float) {
        self.epoch = epoch
        self.loss = loss
        self.accuracy = accuracy
        self.learningRate = learningRate
    }
}

/// What training returns.
public struct TrainedNetwork: Sendable {
    /// The graph with trained constants and running statistics.
    public var graph: Graph
    /// One report an epoch.
    public var history: [EpochReport]
    /// What a later run may continue from.
    public var state: TrainingState
}
