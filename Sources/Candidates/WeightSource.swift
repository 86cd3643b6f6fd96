public import SearchSpaces

/// Where the weights of a job's networks come from before a candidate itself is trained.
public enum WeightSource: String, Hashable, Sendable, Codable {
    /// Random weights; every network is trained from them.
    case scratch
    /// A model that was given, trained already; only steps of compressions train it further.
    case given
    /// A model that was given, trained for something else: each network is a part of it with a new last layer, and trained
    /// from there.
    case backbone
    /// A super-network that was trained once: each network takes its part of the shared weights.
    case shared
    /// A candidate of the job that was trained before: each network takes its weights where they fit, and is trained briefly.
    case inherited

    /// Whether nothing was trained before the job began, so that it decides itself what its networks predict.
    public var isUntrained: Bool {
        switch self {
        case .scratch, .inherited, .backbone: true
        case .given, .shared: false
        }
    }

    /// What the networks of a space come with where no super-network is trained.
    public init(of space: SearchSpace) {
        self = space.hasWeights ? .given : space.isBackbone ? .backbone : .scratch
    }
}
