public import SearchSpaces

/// What is searched: the space, what to make good on each device, the limits, the exact costs and the seed.
///
/// A constraint on one device hides nothing on another: a candidate is worth evaluating where one device can
/// have it.
public struct Problem: Sendable {
    /// The points among which is searched.
    public let space: SearchSpace
    /// The only points that may be proposed, in normal form and each once; nil where the whole space may be.
    ///
    /// For tables of measurements that hold a few points of a large space.
    public let listed: [Genotype]?
    /// One a device, in the job's order.
    public let targets: [Target]
    /// The limits of the job.
    public let constraints: [Constraint]
    /// Knows the exact costs of every point.
    public let pricer: any Pricer
    /// Prices that order candidates on targets whose own scores may not, so that times which differ from run to run order
    /// nothing; nil where `pricer` orders everywhere.
    ///
    /// On the same devices as `pricer`, which judges limits in any case.
    let guide: (any Pricer)?
    /// Seed of every random choice.
    public let seed: UInt64
    /// Candidates whose networks have more multiply-accumulate operations before compression take too long to train and are
    /// not proposed; nil for no limit.
    public let maximumOperations: Int?
    /// Whether each evaluation trains a network, so that large ones take longer.
    public let trainsCandidates: Bool
    /// For each target the place of its device among the scores of a price; nil where prices have none.
    let devicePositions: [Int?]

    /// Throws where a constraint names a device that is not among the targets, or a target has no objective.
    public init(
        space: SearchSpace, listed: [Genotype]? = nil, targets: [Target], constraints: [Constraint] = [],
        seed: UInt64, maximumOperations: Int? = nil, trainsCandidates: Bool = false, pricer: any Pricer,
        guide: (any Pricer)? = nil
    ) throws(SearchError) {
        guard !targets.isEmpty, targets.allSatisfy({ !$0.objectives.isEmpty }) else { throw .noObjectives }
        for case let device? in constraints.map(\.device)
        where !targets.contains(where: { $0.device == device }) {
            throw .unknownDevice(device, known: targets.map(\.device))
        }
        self.space = space
        self.listed = listed
        self.targets = targets
        self.constraints = constraints
        self.seed = seed
        self.maximumOperations = maximumOperations
        self.trainsCandidates = trainsCandidates
        self.pricer = pricer
        self.guide = guide
        let scores = pricer.costs(of: listed?.first ?? space.smallest).scores
        devicePositions = targets.map { target in scores.firstIndex { $0.device == target.device } }
    }

    /// A problem priced by a function.
    public init(
        space: SearchSpace, listed: [Genotype]? = nil, targets: [Target], constraints: [Constraint] = [],
        seed: UInt64, price: @escaping @Sendable (Genotype) -> Costs
    ) throws(SearchError) {
        try self.init(
            space: space, listed: listed, targets: targets, constraints: constraints, seed: seed,
            pricer: FunctionPricer(function: price))
    }

    /// A candidate's costs on every target, without weights.
    public func price(_ genotype: Genotype) -> Costs { pricer.costs(of: genotype) }

    /// The target of this device; throws `SearchError.unknownDevice` where there is none.
    public func target(_ device: String) throws(SearchError) -> Target {
        guard let target = targets.first(where: { $0.device == device }) else {
            throw .unknownDevice(device, known: targets.map(\.device))
        }
        return target
    }

    /// The targets whose scores decide what is proposed; all of them where none may.
    var guidingTargets: [Target] { guidingPositions.map { targets[$0] } }

    /// Their positions among the targets.
    var guidingPositions: [Int] {
        let guiding = targets.indices.filter { targets[$0].guidesSearch }
        return guiding.isEmpty ? Array(targets.indices) : guiding
    }
}
