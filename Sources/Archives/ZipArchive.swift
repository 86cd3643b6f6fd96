/// The members of a ZIP archive, stored or deflated.
public struct ZipArchive: Sendable {
    /// One file of an archive.
    public struct Member: Sendable {
        /// Its path within the archive.
        public let name: String
        /// Of the contents once unpacked, as the directory states it; `contents(of:)` gives no other.
        public let size: Int
        fileprivate let method: Int
        fileprivate let packedSize: Int
        fileprivate let checksum: Int
        fileprivate let header: Int
    }

    /// In the order of the directory.
    public let members: [Member]
    private let bytes: [UInt8]
    private let file: String

    /// Reads the directory at the end of the archive.
    public init(_ bytes: [UInt8], file: String) throws(ArchiveError) {
        self.bytes = bytes
        self.file = file
        let earliest = max(0, bytes.count - 22 - 65_535)
        let end = stride(from: bytes.count - 22, through: earliest, by: -1).first {
            bytes.number($0, 4) == 0x0605_4b50
        }
        guard let end, let count = bytes.number(end + 10, 2), var place = bytes.number(end + 16, 4) else {
            throw .damaged(file: file, detail: "is no ZIP or .npz archive, or its end is missing")
        }
        guard count < 0xffff, place < 0xffff_ffff else {
            throw .unsupported(
                file: file,
                detail:
                    "archives of more than 4 GiB or 65,534 members are not read; pack a .tar or .tar.gz, or name the folder"
            )
        }
        var members: [Member] = []
        for _ in 0..<count {
            guard let member = Member(bytes, at: &place) else {
                throw .damaged(file: file, detail: "its directory is damaged at byte \(place)")
            }
            members.append(member)
        }
        self.members = members
        try refuseOverlaps()
    }

    /// Small archives become large where many members name the same bytes, or one name stands for many members.
    private func refuseOverlaps() throws(ArchiveError) {
        var end = 0
        for member in members.sorted(by: { $0.header < $1.header }) {
            // A local header has 30 bytes and the name at least.
            guard member.header >= end else {
                throw .damaged(file: file, detail: "'\(member.name)' lies where another member lies")
            }
            end = member.header + 30 + member.name.utf8.count + member.packedSize
        }
        guard Set(members.map(\.name)).count == members.count else {
            throw .damaged(file: file, detail: "two members have one name")
        }
    }

    /// The bytes of a member, after checking their sum.
    public func contents(of member: Member) throws(ArchiveError) -> [UInt8] {
        func fault(_ detail: String) -> ArchiveError {
            .damaged(file: file, detail: "'\(member.name)' \(detail)")
        }
        guard bytes.number(member.header, 4) == 0x0403_4b50, let name = bytes.number(member.header + 26, 2),
            let extra = bytes.number(member.header + 28, 2)
        else { throw fault("has no header where the directory says") }
        let start = member.header + 30 + name + extra
        guard start <= bytes.count, member.packedSize <= bytes.count - start else {
            throw fault("is cut off")
        }
        let packed = bytes[start..<start + member.packedSize]
        let contents: [UInt8]
        switch member.method {
        case 0 where member.size == member.packedSize: contents = Array(packed)
        case 0: throw fault("is stored with two different sizes")
        case 8:
            guard let inflated = inflated(packed, size: member.size) else {
                throw fault("does not inflate to \(member.size) bytes")
            }
            contents = inflated
        default:
            throw .unsupported(
                file: file,
                detail: "'\(member.name)' is packed by method \(member.method); deflate and store are read")
        }
        guard Int(checksum(contents[...])) == member.checksum else { throw fault("has a wrong checksum") }
        return contents
    }

    /// An archive of stored members; equal members give equal bytes, since no time of day is recorded.
    public static func bytes(of members: [(name: String, contents: [UInt8])], file: String)
        throws(ArchiveError)
        -> [UInt8]
    {
        var archive: [UInt8] = []
        var directory: [UInt8] = []
        for member in members {
            let name = Array(member.name.utf8)
            guard archive.count + member.contents.count < 0xffff_0000, name.count < 0xffff,
                members.count < 0xffff
            else { throw .unwritable(file: file, detail: "its arrays exceed 4 GiB, or their names 64 KiB") }
            let common = header(of: member.contents, nameLength: name.count)
            directory.append(0x0201_4b50, width: 4)
            directory.append(20, width: 2)
            directory.append(20, width: 2)
            directory += common
            directory.append(0, width: 10)
            directory.append(archive.count, width: 4)
            directory += name
            archive.append(0x0403_4b50, width: 4)
            archive.append(20, width: 2)
            archive += common
            archive += name
            archive += member.contents
        }
        let start = archive.count
        archive += directory
        archive.append(0x0605_4b50, width: 4)
        archive.append(0, width: 4)
        archive.append(members.count, width: 2)
        archive.append(members.count, width: 2)
        archive.append(directory.count, width: 4)
        archive.append(start, width: 4)
        archive.append(0, width: 2)
        return archive
    }

    /// What the header of a stored member and its entry in the directory have in common.
    ///
    /// 1980-01-01 00:00, the earliest time the format knows, stands for none.
    private static func header(of contents: [UInt8], nameLength: Int) -> [UInt8] {
        var header: [UInt8] = []
        header.append(0, width: 6)
        header.append(0x21, width: 2)
        header.append(Int(checksum(contents[...])), width: 4)
        header.append(contents.count, width: 4)
        header.append(contents.count, width: 4)
        header.append(nameLength, width: 2)
        header.append(0, width: 2)
        return header
    }
}

extension ZipArchive.Member {
    /// The entry of the directory at `place`, which moves behind it; nil where there is none.
    fileprivate init?(_ bytes: [UInt8], at place: inout Int) {
        guard bytes.number(place, 4) == 0x0201_4b50, let method = bytes.number(place + 10, 2),
            let checksum = bytes.number(place + 16, 4), let packedSize = bytes.number(place + 20, 4),
            let size = bytes.number(place + 24, 4), let nameLength = bytes.number(place + 28, 2),
            let extra = bytes.number(place + 30, 2), let comment = bytes.number(place + 32, 2),
            let header = bytes.number(place + 42, 4), place + 46 + nameLength <= bytes.count,
            size != 0xffff_ffff, packedSize != 0xffff_ffff, header != 0xffff_ffff
        else { return nil }
        // Names are shown in one-line errors, and no array has control characters in its own.
        guard bytes[place + 46..<place + 46 + nameLength].allSatisfy({ $0 >= 32 && $0 != 127 }) else {
            return nil
        }
        name = String(decoding: bytes[place + 46..<place + 46 + nameLength], as: UTF8.self)
        (self.method, self.packedSize, self.size) = (method, packedSize, size)
        (self.checksum, self.header) = (checksum, header)
        place += 46 + nameLength + extra + comment
    }
}

extension [UInt8] {
    /// Appends the lowest `width` bytes of a non-negative number, lowest first.
    fileprivate mutating func append(_ number: Int, width: Int) {
        for place in 0..<width { append(place < 8 ? UInt8(truncatingIfNeeded: number >> (8 * place)) : 0) }
    }

    /// An unsigned little-endian number; nil where it reaches over an end.
    fileprivate func number(_ offset: Int, _ width: Int) -> Int? {
        guard offset >= 0, offset <= count - width else { return nil }
        return self[offset..<offset + width].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
