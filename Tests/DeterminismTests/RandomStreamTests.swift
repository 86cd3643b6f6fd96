import Determinism
import Testing

@Suite("Random streams")
struct RandomStreamTests {
    @Test("The same key gives the same numbers, another key gives others")
    func keyed() {
        var a = RandomStream(seed: 7, .shuffle, 3, 1)
        var b = RandomStream(seed: 7, .shuffle, 3, 1)
        let first = (0..<8).map { _ in a.next() }
        #expect(first == (0..<8).map { _ in b.next() })
        let others = [
            RandomStream(seed: 8, .shuffle, 3, 1), RandomStream(seed: 7, .dropout, 3, 1),
            RandomStream(seed: 7, .shuffle, 1, 3), RandomStream(seed: 7, .shuffle, 3),
            RandomStream(seed: 7, .shuffle),
        ]
        for var other in others { #expect((0..<8).map { _ in other.next() } != first) }
    }

    @Test("The numbers of a key never change between releases")
    func golden() {
        var stream = RandomStream(seed: 1, .proposal, 2)
        #expect((0..<3).map { _ in stream.next() } == RandomStreamTests.goldenNumbers)
    }

    @Test("Uniform numbers have the mean and variance of a uniform distribution")
    func moments() {
        var stream = RandomStream(seed: 5, .augmentation)
        let values = (0..<100_000).map { _ in stream.uniformDouble() }
        let mean = values.reduce(0, +) / 100_000
        let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 100_000
        #expect(abs(mean - 0.5) < 0.005)
        #expect(abs(variance - 1 / 12.0) < 0.002)
    }

    @Test("Each index below a bound is equally frequent")
    func indices() {
        var stream = RandomStream(seed: 9, .mutation)
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<70_000 { counts[stream.index(below: 7)] += 1 }
        #expect(counts.allSatisfy { abs($0 - 10_000) < 400 })
    }

    @Test("A permutation holds every index once")
    func permutation() {
        var stream = RandomStream(seed: 2, .shuffle)
        let order = stream.permutation(1000)
        #expect(order.sorted() == Array(0..<1000))
        #expect(order != Array(0..<1000))
    }
}

extension RandomStreamTests {
    static let goldenNumbers: [UInt64] = [
        18_199_386_032_932_107_380, 5_593_879_012_593_062_194, 10_168_724_035_433_197_349,
    ]
}
