import Foundation
import Quantities
import Search
import Testing

/// What a search takes for good enough to look at, seen through the finalists that it chooses.
@Suite("Focus")
struct FocusTests {
    /// A steep front: fast networks that are useless, then good ones.
    private let front = (0..<40).map { step in
        evaluation(
            "step \(step)", accuracy: 0.2 + 0.79 * Double(step) / 39, latency: 1.1 * pow(1.1, Double(step)))
    }

    @Test("Fast networks that nobody would deploy take no finalist's place")
    func useful() {
        let finalists = board.finalists(8, from: front)
        #expect(finalists.count == 8)
        // The best error is 1 %; beyond ten times that, but for the better half of what was seen, nothing counts.
        #expect(finalists.allSatisfy { ($0.quality?.accuracy ?? 0) > 0.55 })
    }

    @Test("Bounds that are narrower already stay, as those of tables")
    func table() {
        let narrow = Target(
            device: "board",
            objectives: [
                Objective(.accuracy, best: 0.94, worst: 0.8), Objective(.latency, best: 1, worst: 100),
            ])
        let rows = (0..<30).map { step in
            evaluation(
                "row \(step)", accuracy: 0.80 + 0.14 * Double(step) / 29,
                latency: 1.1 * pow(1.15, Double(step)))
        }
        let finalists = narrow.finalists(10, from: rows)
        #expect(finalists.count == 10 && finalists.contains { ($0.quality?.accuracy ?? 1) < 0.85 })
    }

    @Test("Networks faster than the bounds of the job are told apart")
    func faster() {
        let slow = Target(
            device: "board",
            objectives: [
                Objective(.accuracy, best: 1, worst: 0.1), Objective(.latency, best: 50, worst: 5000),
            ])
        let fast = (0..<20).map { step in
            evaluation(
                "step \(step)", accuracy: 0.99 - 0.05 / Double(1 + step), latency: pow(1.2, Double(step)))
        }
        let latencies = slow.finalists(8, from: fast).compactMap { $0.scores[0].latency }.sorted()
        #expect(latencies.count == 8 && latencies.first == 1)
        #expect(zip(latencies, latencies.dropFirst()).allSatisfy { $1 <= 4 * $0 })
    }

    @Test("Of several trainings of a candidate the longest counts")
    func longest() {
        var long = evaluation("a", accuracy: 0.9, latency: 1)
        long.rung = 1
        let all = [
            evaluation("a", accuracy: 0.7, latency: 1), evaluation("b", accuracy: 0.6, latency: 1), long,
        ]
        #expect(all.ofLongestTraining.map(\.quality?.accuracy) == [0.6, 0.9])
    }
}
