/// The files of a ZIP archive, stored or deflated, as .npz files are made of.
struct ZIPArchive {
    let entries: [Entry]
    private let bytes: [UInt8]
    private let file: String

    struct Entry {
        let name: String
        fileprivate let method: Int
        fileprivate let packedSize, size, header: Int
    }

    /// Reads the directory at the archive's end.
    init(_ bytes: [UInt8], file: String) throws(DatasetError) {
        self.bytes = bytes
        self.file = file
        let earliest = max(0, bytes.count - 22 - 65535)
        let end = stride(from: bytes.count - 22, through: earliest, by: -1).first {
            bytes.number($0, 4) == 0x0605_4b50
        }
        guard bytes.count >= 22, let end else {
            throw .byte(file: file, offset: bytes.count, detail: "is no ZIP archive, or is truncated")
        }
        var offset = bytes.number(end + 16, 4)
        var entries: [Entry] = []
        for _ in 0..<bytes.number(end + 10, 2) {
            guard offset + 46 <= bytes.count, bytes.number(offset, 4) == 0x0201_4b50 else {
                throw .byte(
                    file: file, offset: offset, detail: "expected an entry of the archive's directory")
            }
            let nameLength = bytes.number(offset + 28, 2)
            let next = offset + 46 + nameLength + bytes.number(offset + 30, 2) + bytes.number(offset + 32, 2)
            guard next <= bytes.count else {
                throw .byte(file: file, offset: offset, detail: "the archive's directory is truncated")
            }
            entries.append(
                Entry(
                    name: String(decoding: bytes[offset + 46..<offset + 46 + nameLength], as: UTF8.self),
                    method: bytes.number(offset + 10, 2), packedSize: bytes.number(offset + 20, 4),
                    size: bytes.number(offset + 24, 4), header: bytes.number(offset + 42, 4)))
            offset = next
        }
        self.entries = entries
    }

    /// The content of an entry.
    func content(of entry: Entry) throws(DatasetError) -> [UInt8] {
        let header = entry.header
        guard header + 30 <= bytes.count, bytes.number(header, 4) == 0x0403_4b50 else {
            throw .byte(file: file, offset: header, detail: "expected the header of '\(entry.name)'")
        }
        let start = header + 30 + bytes.number(header + 26, 2) + bytes.number(header + 28, 2)
        guard start + entry.packedSize <= bytes.count, entry.packedSize != 0xffff_ffff else {
            throw .byte(
                file: file, offset: header, detail: "'\(entry.name)' is truncated or larger than 4 GiB")
        }
        let packed = bytes[start..<start + entry.packedSize]
        let content: [UInt8]
        switch entry.method {
        case 0: content = Array(packed)
        case 8:
            content = try Gzip.inflate(
                Array(packed), wrapping: .none, file: "\(file)/\(entry.name)",
                limit: min(entry.size, SourceFile.limit))
        default:
            throw .byte(
                file: file, offset: header,
                detail: "'\(entry.name)' is packed by method \(entry.method); use deflate")
        }
        guard content.count == entry.size else {
            throw .byte(
                file: file, offset: header,
                detail: "'\(entry.name)' holds \(content.count) of \(entry.size) bytes")
        }
        return content
    }
}

extension [UInt8] {
    /// An unsigned little-endian number; 0 where it reaches over the end.
    fileprivate func number(_ offset: Int, _ width: Int) -> Int {
        guard offset >= 0, offset + width <= count else { return 0 }
        return self[offset..<offset + width].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
