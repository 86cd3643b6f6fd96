import Foundation

/// Whether a device became slower or faster while it was measured.
public struct Drift: Hashable, Sendable {
    /// How much longer the last third of the runs took than the first, each against the middle time of its model: 0.2 is a
    /// fifth longer, −0.2 a fifth shorter.
    public let change: Double

    /// One run: which model, and how long it took in milliseconds.
    public struct Run: Hashable, Sendable {
        /// The model's name; runs of one name are repeats.
        public let model: String
        /// How long it took.
        public let milliseconds: Double

        /// A run of a model.
        public init(model: String, milliseconds: Double) {
            self.model = model
            self.milliseconds = milliseconds
        }
    }

    /// - Parameter runs: in the order in which they were made; nil where there are fewer than six of models that were repeated.
    public init?(_ runs: [Run]) {
        let times = Dictionary(grouping: runs, by: \.model).mapValues { $0.map(\.milliseconds).sorted() }
        let errors = runs.compactMap { run -> Double? in
            guard let all = times[run.model], all.count > 1 else { return nil }
            return log(run.milliseconds / all[all.count / 2])
        }
        guard errors.count >= 6 else { return nil }
        let third = errors.count / 3
        let (first, last) = (errors.prefix(third).sorted(), errors.suffix(third).sorted())
        change = exp(last[third / 2] - first[third / 2]) - 1
    }

    /// Whether it is more than repeats of one model differ on a device left to itself.
    public var isSuspicious: Bool { change > Drift.most || change < -Drift.most / (1 + Drift.most) }

    private static let most = 0.1
}
