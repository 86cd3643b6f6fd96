public import SearchSpaces

/// What is searched: the space, what to make good on each device, the limits, the exact costs and the seed.
///
/// A constraint on one device hides nothing on another: a candidate is worth evaluating where one device can
/// have it.
public struct Problem: Sendable {
    public let space: SearchSpace
    /// One a device, in the job's order.
    public let targets: [Target]
    public let constraints: [Constraint]
    /// Every candidate's costs on every target, without weights: exact, deterministic and cheap.
    ///
    /// Statuses say what each
    /// device can run; constraints are judged here, not there.
    public let price: @Sendable (Genotype) -> Costs
    public let seed: UInt64

    /// Throws where a constraint names a device that is not among the targets, or a target has no objective.
    public init(
        space: SearchSpace, targets: [Target], constraints: [Constraint] = [], seed: UInt64,
        price: @escaping @Sendable (Genotype) -> Costs
    ) throws(SearchError) {
        guard !targets.isEmpty, targets.allSatisfy({ !$0.objectives.isEmpty }) else { throw .noObjectives }
        for case let device? in constraints.map(\.device)
        where !targets.contains(where: { $0.device == device }) {
            throw .unknownDevice(device, known: targets.map(\.device))
        }
        self.space = space
        self.targets = targets
        self.constraints = constraints
        self.seed = seed
        self.price = price
    }

    public func target(_ device: String) throws(SearchError) -> Target {
        guard let target = targets.first(where: { $0.device == device }) else {
            throw .unknownDevice(device, known: targets.map(\.device))
        }
        return target
    }

    /// The targets whose scores decide what is proposed; all of them where none may.
    var guidingTargets: [Target] {
        let guiding = targets.filter(\.guidesSearch)
        return guiding.isEmpty ? targets : guiding
    }
}
