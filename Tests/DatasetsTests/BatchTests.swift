import Datasets
import Testing

@Suite("Batches")
struct BatchTests {
    private func batch(_ reader: BatchReader, _ samples: [Int], epoch: Int?) -> [Float] {
        var values = [Float](repeating: 0, count: samples.count * reader.dataset.sampleSize)
        var span = values.mutableSpan
        reader.fill(samples, epoch: epoch, into: &span)
        return values
    }

    @Test("Normalised training samples have mean 0 and deviation 1")
    func normalizes() throws {
        let digits = try Dataset(DatasetRequest(source: .digits))
        let samples = Array(0..<digits.count)
        let normalization = Normalization(fitting: digits, samples: samples, period: 1)
        let values = batch(BatchReader(digits, normalization: normalization), samples, epoch: nil).map(
            Double.init)
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        #expect(mean.magnitude < 1e-5 && (variance - 1).magnitude < 1e-4)
    }

    @Test("A constant pixel is shifted to 0 and not blown up")
    func constantStaysFinite() throws {
        let digits = try Dataset(DatasetRequest(source: .digits))
        let normalization = Normalization(fitting: digits, samples: Array(0..<100), period: 64)
        #expect(normalization.scales[0] == 1 && normalization.offsets[0] == 0)
    }

    @Test("Recolouring scales each channel of a picture by one factor near 1")
    func recolours() {
        let pixels: [UInt8] = (0..<2 * 4 * 3).map { UInt8(10 + $0) }
        let pictures = Dataset(
            name: "two", sampleShape: [2, 2, 3], storage: .bytes(pixels),
            target: .classes([0, 1], names: ["a", "b"]))
        var augmentation = Augmentation.none
        augmentation.colour = 0.2
        let reader = BatchReader(pictures, normalization: .identity, augmentation: augmentation, seed: 1)
        let values = batch(reader, [1], epoch: 0)
        let factors = values.indices.map { values[$0] / Float(pixels[12 + $0]) }
        #expect(Set(factors.prefix(3)).count == 3)
        for (place, factor) in factors.enumerated() {
            #expect((factor - factors[place % 3]).magnitude < 1e-5 && (0.64...1.44).contains(factor))
        }
    }

    @Test("Augmentation depends on seed, epoch and sample only")
    func augmentationIsKeyed() throws {
        let digits = try Dataset(DatasetRequest(source: .digits))
        var augmentation = Augmentation.image(shift: 2, cutOut: 3, flips: true)
        augmentation.noise = 0.2
        let reader = BatchReader(digits, normalization: .identity, augmentation: augmentation, seed: 5)
        let together = batch(reader, [3, 9, 27], epoch: 4)
        #expect(Array(together[64..<128]) == batch(reader, [9], epoch: 4))
        #expect(batch(reader, [9], epoch: 4) != batch(reader, [9], epoch: 5))
        #expect(
            batch(reader, [9], epoch: nil)
                == batch(BatchReader(digits, normalization: .identity), [9], epoch: 0))
    }

    @Test("A shift moves the picture and fills with the background")
    func shiftsPictures() throws {
        let picture: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
        let dataset = Dataset(
            name: "one", sampleShape: [3, 3, 1], storage: .bytes(picture), target: .values([0]),
            background: 50)
        let reader = BatchReader(dataset, normalization: .identity, augmentation: .image(shift: 1))
        var seen: Set<[Float]> = []
        for epoch in 0..<200 { seen.insert(batch(reader, [0], epoch: epoch)) }
        #expect(seen.count == 9)
        #expect(
            seen.contains([50, 50, 50, 50, 1, 2, 50, 4, 5])
                && seen.contains([5, 6, 50, 8, 9, 50, 50, 50, 50]))
    }

    @Test("A mirrored picture is the same read from the right")
    func mirrorsPictures() throws {
        let dataset = Dataset(
            name: "one", sampleShape: [1, 3, 2], storage: .floats([1, 2, 3, 4, 5, 6]), target: .values([0]))
        let reader = BatchReader(
            dataset, normalization: .identity, augmentation: .image(shift: 0, flips: true))
        let seen = Set((0..<50).map { batch(reader, [0], epoch: $0) })
        #expect(seen == [[1, 2, 3, 4, 5, 6], [5, 6, 3, 4, 1, 2]])
    }

    @Test("Masks and cut-out clear what they may and no more")
    func masksAreBounded() throws {
        let dataset = Dataset(
            name: "ones", sampleShape: [20, 10, 1], storage: .floats([Float](repeating: 1, count: 200)),
            target: .values([0]))
        var augmentation = Augmentation.none
        (augmentation.maskedRows, augmentation.maskedColumns, augmentation.cutOut) = (4, 3, 5)
        let reader = BatchReader(dataset, normalization: .identity, augmentation: augmentation)
        let cleared = (0..<300).map { batch(reader, [0], epoch: $0).count { $0 == 0 } }
        #expect(try #require(cleared.max()) <= 4 * 10 + 3 * 20 + 25 && #require(cleared.min()) > 0)
    }

    @Test("Windows of rows, one number wide, move in time and not aside")
    func windowsMoveInTime() throws {
        let dataset = Dataset(
            name: "window", sampleShape: [6, 1, 2], storage: .bytes(Array(1...12)), target: .values([0]))
        let reader = BatchReader(
            dataset, normalization: .identity, augmentation: .image(shift: 2), seed: 3)
        for epoch in 0..<50 {
            let values = batch(reader, [0], epoch: epoch)
            let kept = values.filter { $0 != 0 }
            #expect(kept.count >= 8 && zip(kept, kept.dropFirst()).allSatisfy { $1 == $0 + 1 })
        }
    }

    @Test("Augmentations larger than the picture are harmless")
    func largeAugmentations() throws {
        let dataset = Dataset(
            name: "tiny", sampleShape: [2, 1, 1], storage: .bytes([1, 2]), target: .values([0]))
        var augmentation = Augmentation.image(shift: 9, cutOut: 9, flips: true)
        (augmentation.maskedRows, augmentation.maskedColumns) = (9, 9)
        let reader = BatchReader(dataset, normalization: .identity, augmentation: augmentation)
        for epoch in 0..<100 {
            let values = batch(reader, [0], epoch: epoch)
            #expect(values.count { $0.isFinite } == 2)
        }
    }
}
