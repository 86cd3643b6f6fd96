import Archives
import Foundation
import Testing

/// Small inputs made to fill memory or time, and sizes that no archive has.
@Suite struct HostileArchiveTests {
    /// A ustar header with the given text in its size field, and a right checksum.
    static func tarHeader(name: String, size: String, kind: Character = "0") -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at place: Int) {
            block.replaceSubrange(place..<place + text.utf8.count, with: Array(text.utf8))
        }
        put(name, at: 0)
        put(size, at: 124)
        put(String(kind), at: 156)
        put("ustar", at: 257)
        put("        ", at: 148)
        let sum = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
        put(String(repeating: "0", count: 6 - sum.utf8.count) + sum + "\0 ", at: 148)
        return block
    }

    @Test("A tar archive is read, and its long names")
    func readsTar() throws {
        let content = Array("hello".utf8) + [UInt8](repeating: 0, count: 507)
        let name = Array("a/long/name".utf8) + [UInt8](repeating: 0, count: 501)
        let bytes =
            Self.tarHeader(name: "L", size: "00000000013", kind: "L") + name
            + Self.tarHeader(name: "short", size: "00000000005") + content
            + [UInt8](repeating: 0, count: 1024)
        let archive = try TarArchive(bytes, file: "x.tar")
        #expect(archive.entries.map(\.name) == ["a/long/name"])
        #expect(archive.entries.map { Array(archive.bytes[$0.content]) } == [Array("hello".utf8)])
    }

    /// One file of five bytes, and the two blocks that end an archive.
    private static let oneFile =
        tarHeader(name: "a", size: "00000000005") + Array("hello".utf8)
        + [UInt8](repeating: 0, count: 507 + 1024)

    @Test(
        "A tar archive that ends anywhere before its end is truncated",
        arguments: [0, 1, 511, 512, 700, 1023, 1024, 1300])
    func refusesTruncatedTar(length: Int) {
        let file = HostileArchiveTests.oneFile
        #expect(throws: Never.self) { try TarArchive(Array(file.prefix(1536)), file: "x.tar") }
        let error = #expect(throws: ArchiveError.self) {
            try TarArchive(Array(file.prefix(length)), file: "x.tar")
        }
        #expect(error?.description.contains("truncated") == true)
    }

    @Test("Names of a tar archive that are not UTF-8, and links, are refused by their names")
    func refusesTarNames() {
        var header = Self.tarHeader(name: "caf_", size: "00000000005")
        header[3] = 0xe9
        let sum = String(
            header.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) },
            radix: 8)
        header.replaceSubrange(
            148..<154, with: Array((String(repeating: "0", count: 6 - sum.count) + sum).utf8))
        let rest = Self.oneFile.dropFirst(512)
        for (bytes, message) in [
            (header + rest, "byte 0: the name 'caf\\xE9' is not UTF-8"),
            (Self.tarHeader(name: "b", size: "0", kind: "2") + Self.oneFile, "'b' is a link"),
            (Self.tarHeader(name: "c", size: "0", kind: "1") + Self.oneFile, "'c' is a link"),
        ] {
            let error = #expect(throws: ArchiveError.self) { try TarArchive(bytes, file: "x.tar") }
            #expect(error?.description.contains(message) == true)
        }
    }

    @Test(
        "Sizes that are no octal number, or more than there is, are refused",
        arguments: ["-1", "-0000000777", "+5", "99", "0x10", "77777777777", "abc", ""], ["0", "5", "L", "x"])
    func refusesTarSizes(size: String, kind: String) {
        let bytes =
            Self.tarHeader(name: "a", size: size, kind: Character(kind)) + [UInt8](repeating: 0, count: 1024)
        let error = #expect(throws: ArchiveError.self) { try TarArchive(bytes, file: "x.tar") }
        #expect(error?.description.hasPrefix("x.tar: byte 0: ") == true)
    }

    static let packedLine: [UInt8] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 75, 212, 73, 226, 2, 0, 197, 16, 151, 36, 4, 0, 0, 0,
    ]
    static let packedNothing: [UInt8] = [31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]

    @Test("Many members are joined, and one empty member at the end is common")
    func joinsMembers() throws {
        let packed = (0..<20_000).flatMap { _ in Self.packedLine } + Self.packedNothing
        let bytes = try Gzip.inflate(packed, file: "x.gz", limit: 1 << 20)
        #expect(bytes == (0..<20_000).flatMap { _ in Array("a,b\n".utf8) })
    }

    @Test("Thousands of empty members are refused")
    func refusesEmptyMembers() {
        let packed = Self.packedLine + (0..<200_000).flatMap { _ in Self.packedNothing }
        let error = #expect(throws: ArchiveError.self) {
            try Gzip.inflate(packed, file: "x.gz", limit: 1 << 20)
        }
        #expect(error?.description == "x.gz: holds more than 16 empty gzip members")
    }

    @Test("No more comes out than the limit")
    func limitsExpansion() {
        let packed = (0..<100).flatMap { _ in Self.packedLine }
        let error = #expect(throws: ArchiveError.self) { try Gzip.inflate(packed, file: "x.gz", limit: 399) }
        #expect(error?.description == "x.gz: inflates to more than 399 bytes")
    }

    /// The central directory of a stored archive.
    private static func directory(of archive: [UInt8]) -> Range<Int> {
        let end = archive.count - 22
        let start = archive[end + 16..<end + 20].reversed().reduce(0) { $0 << 8 | Int($1) }
        return start..<end
    }

    @Test("Members that name the same bytes are refused")
    func refusesOverlaps() throws {
        let archive = try NPZ.bytes(of: [("a", NumberArray([1], .uint8([7])))])
        let entries = Self.directory(of: archive)
        var bytes = Array(archive[..<entries.upperBound])
        let count = 20_000
        for number in 1..<count {
            var entry = Array(archive[entries])
            // Another name of the same length: the first letters of `a.npy`.
            entry[46] = UInt8(97 + number % 26)
            entry[47] = UInt8(97 + number / 26 % 26)
            bytes += entry
        }
        var end = Array(archive[entries.upperBound...])
        for place in [8, 10] { (end[place], end[place + 1]) = (UInt8(count & 255), UInt8(count >> 8)) }
        let error = #expect(throws: ArchiveError.self) { try NPZ.parse(bytes + end, file: "x.npz") }
        #expect(error?.description.hasSuffix("lies where another member lies") == true)
    }

    @Test("An archive that claims to become a thousand times larger is refused before it is unpacked")
    func refusesBombs() throws {
        var archive = try NPZ.bytes(of: [("a", NumberArray([1], .uint8([7])))])
        let entry = Self.directory(of: archive).lowerBound
        archive[entry + 10] = 8
        archive.replaceSubrange(entry + 24..<entry + 28, with: [0, 0, 0, 0x50])
        let error = #expect(throws: ArchiveError.self) { try NPZ.parse(archive, file: "x.npz") }
        #expect(error?.description == "x.npz: its arrays take more than 67108864 bytes")
    }

    @Test("Folders and devices are no input", arguments: ["/", "/dev/zero", "/dev/null"])
    func refusesDevices(path: String) {
        let error = #expect(throws: ArchiveError.self) { try InputFile.bytes(of: path) }
        #expect(error?.description.contains("cannot be read: it is ") == true)
    }

    @Test("A pipe that nobody writes to is refused, not waited for")
    func refusesPipes() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "pipe-\(UUID().uuidString)").path()
        #expect(mkfifo(path, 0o600) == 0)
        defer { unlink(path) }
        #expect(throws: ArchiveError.self) { try InputFile.bytes(of: path) }
    }
}
