import Datasets
import Foundation
import Testing

@Suite("Pictures")
struct PictureTests {
    /// An 8-bit PNG file of stored rows; colour 0 grey, 2 red-green-blue, 6 with alpha.
    static func png(width: Int, height: Int, colour: UInt8, bits: UInt8 = 8, _ pixels: [UInt8]) -> [UInt8] {
        let line = pixels.count / height
        let rows = (0..<height).flatMap { [0] + pixels[$0 * line..<($0 + 1) * line] }
        var packed: [UInt8] = [0x78, 1, 1]
        packed.append(rows.count, bytes: 2)
        packed.append(~rows.count & 0xffff, bytes: 2)
        packed.append(contentsOf: rows)
        var (a, b) = (1, 0)
        for byte in rows { (a, b) = ((a + Int(byte)) % 65521, (b + a + Int(byte)) % 65521) }
        packed.append(contentsOf: [UInt8(b >> 8), UInt8(b & 255), UInt8(a >> 8), UInt8(a & 255)])
        let header = bigEndian(width) + bigEndian(height) + [bits, colour, 0, 0, 0]
        return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] + chunk("IHDR", header)
            + chunk("IDAT", packed) + chunk("IEND", [])
    }

    private static func bigEndian(_ value: Int) -> [UInt8] {
        stride(from: 24, through: 0, by: -8).map { UInt8(value >> $0 & 255) }
    }

    static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + data
        let sum = body.reduce(UInt32.max) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1) * 0xedb8_8320 }
        }
        return bigEndian(data.count) + body + bigEndian(Int(~sum))
    }

    private func load(_ files: [String: [UInt8]], _ options: PictureOptions = PictureOptions()) throws
        -> Dataset
    {
        try withFolder(files) {
            try Dataset(DatasetRequest(source: .imageFolder, path: $0, pictures: options))
        }
    }

    static let red = png(width: 2, height: 1, colour: 2, [255, 0, 0, 10, 20, 30])
    static let grey = png(width: 2, height: 1, colour: 0, [7, 200])

    @Test("Parts may be folders and archives of their own")
    func readsPartsOfTheirOwn() throws {
        let files = [
            "all/a/1.png": PictureTests.grey, "all/b/1.png": PictureTests.grey,
            "new/b/7.png": PictureTests.grey,
            "val.zip": NPZTests.zip([("a/3.png", PictureTests.grey)]),
            "parts/train/a/1.png": PictureTests.grey, "parts/test/b/1.png": PictureTests.grey,
        ]
        try withFolder(files) { folder in
            var request = DatasetRequest(source: .imageFolder, path: "\(folder)/all")
            (request.testPath, request.validationPath) = ("\(folder)/new", "\(folder)/val.zip")
            let dataset = try Dataset(request)
            #expect(dataset.classNames == ["a", "b"] && dataset.labels == [0, 1, 0, 1])
            #expect(dataset.officialValidation == 2..<3 && dataset.officialTest == 3..<4)
            #expect(dataset.sample(3) == [7, 200])
            request.path = "\(folder)/parts"
            #expect { try Dataset(request) } throws: { "\($0)".contains("sets parts apart by its folders") }
            (request.path, request.testPath) = ("\(folder)/all", "\(folder)/none")
            #expect(throws: DatasetError.self) { try Dataset(request) }
            request.source = .idx
            #expect { try Dataset(request) } throws: { "\($0)".contains("'idx' has no parts") }
        }
    }

    @Test("Folders are classes; all grey pictures have one channel, others three")
    func readsFolders() throws {
        let grey = try load(["a/1.png": PictureTests.grey, "b/1.png": PictureTests.grey])
        #expect(
            grey.sampleShape == [1, 2, 1] && grey.classNames == ["a", "b"] && grey.sample(0) == [7, 200])
        let mixed = try load(["a/1.png": PictureTests.grey, "b/1.png": PictureTests.red])
        #expect(mixed.sample(0) == [7, 7, 7, 200, 200, 200] && mixed.sample(1) == [255, 0, 0, 10, 20, 30])
    }

    @Test("A class folder without pictures is named")
    func namesEmptyFolders() throws {
        let files = ["set/a/1.png": PictureTests.grey, "set/b/1.png": PictureTests.grey]
        try withFolder(files.merging(["set/c/notes.txt": [65]]) { a, _ in a }) { folder in
            for name in ["set/d", "set/a/deeper"] {
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
            }
            let dataset = try Dataset(DatasetRequest(source: .imageFolder, path: "\(folder)/set"))
            #expect(dataset.classNames == ["a", "b"])
            #expect(
                dataset.remarks == ["c", "d"].map { "the folder '\($0)' holds no pictures (PNG, JPEG)" })
        }
        let archive = NPZTests.zip(files.map { ($0.key, $0.value) } + [("set/e/", [])])
        try withFolder(["set.zip": archive]) { folder in
            let dataset = try Dataset(DatasetRequest(source: .imageFolder, path: "\(folder)/set.zip"))
            #expect(dataset.remarks == ["the folder 'set/e' holds no pictures (PNG, JPEG)"])
        }
    }

    @Test("A ZIP archive holds what a folder of the same files holds; one that states too much is refused")
    func readsZip() throws {
        let files = ["b/1.png": PictureTests.red, "a/1.png": PictureTests.grey]
        let archive = NPZTests.zip(files.map { ($0.key, $0.value) })
        let (zipped, folder) = (
            try withFolder(["set.zip": archive]) {
                try Dataset(DatasetRequest(source: .imageFolder, path: $0 + "/set.zip"))
            }, try load(files)
        )
        #expect(zipped.sampleNames == folder.sampleNames && zipped.sample(1) == folder.sample(1))
        #expect(zipped.contentHash() == folder.contentHash())
        var large = archive
        let directory = try #require(
            (0..<large.count).first { Array(large[$0...].prefix(4)) == [0x50, 0x4b, 1, 2] })
        large.replaceSubrange(directory + 24..<directory + 28, with: [255, 255, 255, 127])
        #expect(throws: DatasetError.self) {
            try withFolder(["set.zip": large]) {
                try Dataset(DatasetRequest(source: .imageFolder, path: $0 + "/set.zip"))
            }
        }
    }

    @Test("Grey is the weighted sum of red, green and blue; alpha is dropped")
    func convertsColours() throws {
        let clear = PictureTests.png(width: 1, height: 1, colour: 6, [90, 60, 30, 0])
        let deep = PictureTests.png(width: 1, height: 1, colour: 0, bits: 16, [0x80, 0x40])
        let files = ["a/1.png": clear, "b/1.png": deep]
        #expect(try load(files).sample(0) == [90, 60, 30])
        let grey = try load(files, PictureOptions(colour: .grey))
        #expect(grey.sample(0) == [66] && (127...129).contains(grey.sample(1)[0]))
        #expect(try load(files, PictureOptions(colour: .rgba)).sample(0) == [90, 60, 30, 0])
    }

    @Test("A gradient keeps its middle when cropped, all of it when padded or stretched")
    func resizes() throws {
        let wide = PictureTests.png(width: 8, height: 4, colour: 0, (0..<32).map { UInt8($0 % 8 * 10) })
        let files = ["a/1.png": wide, "b/1.png": wide]
        func rows(_ fit: PictureOptions.Fit) throws -> [Float] {
            try load(files, PictureOptions(size: PictureSize(height: 4, width: 4), fit: fit)).sample(0)
        }
        #expect(try Array(rows(.crop)[..<4]) == [20, 30, 40, 50])
        let padded = try rows(.pad)
        #expect(padded[..<4] == [0, 0, 0, 0] && padded[4] > 0 && padded[12...] == [0, 0, 0, 0])
        let stretched = try Array(rows(.stretch)[..<4])
        #expect(stretched == stretched.sorted() && stretched[0] < 15 && stretched[3] > 55)
    }

    @Test("Decoded when asked for or kept, a picture is the same")
    func cacheChangesNothing() throws {
        let files = (0..<6).map {
            ("\($0 % 2)/\($0).png", PictureTests.png(width: 2, height: 2, colour: 0, [UInt8($0), 1, 2, 3]))
        }
        try withFolder([String: [UInt8]](uniqueKeysWithValues: files)) { folder in
            var options = PictureOptions()
            let kept = try Dataset(DatasetRequest(source: .imageFolder, path: folder, pictures: options))
            options.cacheLimit = 9
            let lazy = try Dataset(DatasetRequest(source: .imageFolder, path: folder, pictures: options))
            #expect((0..<6).allSatisfy { kept.sample($0) == lazy.sample($0) } && lazy.fault == nil)
            try FileManager.default.removeItem(atPath: "\(folder)/1/5.png")
            #expect(lazy.sample(0) == kept.sample(0) && lazy.sample(5) == [0, 0, 0, 0])
            #expect("\(try #require(lazy.fault))".contains("1/5.png"))
        }
    }

    static let wrong: [([String: [UInt8]], String)] = [
        (["a/1.png": red, "b/1.png": Array(red.dropLast(20))], "b/1.png: is truncated"),
        (["a/1.png": red, "b/1.png": Array("hello".utf8)], "b/1.png: is no picture; PNG and JPEG are read"),
        (["a/1.png": red, "b/1.jpg": [0xff, 0xd8, 0xff, 0xe0, 0, 1]], "b/1.jpg: is a damaged JPEG picture"),
        (
            ["a/1.png": red, "b/1.png": png(width: 1, height: 1, colour: 0, [1])],
            "give one size by resize: {size: 96}"
        ),
        (["a/1.png": red, "b/1.gif": [1]], "is a picture of a kind that is not read"),
        (["1.png": red, "2.png": red], "has no folders that tell classes apart"),
        (["readme.txt": [1]], "holds no .png or .jpg pictures"),
    ]

    @Test("What is no usable picture is refused by its name", arguments: wrong)
    func refusesWrong(_ files: [String: [UInt8]], _ message: String) {
        #expect { try load(files) } throws: { "\($0)".contains(message) }
    }

    @Test("Of several damaged pictures all are named")
    func namesAllDamaged() {
        let cut = Array(PictureTests.grey.dropLast(14))
        let files = [
            "a/1.png": PictureTests.grey, "a/2.png": cut, "b/1.png": PictureTests.grey, "b/3.png": cut,
            "b/4.png": cut,
        ]
        #expect { try load(files) } throws: { error in
            let text = "\(error)"
            return text.contains("a/2.png: ") && text.contains("; 2 more cannot be read: ")
                && text.contains("b/3.png") && text.contains("b/4.png")
        }
    }

    @Test("A picture that claims more pixels than its bytes can hold is refused before memory is taken")
    func refusesBombs() {
        for (width, message) in [(60_000, "says it has 60000×60000 pixels"), (6000, "but holds")] {
            var bomb = PictureTests.png(width: 1, height: 1, colour: 0, [1])
            bomb.replaceSubrange(
                8..<33,
                with: PictureTests.chunk(
                    "IHDR",
                    PictureTests.bigEndian(width) + PictureTests.bigEndian(width) + [8, 0, 0, 0, 0]))
            #expect { try load(["a/1.png": PictureTests.grey, "b/1.png": bomb]) } throws: {
                "\($0)".contains(message)
            }
        }
    }

    @Test("A link that leads out of the folder is refused")
    func refusesLinks() throws {
        try withFolder(["a/1.png": PictureTests.grey, "b/1.png": PictureTests.grey]) { folder in
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/a/2.png", withDestinationPath: "/etc/hostname")
            #expect {
                try Dataset(DatasetRequest(source: .imageFolder, path: folder))
            } throws: { "\($0)".contains("a/2.png: is a link that leads out of the folder") }
        }
    }

    @Test(
        "A name that leads out of an archive is refused, wherever it says so",
        arguments: ["../b/1.png", "b/../1.png"])
    func refusesNamesOutside(_ name: String) throws {
        let archive = NPZTests.zip([("a/1.png", PictureTests.grey), (name, PictureTests.grey)])
        try withFolder(["set.zip": archive]) { folder in
            #expect {
                try Dataset(DatasetRequest(source: .imageFolder, path: "\(folder)/set.zip"))
            } throws: { "\($0)".contains("holds '\(name)', a name that leads out of the archive") }
        }
    }

    @Test("The shape of pictures is known from their heads")
    func readsShapes() throws {
        let files = ["a/1.png": PictureTests.grey, "b/1.png": PictureTests.red]
        try withFolder(files) { folder in
            var request = DatasetRequest(source: .imageFolder, path: folder)
            let whole = try request.sampleShape()
            #expect(whole == [1, 2, 3])
            request.pictures = PictureOptions(size: PictureSize(height: 5, width: 6), colour: .grey)
            let resized = try request.sampleShape()
            #expect(resized == [5, 6, 1])
        }
    }

    @Test(
        "What `init` cannot read is named by the end of its files",
        arguments: [["a/1.mp3", "a/2.mp3", "b/x.doc"]])
    func namesUnread(_ files: [String]) throws {
        try withFolder([String: [UInt8]](uniqueKeysWithValues: files.map { ($0, [1]) })) { folder in
            #expect { try DatasetGuess(folder) } throws: { "\($0)".contains("2 of its files end in .mp3") }
        }
        try withFolder(["x.npy": [0x93] + Array("NUMPY\u{1}".utf8)]) { folder in
            #expect { try DatasetGuess("\(folder)/x.npy") } throws: {
                "\($0)".contains("is a single NumPy array")
            }
        }
    }

    @Test("Files of MNIST below a folder of tables do not make it one of MNIST")
    func looksAtTheFolderItself() throws {
        let table = Array(("a,b\n" + (0..<40).map { "\($0 * 7 % 11),\($0 % 2)\n" }.joined()).utf8)
        try withFolder(["t.csv": table, "old/train-images-idx3-ubyte": [0]]) { folder in
            let source = try DatasetGuess(folder).request.source
            #expect(source == .csv)
        }
        try withFolder(["t.csv": table, "train-images-idx3-ubyte": [0]]) { folder in
            let source = try DatasetGuess(folder).request.source
            #expect(source == .idx)
        }
    }

    @Test("A tar archive with two members of one name is refused")
    func refusesTwins() throws {
        func member(_ name: String) -> [UInt8] {
            var block = [UInt8](repeating: 0, count: 512)
            func put(_ text: String, at start: Int) {
                block.replaceSubrange(start..<start + text.utf8.count, with: text.utf8)
            }
            put(name, at: 0)
            put("00000000002", at: 124)
            put("        ", at: 148)
            put("0", at: 156)
            let sum = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
            put(String(repeating: "0", count: 6 - sum.count) + sum + "\0 ", at: 148)
            return block + Array("a\n".utf8) + [UInt8](repeating: 0, count: 510)
        }
        let end = [UInt8](repeating: 0, count: 1024)
        try withFolder(["t.tar": member("a.csv") + member("./a.csv") + end]) { folder in
            #expect { try DatasetGuess("\(folder)/t.tar") } throws: {
                "\($0)".contains("two members have one name, 'a.csv'")
            }
        }
    }

    @Test("CIFAR-10's pictures are read out of their archive", .enabled(if: isPresent("cifar10-images")))
    func readsCIFAR() throws {
        let dataset = try Dataset(
            DatasetRequest(source: .imageFolder, path: dataFolder.appending(path: "cifar10-images").path))
        #expect(dataset.count == 30_000 && dataset.sampleShape == [32, 32, 3])
        #expect(dataset.officialTest == 25_000..<30_000 && dataset.classNames.count == 10)
    }
}
