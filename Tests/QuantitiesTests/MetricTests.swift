import Quantities
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
        #expect(throws: QuantityError.self) { try metric.value(parsing: text) }
    }

    @Test("Accuracy is minimised as error, costs as decimal logarithms")
    func minimises() {
        #expect(Metric.accuracy.minimised(0.75) == 0.25)
        #expect(Metric.latency.minimised(100) == 2)
        #expect(Metric.latency.minimised(0).isFinite)
    }
}
