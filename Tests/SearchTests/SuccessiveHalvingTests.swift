import Quantities
import Search
import SearchSpaces
import Testing

@Suite("Successive halving")
struct SuccessiveHalvingTests {
    private func history(_ evaluations: Int, width: Int = 1) async throws -> [Trial] {
        try await ParetoSearch(
            Landscape.problem(), strategy: SuccessiveHalving(), evaluator: Landscape(),
            store: InMemoryTrialStore(), batchSize: 9, width: width
        ).run(Budget(maxEvaluations: evaluations) { 0 }).history
    }

    @Test("Each rung has a third of the candidates of the one below")
    func thirds() async throws {
        let history = try await history(180)
        let counts = (0..<3).map { rung in history.count { $0.evaluation.rung == rung } }
        #expect(counts[0] > 2 * counts[1] && counts[1] > 2 * counts[2] && counts[2] > 3)
    }

    @Test("Nothing is trained twice on a rung, and nothing skips one")
    func climbsStepByStep() async throws {
        var seen: Set<Proposal> = []
        for trial in try await history(180) {
            let rung = trial.evaluation.rung
            #expect(seen.insert(Proposal(genotype: trial.genotype, rung: rung)).inserted)
            if rung > 0 { #expect(seen.contains(Proposal(genotype: trial.genotype, rung: rung - 1))) }
        }
    }

    @Test("The history does not depend on how many are evaluated at a time")
    func repeatable() async throws {
        let (one, four) = try await (history(90), history(90, width: 4))
        #expect(one.map(\.evaluation.candidate) == four.map(\.evaluation.candidate))
        #expect(one.map(\.evaluation.rung) == four.map(\.evaluation.rung))
    }
}
