import Search
import Testing

@Suite("Bounds of a score")
struct ScoreBoundTests {
    @Test("The ninth decile is the published upper bound, and other confidences follow a log-normal")
    func bounds() throws {
        let score = Score(device: "d", latency: 10, latencyP10: 8, latencyP90: 12)
        #expect(score.latencyBound(confidence: nil) == 10)
        #expect(abs(try #require(score.latencyBound(confidence: 0.5)) - 10) < 1e-9)
        #expect(abs(try #require(score.latencyBound(confidence: 0.9)) - 12) < 1e-9)
        // 10·1.2^(z(0.99)/z(0.9)), with z from a table of the normal distribution.
        #expect(abs(try #require(score.latencyBound(confidence: 0.99)) - 13.9234) < 1e-3)
        #expect(Score(device: "d", latency: 10).latencyBound(confidence: 0.99) == 10)
    }
}
