import Search
import Testing

@Suite("Metrics and their units")
struct MetricTests {
    @Test(
        "Values carry the suffixes of their metric",
        arguments: [
            (Metric.latency, "5", 5), (.latency, "5ms", 5), (.latency, "250us", 0.25),
            (.latency, "1.5 s", 1500),
            (.peakRAM, "512KiB", 524_288), (.flash, "1MiB", 1_048_576), (.modelSize, "100", 100),
            (.energy, "2mJ", 2), (.accuracy, "0.9", 0.9), (.accuracy, "90%", 0.9),
        ])
    func parses(metric: Metric, text: String, value: Double) throws {
        #expect(abs(try metric.value(parsing: text) - value) < 1e-12 * max(1, value))
    }

    @Test(
        "Anything else is refused with the suffixes that are allowed",
        arguments: [
            (Metric.latency, "5KiB"), (.latency, "-1"), (.latency, "nan"), (.latency, "inf"), (.latency, ""),
            (.latency, "ms"), (.peakRAM, "5ms"), (.accuracy, "90"), (.accuracy, "1.01"), (.energy, "five"),
        ])
    func refuses(metric: Metric, text: String) {
        #expect(throws: SearchError.self) { try metric.value(parsing: text) }
    }

    @Test("Accuracy is minimised as error, costs as decimal logarithms")
    func minimises() {
        #expect(Metric.accuracy.minimised(0.75) == 0.25)
        #expect(Metric.latency.minimised(100) == 2)
        #expect(Metric.latency.minimised(0).isFinite)
    }

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
