import Determinism
public import SearchSpaces

/// NSGA-II: the best trials so far are the parents; children are crossed, mutated, never repeated.
///
/// Deb, Pratap, Agarwal, Meyarivan, IEEE TEVC 2002. The population is chosen from the whole history, so that
/// there is no state beside it; small populations suit small budgets.
public struct NSGA2: SearchStrategy {
    /// Trials that may be parents; also how many random points come first.
    public var populationSize: Int
    /// Share of children that have two parents, in [0, 1].
    public var crossoverProbability: Double

    /// NSGA-II with at least two parents.
    public init(populationSize: Int = 20, crossoverProbability: Double = 0.9) {
        precondition(populationSize >= 2, "NSGA-II needs a population of at least two")
        self.populationSize = populationSize
        self.crossoverProbability = crossoverProbability
    }

    /// Children of the best trials; random points at first, and where no new child is found.
    public func propose(_ count: Int, after history: [Trial], in problem: Problem) -> [Genotype] {
        var random = RandomStream(seed: problem.seed, .proposal, UInt64(history.count))
        var batch = ProposalBatch(count, after: history, in: problem)
        if history.count < populationSize {
            batch.fillAtRandom(using: &random)
            return batch.genotypes
        }
        let population = problem.best(populationSize, of: history)
        for _ in 0..<(20 * count) where !batch.isFull {
            let child = child(of: population, in: problem, new: batch.isNew, using: &random)
            guard let child else { break }
            batch.offer(child)
        }
        batch.fillAtRandom(using: &random)
        return batch.genotypes
    }

    /// A child of two tournament winners, mutated until it is new; nil where no listed point is.
    private func child(
        of population: [Trial], in problem: Problem, new isNew: (Genotype) -> Bool,
        using random: inout RandomStream
    ) -> Genotype? {
        let space = problem.space
        var child = winner(of: population, using: &random).genotype
        if random.uniformDouble() < crossoverProbability {
            child = space.cross(child, winner(of: population, using: &random).genotype, using: &random)
        }
        child = space.mutate(child, using: &random)
        for _ in 0..<8 where !isNew(child) { child = space.mutate(child, using: &random) }
        return problem.nearest(to: child, where: isNew)
    }

    /// The better of two random members; the population is ordered best first.
    private func winner(of population: [Trial], using random: inout RandomStream) -> Trial {
        population[min(random.index(below: population.count), random.index(below: population.count))]
    }
}
