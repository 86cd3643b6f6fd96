import Quantities
import Search
import SearchSpaces
import Synchronization
import Testing

@Suite("The search loop")
struct ParetoSearchTests {
    private func search(
        _ store: some TrialStore, width: Int = 1, evaluator: Landscape = Landscape(), batchSize: Int = 10
    ) throws -> ParetoSearch<NSGA2, Landscape, some TrialStore> {
        ParetoSearch(
            try Landscape.problem(), strategy: NSGA2(), evaluator: evaluator, store: store,
            batchSize: batchSize,
            width: width)
    }

    private func uninterrupted(_ count: Int) async throws -> [Trial] {
        try await search(InMemoryTrialStore()).run(Budget(maxEvaluations: count) { 0 }).history
    }

    @Test("The history does not depend on how many candidates are evaluated at once", arguments: [2, 3, 16])
    func width(width: Int) async throws {
        let result = try await search(InMemoryTrialStore(), width: width).run(
            Budget(maxEvaluations: 95) { 0 })
        #expect(try await uninterrupted(95) == result.history)
        #expect(result.ending == .maxEvaluations)
    }

    @Test(
        "Killed after any evaluation and resumed, the history is that of one run",
        arguments: [0, 1, 9, 10, 13, 47])
    func resumes(after count: Int) async throws {
        let store = FailingStore(after: count)
        await #expect(throws: FailingStore.Killed.self) {
            try await search(store, width: 3).run(Budget(maxEvaluations: 60) { 0 })
        }
        store.allow(.max)
        let resumed = try await search(store).run(Budget(maxEvaluations: 60) { 0 })
        #expect(try await uninterrupted(60) == resumed.history)
    }

    @Test(
        "Times that were measured order nothing where they may not guide, and are recorded",
        arguments: StrategyName.allCases.filter { $0 != .successiveHalving })
    func measuredTimes(name: StrategyName) async throws {
        func history(_ strategy: some SearchStrategy, slowness: Double) async throws -> [Trial] {
            try await ParetoSearch(
                Landscape.timedProblem(slowness: slowness), strategy: strategy, evaluator: Landscape(),
                store: InMemoryTrialStore()
            ).run(Budget(maxEvaluations: 50) { 0 }).history
        }
        let usual = try await history(name.strategy, slowness: 1)
        let slow = try await history(name.strategy, slowness: 1.7)
        #expect(usual.map(\.genotype) == slow.map(\.genotype))
        #expect(zip(usual, slow).contains { $0.evaluation.scores != $1.evaluation.scores })
    }

    @Test("A larger budget continues the same sequence")
    func continues() async throws {
        let store = InMemoryTrialStore()
        let evaluator = Landscape()
        _ = try await search(store, evaluator: evaluator).run(Budget(maxEvaluations: 25) { 0 })
        let result = try await search(store, evaluator: evaluator).run(Budget(maxEvaluations: 60) { 0 })
        #expect(try await uninterrupted(60) == result.history)
        #expect(evaluator.evaluated.value == 60)
    }

    @Test("A finished search only reads its history")
    func finished() async throws {
        let store = InMemoryTrialStore()
        let evaluator = Landscape()
        for _ in 0..<3 {
            let result = try await search(store, evaluator: evaluator).run(Budget(maxEvaluations: 20) { 0 })
            #expect(result.history.count == 20)
        }
        #expect(evaluator.evaluated.value == 20)
    }

    @Test("Time cuts the same sequence earlier")
    func time() async throws {
        let clock = Counter()
        let budget = Budget(maxEvaluations: 100, maxSeconds: 40) {
            clock.increment()
            return Double(clock.value)
        }
        let result = try await search(InMemoryTrialStore()).run(budget)
        #expect(result.ending == .maxTime)
        #expect((1..<40).contains(result.history.count))
        let expected = try await uninterrupted(result.history.count)
        #expect(result.history.map(\.genotype) == expected.map(\.genotype))
    }

    @Test("A failing candidate is recorded with its reason, and the search goes on")
    func failures() async throws {
        let result = try await search(InMemoryTrialStore(), evaluator: Landscape(failing: 2))
            .run(Budget(maxEvaluations: 60) { 0 })
        let failed = result.history.filter { $0.evaluation.quality == nil }
        #expect(result.history.count == 60)
        #expect(!failed.isEmpty)
        #expect(
            failed.allSatisfy { trial in
                trial.evaluation.scores.allSatisfy {
                    $0.status != .ok && ($0.status != .failed || $0.reason == "diverged in epoch 1")
                }
            })
    }

    @Test("Cancelled, it ends soon with what it has")
    func cancellation() async throws {
        let store = InMemoryTrialStore()
        let search = try search(store)
        let task = Task {
            try await search.run(Budget { 0 }) { progress in
                if progress.evaluations == 13 { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        let result = try await task.value
        #expect(result.ending == .cancelled)
        #expect(result.history.count == 13)
        #expect(store.proposedEvaluations().count == 13)
    }

    @Test("A history of other candidates is refused")
    func differentHistory() async throws {
        let store = InMemoryTrialStore()
        let problem = try Landscape.problem()
        try store.record(
            problem.priced(problem.space.largest).evaluated(
                .failed(reason: "none"), proposal: 0, fidelity: .trained, accuracyKey: ""))
        await #expect(throws: SearchError.self) {
            try await search(store).run(Budget(maxEvaluations: 20) { 0 })
        }
    }

    @Test("An accuracy known from another job is not evaluated again")
    func cache() async throws {
        let store = InMemoryTrialStore()
        let known = try await uninterrupted(10)
        for trial in known {
            var evaluation = trial.evaluation
            evaluation.proposal = nil
            evaluation.fidelity = .final
            try store.record(evaluation)
        }
        let evaluator = Landscape()
        let result = try await search(store, evaluator: evaluator).run(Budget(maxEvaluations: 10) { 0 })
        #expect(result.history == known)
        #expect(evaluator.evaluated.value == 0)
    }
}

/// A store whose process is killed after some evaluations.
private final class FailingStore: TrialStore {
    struct Killed: Error {}
    private let store = InMemoryTrialStore()
    private let remaining: Mutex<Int>

    init(after count: Int) { remaining = Mutex(count) }

    func allow(_ count: Int) { remaining.withLock { $0 = count } }

    func proposedEvaluations() throws -> [Evaluation] { store.proposedEvaluations() }
    func quality(forKey accuracyKey: String) throws -> Quality? { store.quality(forKey: accuracyKey) }

    func record(_ evaluation: Evaluation, keeping files: [CandidateFile]) throws {
        try remaining.withLock {
            guard $0 > 0 else { throw Killed() }
            $0 -= 1
        }
        try store.record(evaluation, keeping: files)
    }
}
