/// The regular files of a tar archive (ustar, GNU long names, pax paths), in its order.
public struct TarArchive: Sendable {
    /// One file of the archive.
    public struct Entry: Sendable {
        /// Path within the archive.
        public let name: String
        /// Where its bytes lie in the archive.
        public let content: Range<Int>
    }

    /// The archive.
    public let bytes: [UInt8]
    /// Its regular files, in order.
    public let entries: [Entry]
    /// Paths of its folders, in order, as far as they are entries of their own.
    public let folders: [String]

    /// Anything that is no archive is refused with the offset where it stops being one.
    public init(_ bytes: [UInt8], file: String) throws(ArchiveError) {
        self.bytes = bytes
        var (entries, folders): ([Entry], [String]) = ([], [])
        var offset = 0
        var longName: String?
        while offset + 512 <= bytes.count, bytes[offset..<offset + 512].contains(where: { $0 != 0 }) {
            let header = TarHeader(bytes[offset..<offset + 512])
            guard header.hasValidChecksum, let size = header.size else {
                throw .damaged(file: file, detail: "byte \(offset): expected a tar header")
            }
            let start = offset + 512
            guard size <= bytes.count - start else {
                throw .damaged(
                    file: file,
                    detail: "byte \(offset): '\(header.name)' is truncated: \(size) bytes expected")
            }
            switch header.kind {
            case UInt8(ascii: "0"), 0:
                entries.append(Entry(name: longName ?? header.name, content: start..<start + size))
                longName = nil
            case UInt8(ascii: "L"):
                longName = String(decoding: bytes[start..<start + size].prefix { $0 != 0 }, as: UTF8.self)
            case UInt8(ascii: "x"): longName = paxPath(bytes[start..<start + size]) ?? longName
            case UInt8(ascii: "g"): break
            case UInt8(ascii: "5"):
                folders.append(longName ?? header.name)
                longName = nil
            default: longName = nil
            }
            offset = start + (size + 511) / 512 * 512
        }
        self.entries = entries
        self.folders = folders
    }
}

/// The `path` record of a pax header: lines of `length key=value`.
private func paxPath(_ bytes: ArraySlice<UInt8>) -> String? {
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
        let text = String(decoding: line, as: UTF8.self)
        guard let space = text.firstIndex(of: " ") else { continue }
        let record = text[text.index(after: space)...]
        if record.hasPrefix("path=") { return String(record.dropFirst(5)) }
    }
    return nil
}

private struct TarHeader {
    private let block: [UInt8]

    init(_ bytes: ArraySlice<UInt8>) { block = Array(bytes) }

    var kind: UInt8 { block[156] }

    var name: String {
        let (name, prefix) = (
            text(0..<100), block[257..<262].elementsEqual("ustar".utf8) ? text(345..<500) : ""
        )
        return prefix.isEmpty ? name : "\(prefix)/\(name)"
    }

    /// Of the content in bytes; nil where the field holds anything but octal digits.
    var size: Int? { octal(124..<136) }

    /// The sum of all bytes, those of the checksum itself counted as blanks.
    var hasValidChecksum: Bool {
        let sum = block.enumerated().reduce(0) {
            $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element))
        }
        return octal(148..<156) == sum
    }

    /// At most twelve digits, so that the number has at most 36 bits.
    private func octal(_ range: Range<Int>) -> Int? {
        let digits = block[range].filter { $0 != 0 && $0 != 32 }
        guard !digits.isEmpty, digits.allSatisfy({ (48...55).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 << 3 | Int($1 - 48) }
    }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: block[range].prefix { $0 != 0 }, as: UTF8.self)
    }
}
