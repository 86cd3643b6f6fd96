import Quantities
import Search
import SearchSpaces
import Testing

@Suite("Guided search")
struct GuidedSearchTests {
    private func volumes(_ strategy: some SearchStrategy, evaluations: Int) async throws -> [Double] {
        let problem = try Landscape.problem()
        let result = try await ParetoSearch(
            problem, strategy: strategy, evaluator: Landscape(), store: InMemoryTrialStore()
        ).run(Budget(maxEvaluations: evaluations) { 0 })
        return problem.targets.map { $0.hypervolume(of: result.history.map(\.evaluation)) }
    }

    @Test("With 80 evaluations it has more of every device's front than NSGA-II with 160")
    func needsFewer() async throws {
        let guided = try await volumes(GuidedSearch(), evaluations: 80)
        let evolved = try await volumes(NSGA2(), evaluations: 160)
        #expect(zip(guided, evolved).allSatisfy(>))
    }

    @Test("A limit on the accuracy draws the search to what keeps it")
    func keepsAccuracyLimit() async throws {
        let limit = try Constraint(.accuracy, .atLeast(0.7))
        let problem = try Landscape.problem(constraints: [limit])
        let result = try await ParetoSearch(
            problem, strategy: GuidedSearch(), evaluator: Landscape(), store: InMemoryTrialStore()
        ).run(Budget(maxEvaluations: 60) { 0 })
        let late = result.history.dropFirst(20)
        #expect(late.count { ($0.evaluation.quality?.accuracy ?? 0) >= 0.7 } > late.count / 2)
    }

    @Test("Targets without a quality are searched by costs alone")
    func costsOnly() async throws {
        let target = Target(
            device: "fast",
            objectives: [
                Objective(.latency, best: 1, worst: 20), Objective(.modelSize, best: 1000, worst: 30_000),
            ])
        let problem = try Landscape.problem(targets: [target])
        let result = try await ParetoSearch(
            problem, strategy: GuidedSearch(), evaluator: Landscape(), store: InMemoryTrialStore()
        ).run(Budget(maxEvaluations: 40) { 0 })
        #expect(result.history.contains { $0.genotype == problem.space.smallest })
    }

    @Test("Four objectives on two devices are searched as well as one device with two")
    func manyObjectives() async throws {
        let targets = Landscape.targets.map { target in
            Target(
                device: target.device,
                objectives: target.objectives + [
                    Objective(.modelSize, best: 1000, worst: 30_000), Objective(.macs, best: 1e4, worst: 3e5),
                ])
        }
        let problem = try Landscape.problem(targets: targets)
        func volumes(_ strategy: some SearchStrategy) async throws -> [Double] {
            let result = try await ParetoSearch(
                problem, strategy: strategy, evaluator: Landscape(), store: InMemoryTrialStore()
            ).run(Budget(maxEvaluations: 60) { 0 })
            return targets.map { $0.hypervolume(of: result.history.map(\.evaluation)) }
        }
        let (guided, random) = try await (volumes(GuidedSearch()), volumes(RandomSearch()))
        #expect(zip(guided, random).allSatisfy(>))
    }
}
