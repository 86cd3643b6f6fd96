import Determinism
import Quantities
import Search
import Testing

@Suite("Paired comparisons")
struct PairedComparisonTests {
    /// A quality of 80 samples of which those below `right` are right.
    private func quality(_ right: Range<Int>, of count: Int = 80) -> Quality {
        var bits = [UInt8](repeating: 0, count: (count + 7) / 8)
        for sample in right { bits[sample / 8] |= 1 << (sample % 8) }
        let accuracy = Double(right.count) / Double(count)
        let error = (accuracy * (1 - accuracy) / Double(count)).squareRoot()
        return Quality(accuracy: accuracy, standardError: error, sampleResults: bits)
    }

    @Test("Samples that both get right say nothing of the difference")
    func pairedIsSharper() {
        let comparison = PairedComparison(quality(0..<64), quality(0..<60))
        #expect(abs(comparison.difference - 0.05) < 1e-12)
        let expected = ((4.0 / 80 - 0.05 * 0.05) / 80).squareRoot()
        #expect(abs((comparison.standardError ?? 0) - expected) < 1e-12)
        #expect(comparison.isBetter())
    }

    @Test("The same difference on other samples is a tie")
    func disjointIsTie() {
        let comparison = PairedComparison(quality(0..<42), quality(40..<80))
        #expect(comparison.isTie() && !comparison.isBetter())
    }

    @Test("Without samples the errors of both count")
    func independent() {
        let (a, b) = (
            Quality(accuracy: 0.9, standardError: 0.03), Quality(accuracy: 0.8, standardError: 0.04)
        )
        #expect(abs((PairedComparison(a, b).standardError ?? 0) - 0.05) < 1e-12)
    }

    @Test("Without any error only equal qualities tie")
    func exact() {
        #expect(PairedComparison(Quality(accuracy: 0.9), Quality(accuracy: 0.9)).isTie())
        #expect(PairedComparison(Quality(accuracy: 0.9), Quality(accuracy: 0.8999)).isBetter())
    }

    @Test("A candidate that ties with a cheaper one of the front is marked, a worse one is not")
    func marksTies() {
        let evaluations = [
            ("cheap", quality(0..<70), 2.0), ("tied", quality(0..<69), 3), ("worse", quality(0..<40), 4),
        ].map { name, quality, latency in
            var result = evaluation(name, accuracy: quality.accuracy, latency: latency)
            result.outcome = .evaluated(quality)
            return result
        }
        let candidates = board.candidates(from: evaluations)
        #expect(candidates.map(\.isPareto) == [true, false, false])
        #expect(candidates.map(\.isTied) == [false, true, false])
    }

    @Test("Ties are those that comparing with every member of the front finds", arguments: [false, true])
    func tiesAgreeWithDefinition(hasErrors: Bool) {
        var random = RandomStream(seed: 5, .split, hasErrors ? 1 : 0)
        let evaluations = (0..<200).map { index in
            let accuracy = Double(random.index(below: 40)) / 40
            var result = evaluation(
                "c\(index)", accuracy: accuracy, latency: Double(1 + random.index(below: 20)))
            result.outcome = .evaluated(
                Quality(
                    accuracy: accuracy,
                    standardError: hasErrors || index % 3 == 0 ? 0.01 + 0.02 * accuracy : nil))
            return result
        }
        let candidates = board.candidates(from: evaluations)
        let front = candidates.filter(\.isPareto)
        for candidate in candidates {
            guard let quality = candidate.evaluation.quality else { continue }
            let isBeaten = front.contains { member in
                (member.score.latency ?? 0) <= (candidate.score.latency ?? 0)
                    && member.evaluation.quality.map { PairedComparison($0, quality).isBetter() } == true
            }
            #expect(
                candidate.isTied == (!candidate.isPareto && quality.standardError != nil && !isBeaten),
                "\(candidate.id)")
        }
    }
}
