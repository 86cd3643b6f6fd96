public import SearchSpaces

/// Where the weights of a job's networks come from before a candidate itself is trained.
public enum WeightSource: String, Hashable, Sendable, Codable {
    /// Random weights; every network is trained from them.
    case scratch
    /// A model that was given, trained already; only steps of compressions train it further.
    case given
    /// A super-network that was trained once: each network takes its part of the shared weights.
    case shared

    /// What the networks of a space come with where no super-network is trained.
    public init(of space: SearchSpace) { self = space.hasWeights ? .given : .scratch }
}
