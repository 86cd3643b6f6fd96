import Quantities
import Search
import Testing

@Suite("Second trainings")
struct SecondTrainingTests {
    private func candidate(_ name: String, accuracy: Double, latency: Double, error: Double = 0.004)
        -> ScoredCandidate
    {
        var made = evaluation(name, accuracy: accuracy, latency: latency)
        made.outcome = .evaluated(Quality(accuracy: accuracy, standardError: error))
        return ScoredCandidate(evaluation: made, score: made.scores[0])
    }

    @Test("The two most accurate are undecided where their difference is noise")
    func tie() {
        let front = [
            candidate("small", accuracy: 0.80, latency: 1), candidate("large", accuracy: 0.975, latency: 40),
            candidate("larger", accuracy: 0.976, latency: 60),
        ]
        let undecided = board.undecided(front).map(\.id)
        #expect(undecided.contains("large") && undecided.contains("larger") && !undecided.contains("small"))
    }

    @Test("Nothing is undecided where every difference is clear")
    func clear() {
        let front = [
            candidate("small", accuracy: 0.80, latency: 1), candidate("middle", accuracy: 0.9, latency: 20),
            candidate("large", accuracy: 0.97, latency: 60),
        ]
        #expect(board.undecided(front).isEmpty)
    }

    @Test("The quality is the mean of both trainings; test part and samples are those of the first")
    func mean() {
        var first = evaluation("a", accuracy: 0.9, latency: 1)
        first.fidelity = .final
        first.outcome = .evaluated(
            Quality(accuracy: 0.9, standardError: 0.02, testAccuracy: 0.88, sampleResults: [7]))
        var second = first
        (second.rung, second.scores) = (FinalTraining.second, [])
        second.outcome = .evaluated(Quality(accuracy: 0.8, standardError: 0.03, sampleResults: [3]))
        let joined = [first, evaluation("a", accuracy: 0.5, latency: 1), second].joiningSecondTrainings
        #expect(joined.count == 2 && joined[1].quality?.accuracy == 0.5)
        let quality = joined[0].quality
        #expect(abs((quality?.accuracy ?? 0) - 0.85) < 1e-12)
        #expect(abs((quality?.standardError ?? 0) - 0.025) < 1e-12)
        #expect(quality?.testAccuracy == 0.88 && quality?.sampleResults == [7])
    }

    @Test("A second training that failed changes nothing")
    func failed() {
        var first = evaluation("a", accuracy: 0.9, latency: 1)
        first.fidelity = .final
        var second = first
        (second.rung, second.outcome) = (FinalTraining.second, .failed(reason: "diverged"))
        #expect([first, second].joiningSecondTrainings == [first])
    }
}
