import Quantities
import Search
import Testing

@Suite("Finalists")
struct FinalistTests {
    private let front = (0..<20).map { step in
        evaluation(
            "step \(step)", accuracy: 0.6 + 0.38 * (1 - 1 / Double(1 + step)), latency: 1.2 * Double(1 + step)
        )
    }

    @Test("They are members of the front, the most accurate first, without gaps wider than need be")
    func spread() {
        let finalists = board.finalists(12, from: front)
        #expect(finalists.count == 12 && finalists.first?.candidate == "step 19")
        let latencies = finalists.compactMap { $0.scores[0].latency }.sorted()
        #expect(zip(latencies, latencies.dropFirst()).allSatisfy { $1 <= 2 * $0 })
    }

    @Test("A short front is filled up from what lies behind it, in its gaps")
    func fillsGaps() {
        let short = [
            evaluation("small", accuracy: 0.7, latency: 1), evaluation("large", accuracy: 0.95, latency: 60),
            evaluation("behind", accuracy: 0.69, latency: 8), evaluation("far", accuracy: 0.4, latency: 99),
        ]
        #expect(board.finalists(3, from: short).map(\.candidate) == ["large", "small", "behind"])
    }

    @Test("Devices share finalists where these add to both fronts")
    func shares() throws {
        let problem = try Landscape.problem()
        let everything = Landscape.everything(problem)
        let chosen = problem.targets.finalists(perDevice: 12, from: everything)
        let apart = problem.targets.map { $0.finalists(12, from: everything) }
        #expect(chosen.map(\.finalists.count) == [12, 12])
        let union = Set(chosen.flatMap { $0.finalists.map(\.candidate) })
        #expect(union.count <= Set(apart.flatMap { $0.map(\.candidate) }).count)
    }

    @Test("More finalists are others, the most wanted first, and leave those chosen before as they are")
    func more() {
        let chosen = board.finalists(6, from: front)
        let more = board.finalists(4, beside: chosen, from: front)
        #expect(more.count == 4 && Set((chosen + more).map(\.candidate)).count == 10)
        #expect(board.finalists(2, beside: chosen, from: front) == Array(more.prefix(2)))
        let behind = evaluation("behind", accuracy: 0.7, latency: 6)
        let all = board.finalists(30, beside: chosen, from: front + [behind])
        #expect(
            Set(all.prefix(14).map(\.candidate))
                == Set(front.map(\.candidate)).subtracting(chosen.map(\.candidate)))
        #expect(board.finalists(3, beside: front, from: front).isEmpty)
    }

    @Test("Where short trainings are all worse than the axes reach, the best of them is a finalist")
    func worseThanAxes() {
        let poor = [
            evaluation("poor", accuracy: 0.2, latency: 3), evaluation("poorer", accuracy: 0.1, latency: 2),
        ]
        #expect(board.finalists(5, from: poor).first?.candidate == "poor")
    }

    @Test("What failed or is infeasible is no finalist")
    func feasibleOnly() {
        let evaluations = [
            evaluation("failed", accuracy: nil, latency: 1),
            evaluation("too large", accuracy: 0.9, latency: 1, status: .exceedsFlash),
            evaluation("fine", accuracy: 0.8, latency: 2),
        ]
        #expect(board.finalists(5, from: evaluations).map(\.candidate) == ["fine"])
    }
}
