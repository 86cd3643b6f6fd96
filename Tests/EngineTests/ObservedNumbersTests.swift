import Determinism
import Engine
import Kernels
import Testing

/// Ranges, means and histograms of numbers, beside plain loops, on every kernel set of this processor.
@Suite("Observed numbers")
struct ObservedNumbersTests {
    private func numbers(_ count: Int, seed: UInt64) -> [Float] {
        var random = RandomStream(seed: seed, .bootstrap)
        return (0..<count).map { _ in random.uniform() * 7 - 3 }
    }

    @Test("range and means are those of a plain loop", arguments: [1, 3, 8, 24, 64, 100])
    func rangeAndMeans(channels: Int) throws {
        for kernels in KernelSet.available {
            var seen = ObservedNumbers(channels: channels, kernels: kernels)
            #expect(seen.range == nil && seen.means == [Float](repeating: 0, count: channels))
            var sums = [Double](repeating: 0, count: channels)
            var all: [Float] = []
            for (run, rows) in [1, 7, 50].enumerated() {
                let values = numbers(rows * channels, seed: UInt64(run))
                seen.add(values.span)
                all += values
                for (place, value) in values.enumerated() { sums[place % channels] += Double(value) }
            }
            #expect(seen.isFinite)
            #expect(try #require(seen.range) == #require(all.min())...#require(all.max()))
            for (mean, sum) in zip(seen.means, sums) { #expect(abs(Double(mean) - sum / 58) < 1e-6) }
        }
    }

    @Test("what is not finite is noticed, wherever it stands", arguments: [Float.nan, .infinity, -.infinity])
    func notFinite(value: Float) {
        for kernels in KernelSet.available {
            for place in [0, 5, 63, 64, 129] {
                var values = numbers(130, seed: 1)
                values[place] = value
                var seen = ObservedNumbers(channels: 2, kernels: kernels)
                seen.add(values.span)
                #expect(!seen.isFinite && seen.range == nil)
            }
        }
    }

    @Test("bins hold the numbers that a plain loop puts there")
    func bins() {
        let values = numbers(5001, seed: 3), range: ClosedRange<Float> = -2.5...3
        for kernels in KernelSet.available {
            var histogram = NumberHistogram(range, bins: 40, kernels: kernels)
            histogram.add(values.span)
            let edges: [Float] = [3, -2.5, 9, -9]
            histogram.add(edges.span)
            var counts = [Int](repeating: 0, count: 40)
            for value in values + edges {
                counts[min(max(Int((value + 2.5) * (1 / (Float(5.5) / 40))), 0), 39)] += 1
            }
            #expect(histogram.counts == counts)
            var flat = NumberHistogram(1...1, bins: 8, kernels: kernels)
            let ones: [Float] = [1, 1]
            flat.add(ones.span)
            #expect(flat.counts == [Int](repeating: 0, count: 8))
        }
    }
}
