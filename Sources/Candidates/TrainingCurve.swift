import ModelGraph
import Synchronization
public import Training

/// How a candidate was trained: before its compression, then after each step of that which trains it further.
public struct TrainingCurve: Hashable, Sendable, Codable {
    /// One training.
    public struct Stage: Hashable, Sendable, Codable {
        /// `before compression`, or the compression's step behind which it stands.
        public var name: String
        /// One report an epoch.
        public var epochs: [EpochReport]

        /// A training.
        public init(name: String, epochs: [EpochReport]) {
            self.name = name
            self.epochs = epochs
        }
    }
    /// In the order in which they ran.
    public var stages: [Stage]

    /// A curve of these trainings.
    public init(stages: [Stage]) { self.stages = stages }
}

/// A trained network, and how its training went.
struct TrainedGraph: Sendable {
    let graph: Graph
    let history: [EpochReport]
}

/// Takes down how a candidate is trained while it is built.
public final class TrainingRecord: Sendable {
    private let stages = Mutex<[TrainingCurve.Stage]>([])

    /// Nothing was trained yet.
    public init() {}

    /// What was taken down so far.
    public var curve: TrainingCurve { TrainingCurve(stages: stages.withLock { $0 }) }

    func add(_ name: String, _ history: [EpochReport]) {
        stages.withLock { $0.append(TrainingCurve.Stage(name: name, epochs: history)) }
    }
}
