import Datasets
import Foundation
import Testing

@Suite("Data sets")
struct DatasetTests {
    @Test("The digits are inside the program")
    func readsDigits() throws {
        let digits = try Dataset(DatasetRequest(source: .digits))
        #expect(digits.count == 1797 && digits.sampleShape == [8, 8, 1])
        #expect(digits.classCounts == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
        var sample = [Float](repeating: 0, count: 64)
        var span = sample.mutableSpan
        digits.copySample(0, to: &span)
        #expect(sample[0..<8] == [0, 0, 5, 13, 9, 1, 0, 0] && digits.labels[0] == 0)
    }

    @Test("MNIST's own files are read", .enabled(if: isPresent("mnist")))
    func readsMNIST() throws {
        let mnist = try Dataset(
            DatasetRequest(source: .idx, path: dataFolder.appending(path: "mnist").path))
        #expect(mnist.count == 70_000 && mnist.sampleShape == [28, 28, 1])
        #expect(mnist.officialTest == 60_000..<70_000)
        #expect(mnist.labels[0..<5] == [5, 0, 4, 1, 9] && mnist.labels[60_000..<60_003] == [7, 2, 1])
        let split = try DataSplit(mnist, SplitRules(validation: .fraction(0.1), test: .official, seed: 1))
        #expect(split.test == Array(60_000..<70_000))
        #expect(split.validation.count == 7000 && split.train.count == 53_000)
        let normalization = Normalization(
            fitting: mnist, samples: Array(0..<60_000), period: mnist.normalizationPeriod)
        #expect((normalization.offsets[0] / 255 - 0.1307).magnitude < 1e-4)
        #expect((1 / normalization.scales[0] / 255 - 0.3081).magnitude < 1e-4)
    }

    @Test("The spoken digits are read out of their archive", .enabled(if: isPresent("fsdd")))
    func readsSpokenDigits() throws {
        let speech = try Dataset(
            DatasetRequest(source: .wavFolder, path: dataFolder.appending(path: "fsdd").path))
        #expect(speech.count == 3000 && speech.sampleShape == [49, 40, 1])
        #expect(speech.classCounts == [Int](repeating: 300, count: 10))
        #expect(speech.groupNames.count == 6)
        let split = try DataSplit(
            speech, SplitRules(validation: .pattern("*_[5-9].wav"), test: .pattern("*_[0-4].wav")))
        #expect(split.test.count == 300 && split.validation.count == 300 && split.train.count == 2400)
        var sample = [Float](repeating: 0, count: speech.sampleSize)
        for index in stride(from: 0, to: speech.count, by: 100) {
            var span = sample.mutableSpan
            speech.copySample(index, to: &span)
            #expect(sample.allSatisfy { $0.isFinite && $0 >= speech.background - 1e-4 })
        }
    }

    @Test("IDX files that lie are refused with file and byte", arguments: IDXCase.all)
    func refusesWrongIDX(_ example: IDXCase) throws {
        try withFolder(example.files) { folder in
            #expect {
                try Dataset(DatasetRequest(source: .idx, path: folder))
            } throws: { "\($0)".contains(example.message) && "\($0)".contains(folder) }
        }
    }

    @Test("A missing folder is named")
    func namesMissingFolder() {
        #expect {
            try Dataset(DatasetRequest(source: .idx, path: "/nonexistent/mnist"))
        } throws: { "\($0)" == "/nonexistent/mnist: is no folder" }
    }
}

struct IDXCase: CustomTestStringConvertible {
    var testDescription: String { message }
    let message: String
    var files: [String: [UInt8]]

    static func header(_ dimensions: [UInt32]) -> [UInt8] {
        [0, 0, 8, UInt8(dimensions.count)]
            + dimensions.flatMap { value in
                stride(from: 24, through: 0, by: -8).map { UInt8(value >> $0 & 255) }
            }
    }

    static let good: [String: [UInt8]] = [
        "train-images-idx3-ubyte": header([2, 2, 2]) + [1, 2, 3, 4, 5, 6, 7, 8],
        "train-labels-idx1-ubyte": header([2]) + [0, 1],
        "t10k-images-idx3-ubyte": header([1, 2, 2]) + [1, 2, 3, 4],
        "t10k-labels-idx1-ubyte": header([1]) + [1],
    ]

    init(_ message: String, _ name: String, _ bytes: [UInt8]?) {
        self.message = message
        files = IDXCase.good
        files[name] = bytes
    }

    static let all = [
        IDXCase("has no file named train-labels", "train-labels-idx1-ubyte", nil),
        IDXCase("byte 0: is no IDX file", "train-images-idx3-ubyte", [1, 2, 3, 4, 5]),
        IDXCase("byte 0: is too short", "train-images-idx3-ubyte", []),
        IDXCase(
            "byte 2: expected unsigned bytes (type 8), got type 13", "train-images-idx3-ubyte", [0, 0, 13, 3]),
        IDXCase("byte 3: 255 dimensions do not fit", "train-images-idx3-ubyte", [0, 0, 8, 255, 0]),
        IDXCase(
            "ends after 7 of 8 values", "train-images-idx3-ubyte", header([2, 2, 2]) + [1, 2, 3, 4, 5, 6, 7]),
        IDXCase(
            "byte 8: dimension 1 of 4294967295 is impossible", "train-images-idx3-ubyte",
            header([.max, .max, .max])),
        IDXCase("holds 3 labels for the 2 images", "train-labels-idx1-ubyte", header([3]) + [0, 1, 1]),
        IDXCase("expected labels (1 dimension), got 2", "train-labels-idx1-ubyte", header([2, 1]) + [0, 1]),
        IDXCase(
            "holds images of shape [1, 4, 1]", "t10k-images-idx3-ubyte", header([1, 1, 4]) + [1, 2, 3, 4]),
        IDXCase(
            "is truncated: the packed data end", "train-images-idx3-ubyte",
            [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
        IDXCase(
            "is damaged: the packed data are wrong", "train-images-idx3-ubyte",
            [0x1f, 0x8b] + [UInt8](repeating: 7, count: 40)),
    ]
}
