public import Quantities

/// A metric to be made good, with the bounds that scale it: the job's plan fixes them and the store keeps
/// them.
public struct Objective: Hashable, Sendable {
    /// What is made good.
    public let metric: Metric
    /// The best and the worst value of the minimised form (error, or log10 of the cost): 0 and 1 of the
    /// scaled axis.
    public let ideal: Double
    /// The worst value of the minimised form: 1 on the scaled axis.
    public let nadir: Double

    /// Bounds in the minimised form.
    public init(_ metric: Metric, ideal: Double, nadir: Double) {
        self.metric = metric
        self.ideal = ideal
        self.nadir = nadir
    }

    /// Bounds as values in the metric's unit, such as 0.2 ms and 40 ms, or accuracies of 1 and 0.1.
    public init(_ metric: Metric, best: Double, worst: Double) {
        self.init(metric, ideal: metric.minimised(best), nadir: metric.minimised(worst))
    }

    /// A minimised value on the scaled axis: 0 at the ideal and anything better, 1 at the nadir, more beyond
    /// it.
    public func scaled(_ minimised: Double) -> Double {
        guard nadir > ideal else { return 0 }
        return max(0, (minimised - ideal) / (nadir - ideal))
    }
}

/// One device of a search and what is to be made good there.
public struct Target: Hashable, Sendable {
    /// Name of the device's profile.
    public let device: String
    /// What is made good there, at least one for a search; their order is that of the axes.
    public let objectives: [Objective]
    /// Whether its scores may decide what is proposed; false for host times that differ from run to run.
    public let guidesSearch: Bool

    /// A device with its objectives.
    public init(device: String, objectives: [Objective], guidesSearch: Bool = true) {
        self.device = device
        self.objectives = objectives
        self.guidesSearch = guidesSearch
    }

    /// The minimised objectives of an evaluation, unscaled; nil where it failed or one of them is unknown.
    public func objectives(of evaluation: Evaluation) -> [Double]? {
        guard let score = evaluation.score(on: device) else { return nil }
        var point: [Double] = []
        for objective in objectives {
            guard let value = evaluation.value(of: objective.metric, on: score) else { return nil }
            point.append(objective.metric.minimised(value))
        }
        return point
    }

    /// Minimised objectives on the scaled axes that the hypervolume is measured in.
    public func scaled(_ point: [Double]) -> [Double] {
        zip(objectives, point).map { $0.scaled($1) }
    }
}
