import Foundation
import Quantities
import Search
import Testing

@Suite("What repeats on a device say")
struct MeasuredCostTests {
    /// Student's t at 0.9 (Abramowitz and Stegun, table 26.10).
    @Test(
        "The interval is Student's t for one more repeat",
        arguments: [(2, 3.078), (3, 1.886), (4, 1.638), (10, 1.383)])
    func interval(count: Int, t: Double) throws {
        // Two values of which one half each lie at ± 0.01 around the median, in logarithms.
        let logs = (0..<count).map { count % 2 == 1 && $0 == 0 ? 0 : $0 % 2 == 0 ? 0.01 : -0.01 }
        let cost = MeasuredCost(latencies: logs.map { 5 * exp($0) }, energies: [])
        let mean = logs.reduce(0, +) / Double(count)
        let variance = logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)
        let width = t * (variance * (1 + 1 / Double(count))).squareRoot()
        #expect(abs(try #require(cost.latencyP90) / (cost.latency * exp(width)) - 1) < 1e-4)
        #expect(abs(try #require(cost.latencyP10) / (cost.latency * exp(-width)) - 1) < 1e-4)
        #expect(cost.repeats == count)
    }

    @Test("One repeat has no interval, and several equal ones one of no width")
    func degenerate() {
        let once = MeasuredCost(latencies: [3], energies: [])
        #expect(once.latency == 3 && once.latencyP10 == nil && once.latencyP90 == nil && once.energy == nil)
        let equal = MeasuredCost(latencies: [3, 3, 3], energies: [2, 4])
        #expect(equal.latencyP10 == 3 && equal.latencyP90 == 3)
        #expect(equal.energy == 3)
    }

    @Test("Energy that was not measured follows the measured time")
    func energy() {
        let score = Score(device: "board", latency: 1, energy: 5, peakRAM: 7)
        let measured = score.replacing(by: MeasuredCost(latencies: [2, 2.1], energies: []))
        #expect(abs((measured.energy ?? 0) - 5 * 2.05) < 1e-9)
        #expect(measured.peakRAM == 7 && measured.provenance == .measured)
    }

    @Test("A bound with confidence lies at the end of the interval")
    func bound() throws {
        let cost = MeasuredCost(latencies: [4, 4.1, 4.4], energies: [])
        let score = Score(device: "board").replacing(by: cost)
        let (bound, p90) = (try #require(score.latencyBound(confidence: 0.9)), try #require(cost.latencyP90))
        #expect(abs(bound - p90) < 1e-9)
        #expect(p90 > 4.4)
    }
}
