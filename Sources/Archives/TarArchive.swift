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
        var longName: [UInt8]?
        while offset + 512 <= bytes.count, bytes[offset..<offset + 512].contains(where: { $0 != 0 }) {
            let header = TarHeader(bytes[offset..<offset + 512])
            guard header.hasValidChecksum, let size = header.size else {
                throw .damaged(file: file, detail: "byte \(offset): expected a tar header")
            }
            let start = offset + 512
            func name() throws(ArchiveError) -> String {
                let bytes = longName ?? header.name
                guard let name = String(validating: bytes, as: UTF8.self) else {
                    throw .damaged(
                        file: file,
                        detail:
                            "byte \(offset): the name '\(bytes.escapedName)' is not UTF-8; rename the file and pack it anew"
                    )
                }
                return name
            }
            guard size <= bytes.count - start else {
                throw .damaged(
                    file: file,
                    detail: "byte \(offset): '\(try name())' is truncated: \(size) bytes expected")
            }
            switch header.kind {
            case UInt8(ascii: "0"), 0:
                entries.append(Entry(name: try name(), content: start..<start + size))
                longName = nil
            case UInt8(ascii: "1"), UInt8(ascii: "2"):
                throw .unsupported(
                    file: file,
                    detail:
                        "'\(try name())' is a link; pack the file itself (tar --dereference --hard-dereference)"
                )
            case UInt8(ascii: "L"): longName = Array(bytes[start..<start + size].prefix { $0 != 0 })
            case UInt8(ascii: "x"): longName = paxPath(bytes[start..<start + size]) ?? longName
            case UInt8(ascii: "g"): break
            case UInt8(ascii: "5"):
                folders.append(try name())
                longName = nil
            default: longName = nil
            }
            offset = start + (size + 511) / 512 * 512
        }
        // A block of zeros ends an archive.
        guard offset + 512 <= bytes.count else {
            throw .damaged(
                file: file,
                detail: "byte \(min(offset, bytes.count)): is truncated: expected a header or the end")
        }
        self.entries = entries
        self.folders = folders
    }
}

/// The `path` record of a pax header: lines of `length key=value`.
private func paxPath(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
        guard let space = line.firstIndex(of: UInt8(ascii: " ")) else { continue }
        let record = line[(space + 1)...]
        if record.starts(with: "path=".utf8) { return Array(record.dropFirst(5)) }
    }
    return nil
}

extension [UInt8] {
    /// A name with `\xE9` for each byte that is no printable character of ASCII.
    public var escapedName: String {
        map { byte in
            byte >= 32 && byte < 127
                ? String(UnicodeScalar(byte))
                : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}

private struct TarHeader {
    private let block: [UInt8]

    init(_ bytes: ArraySlice<UInt8>) { block = Array(bytes) }

    var kind: UInt8 { block[156] }

    var name: [UInt8] {
        let prefix = block[257..<262].elementsEqual("ustar".utf8) ? text(345..<500) : []
        return prefix.isEmpty ? text(0..<100) : prefix + [UInt8(ascii: "/")] + text(0..<100)
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

    private func text(_ range: Range<Int>) -> [UInt8] { Array(block[range].prefix { $0 != 0 }) }
}
