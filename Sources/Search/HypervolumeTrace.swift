import Quantities

/// The hypervolume of a device's front as evaluations come in, one at a time.
public struct HypervolumeTrace: Sendable {
    /// The device and objectives in which the hypervolume is measured.
    public let target: Target
    /// The hypervolume so far, in [0, 1].
    public private(set) var hypervolume = 0.0
    /// Minimised objectives that nothing seen so far dominates.
    private var front: PointList

    /// A trace that has seen nothing.
    public init(_ target: Target) {
        self.target = target
        front = PointList(dimensions: target.objectives.count)
    }

    /// Adds an evaluation and returns the hypervolume of all seen so far.
    @discardableResult
    public mutating func add(_ evaluation: Evaluation) -> Double {
        guard evaluation.score(on: target.device)?.isFeasible == true,
            let point = target.objectives(of: evaluation)
        else { return hypervolume }
        return add(point)
    }

    /// Adds an evaluation's outline and returns the hypervolume of all seen so far.
    @discardableResult
    public mutating func add(_ outline: Outline) -> Double {
        guard outline.isFeasible, let point = target.objectives(of: outline) else { return hypervolume }
        return add(point)
    }

    private mutating func add(_ point: [Double]) -> Double {
        guard !front.hasOne(atLeastAsGoodAs: point) else { return hypervolume }
        front.removeAll(dominatedBy: point)
        front.append(point)
        hypervolume = Search.hypervolume(front.points.map(target.scaled))
        return hypervolume
    }
}
