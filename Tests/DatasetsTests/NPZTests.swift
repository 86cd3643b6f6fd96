import Datasets
import Foundation
import Quantities
import Testing

@Suite("NumPy archives")
struct NPZTests {
    /// An .npy file.
    static func npy(_ type: String, _ shape: String, _ data: [UInt8]) -> [UInt8] {
        let header = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': (\(shape)), }\n".utf8)
        var file: [UInt8] = [0x93]
        file.append(contentsOf: "NUMPY".utf8)
        file.append(1, bytes: 2)
        file.append(header.count, bytes: 2)
        file.append(contentsOf: header)
        file.append(contentsOf: data)
        return file
    }

    /// A ZIP archive of stored files.
    static func zip(_ files: [(String, [UInt8])]) -> [UInt8] {
        var body: [UInt8] = []
        var directory: [UInt8] = []
        for (name, data) in files {
            directory.append(0x0201_4b50, bytes: 4)
            directory.append(20 << 16, bytes: 4)
            directory.append(0, bytes: 8)
            directory.append(checksum(data), bytes: 4)
            for width in [4, 4] { directory.append(data.count, bytes: width) }
            directory.append(name.utf8.count, bytes: 2)
            directory.append(0, bytes: 12)
            directory.append(body.count, bytes: 4)
            directory.append(contentsOf: name.utf8)
            body.append(0x0403_4b50, bytes: 4)
            body.append(20, bytes: 2)
            body.append(0, bytes: 12)
            for width in [4, 4] { body.append(data.count, bytes: width) }
            body.append(name.utf8.count, bytes: 4)
            body.append(contentsOf: name.utf8)
            body.append(contentsOf: data)
        }
        var archive = body
        archive.append(contentsOf: directory)
        archive.append(0x0605_4b50, bytes: 4)
        archive.append(0, bytes: 4)
        for width in [2, 2] { archive.append(files.count, bytes: width) }
        archive.append(directory.count, bytes: 4)
        archive.append(body.count, bytes: 4)
        archive.append(0, bytes: 2)
        return archive
    }

    /// CRC-32, bit by bit.
    private static func checksum(_ data: [UInt8]) -> Int {
        let sum = data.reduce(UInt32.max) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1) * 0xedb8_8320 }
        }
        return Int(~sum)
    }

    private static let zeros = [UInt8](repeating: 0, count: 15)
    private static let good = zip([
        ("x_train.npy", npy("|u1", "2, 1, 2", [1, 2, 3, 4])), ("y_train.npy", npy("<i8", "2,", [1] + zeros)),
        ("x_test.npy", npy("|u1", "1, 1, 2", [5, 6])), ("y_test.npy", npy("|u1", "1,", [0])),
    ])

    private func load(_ bytes: [UInt8], _ options: TabularOptions = TabularOptions()) throws -> Dataset {
        try withFolder(["a.npz": bytes]) {
            try Dataset(DatasetRequest(source: .npz, path: "\($0)/a.npz", table: options))
        }
    }

    @Test("Train and test arrays are read, the latter as official test part")
    func readsArrays() throws {
        let dataset = try load(NPZTests.good)
        #expect(
            dataset.sampleShape == [1, 2, 1] && dataset.labels == [1, 0, 0] && dataset.officialTest == 2..<3)
    }

    @Test("Parts may be archives of their own, but not twice")
    func readsPartsOfTheirOwn() throws {
        let own = NPZTests.zip([
            ("x.npy", NPZTests.npy("|u1", "1, 1, 2", [8, 9])), ("y.npy", NPZTests.npy("|u1", "1,", [1])),
        ])
        let wide = NPZTests.zip([
            ("x.npy", NPZTests.npy("|u1", "1, 1, 3", [8, 9, 9])), ("y.npy", NPZTests.npy("|u1", "1,", [1])),
        ])
        try withFolder(["a.npz": NPZTests.good, "b.npz": own, "c.npz": wide]) { folder in
            var request = DatasetRequest(source: .npz, path: "\(folder)/a.npz")
            request.validationPath = "\(folder)/b.npz"
            let dataset = try Dataset(request)
            #expect(dataset.labels == [1, 0, 1, 0] && dataset.sample(2) == [8, 9])
            #expect(dataset.officialValidation == 2..<3 && dataset.officialTest == 3..<4)
            request.validationPath = "\(folder)/c.npz"
            #expect { try Dataset(request) } throws: { "\($0)".contains("samples of another shape") }
            (request.validationPath, request.testPath) = (nil, "\(folder)/b.npz")
            #expect { try Dataset(request) } throws: {
                "\($0)".contains("holds that part already, as x_test")
            }
        }
    }

    @Test("Three axes of floats are sequences of T steps: T × 1 × C")
    func readsSequences() throws {
        let x = NPZTests.npy("<f4", "2, 2, 3", (0..<12).flatMap { [0, 0, 0x80 + UInt8($0), 0x3f] })
        let dataset = try load(NPZTests.pair(x, NPZTests.two))
        #expect(dataset.sampleShape == [2, 1, 3] && dataset.normalizationPeriod == 3)
        #expect(dataset.sample(1)[0] == dataset.sample(0)[0] + 6.0 / 128)
    }

    @Test("A shape that the job names takes the place of the array's")
    func takesGivenShape() throws {
        var options = TabularOptions()
        options.shape = [3, 2, 1]
        let x = NPZTests.npy("|u1", "2, 6", Array(0..<12))
        let dataset = try load(NPZTests.pair(x, NPZTests.two), options)
        #expect(dataset.sampleShape == [3, 2, 1] && dataset.sample(1) == [6, 7, 8, 9, 10, 11])
        options.shape = [4, 2, 1]
        #expect { try load(NPZTests.pair(x, NPZTests.two), options) } throws: {
            "\($0)".contains("of as many values as [4, 2, 1]")
        }
    }

    @Test("Far class numbers become neighbours that keep their names")
    func compressesFarClasses() throws {
        let y = NPZTests.npy("<i4", "3,", [15, 39, 0, 0, 0, 0, 0, 0, 136, 19, 0, 0])
        let dataset = try load(NPZTests.pair(NPZTests.npy("|u1", "3, 1", [1, 2, 3]), y))
        #expect(dataset.classNames == ["0", "5000", "9999"] && dataset.labels == [2, 0, 1])
    }

    @Test(
        "More than a hundred numbers are no classes, unless they are named; fractions are guessed to be predicted"
    )
    func tellsNumbersFromClasses() throws {
        let count = 101
        let x = NPZTests.npy("|u1", "\(count), 1", (0..<count).map { UInt8($0) })
        let y = NPZTests.npy("|u1", "\(count),", (0..<count).map { UInt8($0) })
        #expect { try load(NPZTests.pair(x, y)) } throws: {
            "\($0)".contains("holds 101 different classes; are they numbers to predict (task: regression)?")
        }
        var options = TabularOptions()
        options.classNames = (0..<count).map { "class \($0)" }
        #expect(try load(NPZTests.pair(x, y), options).classNames.count == count)
        // 0, 0.5 and 1 in float32.
        let fractions = NPZTests.npy("<f4", "3,", [0, 0, 0, 0, 0, 0, 0, 63, 0, 0, 128, 63])
        let three = NPZTests.npy("|u1", "3, 1", [1, 2, 3])
        let whole = NPZTests.npy("|u1", "3,", [0, 1, 1])
        for (labels, task) in [(fractions, LearningTask.regression), (whole, .classification)] {
            try withFolder(["a.npz": NPZTests.pair(three, labels)]) { folder in
                let guess = try DatasetGuess("\(folder)/a.npz")
                #expect(guess.request.table.task == task)
            }
        }
    }

    @Test("Classes may be named")
    func namesClasses() throws {
        var options = TabularOptions()
        options.classNames = ["low", "middle", "high"]
        let x = NPZTests.npy("|u1", "2, 1", [1, 2])
        let dataset = try load(NPZTests.pair(x, NPZTests.two), options)
        #expect(dataset.classNames == ["low", "middle", "high"] && dataset.labels == [0, 1])
        options.classNames = ["low"]
        #expect { try load(NPZTests.pair(x, NPZTests.two), options) } throws: {
            "\($0)".contains("value 1 is 1.0; expected classes from 0 to 0, as many as class_names")
        }
    }

    @Test(
        "Names of arrays may be written in other letters; one-hot rows are refused, saying what is expected")
    func readsOtherNames() throws {
        let x = NPZTests.npy("|u1", "2, 1", [1, 2])
        let dataset = try load(NPZTests.zip([("X_train.npy", x), ("Y_train.npy", NPZTests.two)]))
        #expect(dataset.labels == [0, 1] && dataset.sample(1) == [2])
        #expect {
            try load(NPZTests.zip([("X.npy", x), ("y.npy", NPZTests.npy("|u1", "2, 2", [1, 0, 0, 1]))]))
        } throws: { "\($0)".contains("expected one number a sample, such as y.argmax(axis=1)") }
    }

    /// `np.savez` of x (float32, 4 × 2), y of type `<U6`, group of type `|S2`, and names, an array of Python objects.
    private static let written =
        "UEsDBC0AAAAAAAAAIQBFrKRk//////////8FABQAeC5ucHkBABAAoAAAAAAAAACgAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxmNCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICg0LCAyKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAAAAAAAgD8AAABAAABAQAAAgEAAAKBAAADAQAAA4EBQSwMELQAAAAAAAAAhAAKIwD7//////////wUAFAB5Lm5weQEAEADgAAAAAAAAAOAAAAAAAAAAk05VTVBZAQB2AHsnZGVzY3InOiAnPFU2JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDQsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIApaAAAA/AAAAHIAAABpAAAAYwAAAGgAAAArcwAAIAAAAAAAAAAAAAAAAAAAAAAAAABvAAAAawAAAAAAAAAAAAAAAAAAAAAAAABvAAAAawAAAAAAAAAAAAAAAAAAAAAAAABQSwMELQAAAAAAAAAhAMdtoBr//////////wkAFABncm91cC5ucHkBABAAiAAAAAAAAACIAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJ3xTMicsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICg0LCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKbTFtMm0xbTJQSwMELQAAAAAAAAAhABdwk////////////wkAFABuYW1lcy5ucHkBABAAGgEAAAAAAAAaAQAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJ3xPJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKgASVjwAAAAAAAACMFm51bXB5Ll9jb3JlLm11bHRpYXJyYXmUjAxfcmVjb25zdHJ1Y3SUk5SMBW51bXB5lIwHbmRhcnJheZSTlEsAhZRDAWKUh5RSlChLAUsChZRoA4wFZHR5cGWUk5SMAk84lImIh5RSlChLA4wBfJROTk5K/////0r/////Sz90lGKJXZQojAFhlE5ldJRiLlBLAQItAy0AAAAAAAAAIQBFrKRkoAAAAKAAAAAFAAAAAAAAAAAAAACAAQAAAAB4Lm5weVBLAQItAy0AAAAAAAAAIQACiMA+4AAAAOAAAAAFAAAAAAAAAAAAAACAAdcAAAB5Lm5weVBLAQItAy0AAAAAAAAAIQDHbaAaiAAAAIgAAAAJAAAAAAAAAAAAAACAAe4BAABncm91cC5ucHlQSwECLQMtAAAAAAAAACEAF3CT/xoBAAAaAQAACQAAAAAAAAAAAAAAgAGxAgAAbmFtZXMubnB5UEsFBgAAAAAEAAQA1AAAAAYEAAAAAA=="

    @Test("Texts name classes and groups; arrays that are not asked for may be of any kind")
    func readsTexts() throws {
        let bytes = [UInt8](try #require(Data(base64Encoded: NPZTests.written)))
        let dataset = try load(bytes)
        #expect(dataset.classNames == ["Zürich", "ok", "猫"] && dataset.labels == [0, 2, 1, 1])
        #expect(dataset.groupNames == ["m1", "m2"] && dataset.groups == [0, 1, 0, 1])
        #expect(dataset.sample(3) == [6, 7])
        var options = TabularOptions()
        options.task = .anomaly
        guard case .anomalies(let flags) = try load(bytes, options).target else {
            Issue.record("expected anomalies")
            return
        }
        #expect(flags == [true, true, false, false])
        options.task = .regression
        #expect { try load(bytes, options) } throws: { "\($0)".contains("expected the numbers to predict") }
        options.task = .classification
        options.classNames = ["ok", "猫"]
        #expect { try load(bytes, options) } throws: {
            "\($0)".contains("'Zürich', which is none of the 2 class_names")
        }
    }

    /// An archive of x and y.
    private static func pair(_ x: [UInt8], _ y: [UInt8]) -> [UInt8] { zip([("x.npy", x), ("y.npy", y)]) }

    private static let one = npy("|u1", "1,", [1])
    private static let two = npy("|u1", "2,", [0, 1])

    static let wrong: [([UInt8], String)] = [
        ([1, 2, 3], "is no ZIP or .npz archive"),
        (zip([("z.npy", one)]), "holds z; expected x_train"),
        (pair(npy("|u1", "2, 2", [1, 2, 3]), two), "3 bytes do not hold 'u1' of shape [2, 2]"),
        (pair(npy("|u1", "2, 1", [1, 2]), one), "has shape [1] for x of shape [2, 1]"),
        (pair(npy("|O", "1,", [1]), one), "holds '|O'; known are f4"),
        (pair(npy("<f4", "1, 1", [0, 0, 0xc0, 0x7f]), one), "value 0 is not finite"),
        (pair(npy("|u1", "99999999999, 99999999999", []), one), "do not hold 'u1'"),
        (
            pair(npy("|u1", "2, 1", [1, 2]), npy("|i1", "2,", [0, 0xff])), "value 1 is -1.0; expected classes"
        ),
    ]

    @Test("A wrong archive is refused with its place", arguments: wrong)
    func refusesWrong(_ bytes: [UInt8], _ message: String) {
        #expect { try load(bytes) } throws: { "\($0)".contains(message) }
    }

    @Test("An archive cut anywhere or with any byte changed never traps")
    func survivesDamage() throws {
        try withFolder([:]) { folder in
            let path = "\(folder)/a.npz"
            for place in NPZTests.good.indices {
                var damaged = NPZTests.good
                damaged[place] ^= 0xff
                try Data(damaged).write(to: URL(filePath: path))
                _ = try? Dataset(DatasetRequest(source: .npz, path: path))
                try Data(NPZTests.good[..<place]).write(to: URL(filePath: path))
                _ = try? Dataset(DatasetRequest(source: .npz, path: path))
            }
        }
    }
}
