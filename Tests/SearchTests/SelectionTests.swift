import Quantities
import Search
import Testing

@Suite("Selecting a model")
struct SelectionTests {
    private let candidates = board.candidates(from: [
        evaluation("slow", accuracy: 0.95, latency: 40, p90: 44, size: 9000),
        evaluation("quick", accuracy: 0.90, latency: 9, p90: 12, size: 3000),
        evaluation("tiny", accuracy: 0.70, latency: 4, p90: 4.4, size: 400),
        evaluation("broken", accuracy: 0.99, latency: 1, status: .unsupported, reason: "no float32"),
    ])

    @Test(
        "Each preference has its winner",
        arguments: [
            (Preference.accuracy, "slow"), (.latency, "tiny"), (.size, "tiny"), (.knee, "quick"),
        ])
    func prefers(preference: Preference, winner: String) {
        let selection = board.select(SelectionRequest(preference: preference), from: candidates)
        #expect(selection.candidate?.id == winner)
        #expect(selection.runnerUp != nil)
        #expect(selection.blocking == nil)
    }

    @Test("A limit with confidence is kept by the upper bound, not by the point")
    func confidence() throws {
        let limit = try Constraint(.latency, .atMost(10))
        let sure = try Constraint(.latency, .atMost(10), confidence: 0.9)
        #expect(board.select(SelectionRequest(limits: [limit]), from: candidates).candidate?.id == "quick")
        #expect(board.select(SelectionRequest(limits: [sure]), from: candidates).candidate?.id == "tiny")
    }

    @Test("The sentence names the limit and what the runner-up would change")
    func explains() throws {
        let limit = try Constraint(.latency, .atMost(50))
        let selection = board.select(SelectionRequest(limits: [limit]), from: candidates)
        #expect(
            selection.why == "the most accurate of 3 candidates with latency_ms at most 50.0 ms: 95.00 %, "
                + "40.0 ms, 8.79 KiB. The runner-up would give -5.00 pp for -31.0 ms.")
    }

    @Test("Where nothing keeps the limits the nearest are given and the blocking limit is named")
    func nearest() throws {
        let limits = [try Constraint(.latency, .atMost(8)), try Constraint(.accuracy, .atLeast(0.85))]
        let selection = board.select(SelectionRequest(limits: limits), from: candidates)
        #expect(selection.candidate == nil)
        #expect(selection.nearest.map(\.id) == ["quick", "tiny", "slow"])
        #expect(selection.blocking == "latency_ms at most 8.000 ms: the best candidate has 4.000 ms")
    }

    @Test("Where every candidate breaks the job's own limits, those that break them least are the nearest")
    func nearestByJob() throws {
        let limit = try Constraint(.accuracy, .atLeast(0.99))
        let broken = [limit].judgedAll([("b", 0.7, 1.0), ("a", 0.95, 40), ("c", 0.8, 5)])
        let candidates = board.candidates(from: broken)
        let request = SelectionRequest(jobLimits: [limit])
        let selection = board.select(request, from: candidates)
        #expect(selection.candidate == nil)
        #expect(selection.nearest.map(\.id) == ["a", "c", "b"])
        #expect(selection.blocking == "accuracy at least 0.9900: the best candidate has 0.9500")
    }

    @Test("Limits of other devices do not matter")
    func otherDevices() throws {
        let limit = try Constraint(device: "other", .latency, .atMost(1))
        #expect(board.select(SelectionRequest(limits: [limit]), from: candidates).candidate?.id == "slow")
    }

    @Test("A device that can run nothing says why")
    func undeployable() {
        let none = board.candidates(from: [
            evaluation("a", accuracy: 0.9, latency: nil, status: .unsupported, reason: "no float32"),
            evaluation("b", accuracy: 0.8, latency: nil, status: .unsupported, reason: "no float32"),
        ])
        let selection = board.select(SelectionRequest(), from: none)
        #expect(selection.candidate == nil)
        #expect(selection.blocking == "no float32")
        #expect(selection.nearest.count == 2)
    }

    @Test("A confidence outside a half to one is refused", arguments: [0.0, 0.49, 1, 2, .nan])
    func refusesConfidence(value: Double) {
        #expect(throws: SearchError.self) { try Constraint(.latency, .atMost(1), confidence: value) }
    }
}

extension [Constraint] {
    /// Evaluations on the board, judged by the constraints.
    fileprivate func judgedAll(_ values: [(id: String, accuracy: Double, latency: Double)]) -> [Evaluation] {
        values.map { judged(evaluation($0.id, accuracy: $0.accuracy, latency: $0.latency)) }
    }
}
