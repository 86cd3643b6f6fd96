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

    /// What is selected, by the ids that the outlines stand for.
    private func select(
        _ request: SelectionRequest = SelectionRequest(), from candidates: [ScoredCandidate]
    ) -> (id: String?, runnerUp: String?, nearest: [String], whole: Selection) {
        let whole = board.select(
            request, from: candidates.enumerated().map { $1.outline(place: $0) })
        func id(_ outline: Outline) -> String { candidates[Int(outline.place)].id }
        return (whole.candidate.map(id), whole.runnerUp.map(id), whole.nearest.map(id), whole)
    }

    @Test(
        "Each preference has its winner",
        arguments: [
            (Preference.accuracy, "slow"), (.latency, "tiny"), (.size, "tiny"), (.knee, "quick"),
        ])
    func prefers(preference: Preference, winner: String) {
        let selection = select(SelectionRequest(preference: preference), from: candidates)
        #expect(selection.id == winner)
        #expect(selection.runnerUp != nil)
        #expect(selection.whole.blocking == nil)
    }

    @Test("A limit with confidence is kept by the upper bound, not by the point")
    func confidence() throws {
        let limit = try Constraint(.latency, .atMost(10))
        let sure = try Constraint(.latency, .atMost(10), confidence: 0.9)
        #expect(select(SelectionRequest(limits: [limit]), from: candidates).id == "quick")
        #expect(select(SelectionRequest(limits: [sure]), from: candidates).id == "tiny")
    }

    @Test("The sentence names the limit and what the runner-up would change")
    func explains() throws {
        let limit = try Constraint(.latency, .atMost(50))
        let selection = select(SelectionRequest(limits: [limit]), from: candidates)
        #expect(
            selection.whole.why
                == "the most accurate of 3 candidates with latency_ms at most 50.0 ms: 95.00 %, "
                + "40.0 ms, 8.79 KiB. The runner-up would give -5.00 pp for -31.0 ms.")
    }

    @Test("Where nothing keeps the limits the nearest are given and the blocking limit is named")
    func nearest() throws {
        let limits = [try Constraint(.latency, .atMost(8)), try Constraint(.accuracy, .atLeast(0.85))]
        let selection = select(SelectionRequest(limits: limits), from: candidates)
        #expect(selection.id == nil)
        #expect(selection.nearest == ["quick", "tiny", "slow"])
        #expect(selection.whole.blocking == "latency_ms at most 8.000 ms: the best candidate has 4.000 ms")
    }

    @Test("Where every candidate breaks the job's own limits, those that break them least are the nearest")
    func nearestByJob() throws {
        let limit = try Constraint(.accuracy, .atLeast(0.99))
        let broken = [limit].judgedAll([("b", 0.7, 1.0), ("a", 0.95, 40), ("c", 0.8, 5)])
        let candidates = board.candidates(from: broken)
        let request = SelectionRequest(jobLimits: [limit])
        let selection = select(request, from: candidates)
        #expect(selection.id == nil)
        #expect(selection.nearest == ["a", "c", "b"])
        #expect(selection.whole.blocking == "accuracy at least 0.9900: the best candidate has 0.9500")
    }

    @Test("Limits of other devices do not matter")
    func otherDevices() throws {
        let limit = try Constraint(device: "other", .latency, .atMost(1))
        #expect(select(SelectionRequest(limits: [limit]), from: candidates).id == "slow")
    }

    @Test("A device that can run nothing says why")
    func undeployable() {
        let none = board.candidates(from: [
            evaluation("a", accuracy: 0.9, latency: nil, status: .unsupported, reason: "no float32"),
            evaluation("b", accuracy: 0.8, latency: nil, status: .unsupported, reason: "no float32"),
        ])
        let selection = select(SelectionRequest(), from: none)
        #expect(selection.id == nil)
        #expect(selection.whole.blocking == nil)
        #expect(none.commonReason == "no float32")
        #expect(selection.nearest.count == 2)
    }

    @Test("Candidates that tie in everything are taken by their ids, whatever their order")
    func ties() {
        let tied = ["b", "c", "a"].map { evaluation($0, accuracy: 0.9, latency: 5) }
        let selection = select(from: board.candidates(from: tied))
        #expect(selection.id == "a")
        #expect(selection.runnerUp == "b")
    }

    @Test("Outlines have the front and the hypervolume of the evaluations that they stand for")
    func outlines() throws {
        let problem = try Landscape.problem()
        let evaluations = Array(Landscape.everything(problem).prefix(500))
        for target in problem.targets {
            let candidates = target.candidates(from: evaluations)
            let outlines = candidates.enumerated().map { $1.outline(place: $0) }
            let front = target.frontIndices(of: outlines)
            #expect(front == candidates.indices.filter { candidates[$0].isPareto })
            let volume = target.hypervolume(ofFeasible: front.map { outlines[$0] })
            #expect(abs(volume - target.hypervolume(of: evaluations)) < 1e-12)
        }
    }

    @Test("An outline judged anew has the status that its evaluation has under the same limits")
    func judgedAnew() throws {
        let problem = try Landscape.problem()
        let limits = [try Constraint(.latency, .atMost(3)), try Constraint(.accuracy, .atLeast(0.6))]
        for evaluation in Landscape.everything(problem).prefix(300) {
            let target = problem.targets[1]
            guard let score = evaluation.score(on: target.device) else { continue }
            let outline = ScoredCandidate(evaluation: evaluation, score: score).outline(place: 0)
            let judged = limits.judgedAnew(score, of: evaluation)
            #expect(outline.judgedAnew(by: limits).status == judged.status)
        }
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
