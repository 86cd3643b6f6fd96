import Quantities
import Search
import SearchSpaces
import Testing

@Suite("Strategies")
struct StrategyTests {
    static let all: [any SearchStrategy] = StrategyName.allCases.map(\.strategy).filter { $0.rungs == 1 }

    private func run(
        _ strategy: any SearchStrategy, _ problem: Problem, evaluations: Int?,
        evaluator: Landscape = Landscape()
    ) async throws -> SearchResult {
        func open(_ strategy: some SearchStrategy) async throws -> SearchResult {
            try await ParetoSearch(
                problem, strategy: strategy, evaluator: evaluator, store: InMemoryTrialStore()
            )
            .run(Budget(maxEvaluations: evaluations) { 0 })
        }
        return try await open(strategy)
    }

    @Test("No candidate is proposed twice, and the same seed proposes the same", arguments: all.indices)
    func distinctAndRepeatable(index: Int) async throws {
        let problem = try Landscape.problem()
        let first = try await run(Self.all[index], problem, evaluations: 120)
        let second = try await run(Self.all[index], problem, evaluations: 120)
        #expect(first.history.count == 120)
        #expect(Set(first.history.map(\.genotype)).count == 120)
        #expect(first.history == second.history)
        #expect(first.history.map(\.evaluation.proposal) == Array(0..<120))
    }

    @Test("Every strategy ends once the space is exhausted", arguments: all.indices)
    func exhausts(index: Int) async throws {
        let problem = try Problem(
            space: Landscape.space(nodes: 3, operations: 3), targets: Landscape.targets, seed: 1,
            price: Landscape.price)
        let result = try await run(Self.all[index], problem, evaluations: nil)
        #expect(result.history.count == 27)
        #expect(result.ending == .spaceExhausted)
    }

    @Test("Batches are complete while the space has points", arguments: all.indices, [1, 7, 30])
    func completeBatches(index: Int, size: Int) throws {
        let problem = try Landscape.problem()
        var history: [Trial] = []
        while history.count < 3 * size + 30 {
            let proposals = Self.all[index].propose(size, after: history, in: problem)
            #expect(proposals.count == size)
            history += proposals.map { Landscape.trial($0, problem) }
        }
    }

    @Test("Histories of failures are no obstacle", arguments: all.indices)
    func survivesFailures(index: Int) throws {
        let problem = try Landscape.problem()
        let failures = RandomSearch().propose(40, after: [], in: problem).map {
            Landscape.trial($0, .failed(reason: "diverged"), problem)
        }
        let proposals = Self.all[index].propose(10, after: failures, in: problem)
        #expect(proposals.count == 10)
    }

    @Test(
        "Qualities and costs that are no numbers are no obstacle", arguments: all.indices,
        [Double.nan, .infinity])
    func survivesNonNumbers(index: Int, value: Double) throws {
        let problem = try Problem(
            space: Landscape.space(nodes: 4, operations: 5), targets: Landscape.targets, seed: 3
        ) { genotype in
            var costs = Landscape.price(genotype)
            if genotype.choices[0] == 1 { costs.scores[0].latency = value }
            return costs
        }
        let history = RandomSearch().propose(40, after: [], in: problem).enumerated().map {
            number, genotype in
            let accuracy = number % 3 == 0 ? value : Landscape.accuracy(genotype)
            return Landscape.trial(genotype, .evaluated(Quality(accuracy: accuracy)), problem)
        }
        #expect(Self.all[index].propose(10, after: history, in: problem).count == 10)
    }

    @Test("Of a list, only its points are proposed, all of them in the end", arguments: all.indices)
    func listedOnly(index: Int) async throws {
        let space = try Landscape.space(nodes: 4, operations: 5)
        let listed = space.points.enumerated().filter { $0.offset % 331 == 5 }.map(\.element)
        let problem = try Problem(
            space: space, listed: listed, targets: Landscape.targets, seed: 1, price: Landscape.price)
        let result = try await run(Self.all[index], problem, evaluations: nil)
        #expect(result.history.count == listed.count)
        #expect(Set(result.history.map(\.genotype)).subtracting(listed).isEmpty)
    }

    @Test("Only candidates that some device can have are evaluated", arguments: all.indices)
    func feasibleOnly(index: Int) async throws {
        let constraints = [
            try Constraint(device: "fast", .latency, .atMost(3)),
            try Constraint(device: "small", .latency, .atMost(8)),
        ]
        let problem = try Landscape.problem(constraints: constraints)
        let result = try await run(Self.all[index], problem, evaluations: 60)
        #expect(result.history.count == 60)
        #expect(result.history.allSatisfy { $0.evaluation.scores.contains(where: \.isFeasible) })
    }

    @Test("A constraint on one device hides nothing on another's front")
    func constraintsStayOnTheirDevice() throws {
        let free = try Landscape.problem()
        let bound = try Landscape.problem(constraints: [try Constraint(device: "small", .latency, .atMost(6))]
        )
        #expect(
            bound.targets[0].front(of: Landscape.everything(bound)).map(\.architecture)
                == free.targets[0].front(of: Landscape.everything(free)).map(\.architecture))
        #expect(
            bound.targets[1].front(of: Landscape.everything(bound)).allSatisfy {
                ($0.score(on: "small")?.latency ?? 99) <= 6
            })
    }

    @Test("NSGA-II finds more of every device's front than random search")
    func beatsRandom() async throws {
        let problem = try Landscape.problem()
        for target in problem.targets {
            var volumes: [Double] = []
            for strategy in [RandomSearch(), NSGA2()] as [any SearchStrategy] {
                let result = try await run(strategy, problem, evaluations: 300)
                volumes.append(target.hypervolume(of: result.history.map(\.evaluation)))
            }
            #expect(volumes[1] > volumes[0])
        }
    }

    @Test("Where candidates are trained, networks that take long are evaluated less often")
    func trainingTime() async throws {
        func operations(trains: Bool) async throws -> Double {
            let problem = try Problem(
                space: Landscape.space(nodes: 4, operations: 5), targets: [Landscape.targets[0]], seed: 7,
                trainsCandidates: trains, pricer: LargeNetworks())
            let history = try await run(GuidedSearch(), problem, evaluations: 60)
            return history.history.dropFirst(10).reduce(0) { $0 + Double($1.evaluation.macs ?? 0) }
        }
        #expect(try await operations(trains: true) < operations(trains: false))
    }

    /// The landscape's prices with networks of millions of operations.
    private struct LargeNetworks: Pricer {
        func costs(of genotype: Genotype) -> Costs {
            var costs = Landscape.price(genotype)
            costs.macs = costs.macs.map { $0 * 1000 }
            return costs
        }
    }

    @Test("A tiny feasible corner of a large space is found", arguments: [1, 2, 3])
    func findsCorner(seed: UInt64) async throws {
        let problem = try Problem(
            space: Landscape.space(nodes: 7, operations: 5), targets: [board],
            constraints: [try Constraint(.latency, .atMost(8))], seed: seed
        ) { genotype in
            Costs(scores: [
                Score(
                    device: "board", latency: 1 + genotype.choices.reduce(0) { $0 + Double($1) }, modelSize: 1
                )
            ])
        }
        let proposals = NSGA2().propose(5, after: [], in: problem)
        #expect(proposals.count == 5)
        #expect(proposals.allSatisfy(problem.isWorthEvaluating))
    }

    @Test("Where nothing is feasible the nearest are given with what blocks")
    func nothingFeasible() async throws {
        let problem = try Landscape.problem(constraints: [try Constraint(.latency, .atMost(0.5))])
        do {
            _ = try await run(NSGA2(), problem, evaluations: 10)
            Issue.record("the search should have ended")
        } catch SearchError.nothingFeasible(let nearest, _, let blocking) {
            #expect(
                nearest.first?.architecture
                    == problem.space.architecture(of: problem.space.smallest))
            #expect(blocking.contains("latency_ms at most"))
        }
    }

    @Test("A constraint on an unknown device is refused")
    func unknownDevice() throws {
        let constraint = try Constraint(device: "tablet", .latency, .atMost(1))
        #expect(throws: SearchError.unknownDevice("tablet", known: ["fast", "small"])) {
            try Landscape.problem(constraints: [constraint])
        }
    }
}
