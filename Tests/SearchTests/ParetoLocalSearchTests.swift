import Search
import Testing

@Suite("Pareto local search")
struct ParetoLocalSearchTests {
    private func volumes(_ strategy: some SearchStrategy, evaluations: Int) async throws -> [Double] {
        let problem = try Landscape.problem()
        let result = try await ParetoSearch(
            problem, strategy: strategy, evaluator: Landscape(), store: InMemoryTrialStore()
        ).run(Budget(maxEvaluations: evaluations) { 0 })
        return problem.targets.map { $0.hypervolume(of: result.history.map(\.evaluation)) }
    }

    @Test("With 80 evaluations it has more of every device's front than NSGA-II with 160")
    func needsFewer() async throws {
        let local = try await volumes(ParetoLocalSearch(), evaluations: 80)
        let evolved = try await volumes(NSGA2(), evaluations: 160)
        #expect(zip(local, evolved).allSatisfy(>))
    }

    @Test("Failing trials are no obstacle")
    func learnsFromWhatSucceeded() async throws {
        for failing in 0..<5 {
            let search = ParetoSearch(
                try Landscape.problem(), strategy: ParetoLocalSearch(beginning: 5),
                evaluator: Landscape(failing: failing), store: InMemoryTrialStore(), batchSize: 5)
            #expect(try await search.run(Budget(maxEvaluations: 15) { 0 }).history.count == 15)
        }
    }
}
