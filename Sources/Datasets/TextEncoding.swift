/// How the characters of a text file are stored; the raw value is the name in job files.
public enum TextEncoding: String, Hashable, Sendable, CaseIterable {
    case utf8 = "utf-8"
    /// With a byte-order mark, else little-endian.
    case utf16 = "utf-16"
    /// ISO 8859-1.
    case latin1
    /// Latin-1 with printable characters from 0x80 to 0x9f.
    case windows1252 = "windows-1252"

    /// The text as UTF-8 without byte-order mark.
    func decoded(_ bytes: [UInt8], file: String) throws(DatasetError) -> [UInt8] {
        switch self {
        case .utf8:
            let text = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? Array(bytes.dropFirst(3)) : bytes
            try TextEncoding.checkUTF8(text, file: file)
            return text
        case .utf16: return try TextEncoding.fromUTF16(bytes, file: file)
        case .latin1: return Array(String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })).utf8)
        case .windows1252:
            let scalars = bytes.map { byte -> Unicode.Scalar in
                guard (0x80...0x9f).contains(byte) else { return Unicode.Scalar(byte) }
                return Unicode.Scalar(TextEncoding.windows[Int(byte) - 0x80]) ?? Unicode.Scalar(byte)
            }
            return Array(String(String.UnicodeScalarView(scalars)).utf8)
        }
    }

    /// The encoding that a byte-order mark or the bytes themselves suggest.
    static func suggested(by bytes: [UInt8]) -> TextEncoding {
        if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) { return .utf16 }
        if String(validating: bytes, as: UTF8.self) != nil { return .utf8 }
        return bytes.contains { (0x80...0x9f).contains($0) } ? .windows1252 : .latin1
    }

    private static func checkUTF8(_ text: [UInt8], file: String) throws(DatasetError) {
        if text.starts(with: [0xff, 0xfe]) || text.starts(with: [0xfe, 0xff]) {
            throw .file(file, detail: "is UTF-16 text; say encoding: utf-16, or store it as UTF-8")
        }
        guard String(validating: text, as: UTF8.self) == nil else { return }
        let line = text.firstInvalidLine
        throw .line(
            file: file, line: line,
            detail: "is not UTF-8 text; say encoding: \(suggested(by: text).rawValue), or store it as UTF-8")
    }

    private static func fromUTF16(_ bytes: [UInt8], file: String) throws(DatasetError) -> [UInt8] {
        guard bytes.count % 2 == 0 else {
            throw .byte(file: file, offset: bytes.count, detail: "ends within a character of UTF-16")
        }
        let isBigEndian = bytes.starts(with: [0xfe, 0xff])
        let units = stride(from: 0, to: bytes.count, by: 2).map { place -> UInt16 in
            let (first, second) = (UInt16(bytes[place]), UInt16(bytes[place + 1]))
            return isBigEndian ? first << 8 | second : second << 8 | first
        }
        let text = units.first == 0xfeff ? units.dropFirst() : units[...]
        guard let decoded = String(validating: text, as: UTF16.self) else {
            throw .file(file, detail: "is not UTF-16 text")
        }
        return Array(decoded.utf8)
    }

    private static let windows: [UInt32] = [
        0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152,
        0x8d, 0x017d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122,
        0x0161, 0x203a, 0x0153, 0x9d, 0x017e, 0x0178,
    ]
}

extension [UInt8] {
    /// The first line, from 1, that is not UTF-8; the last where every line is.
    fileprivate var firstInvalidLine: Int {
        var line = 0
        for text in split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            line += 1
            if String(validating: text, as: UTF8.self) == nil { break }
        }
        return line
    }
}
