extension String {
    /// The text with control characters as escapes, such as `\n` and `\u{1b}`, so that text from files and databases can
    /// neither move the cursor nor pretend to be another line.
    ///
    /// Escaped are the controls of ASCII and of Latin-1, line and paragraph separators, and what turns the direction of
    /// writing.
    public var printable: String { escaped { $0.isControl } }

    /// The same for text of several lines: line feeds stay.
    public var printableLines: String { escaped { $0.isControl && $0 != "\n" } }

    private func escaped(_ isEscaped: (Unicode.Scalar) -> Bool) -> String {
        guard unicodeScalars.contains(where: isEscaped) else { return self }
        return unicodeScalars.reduce(into: "") { text, scalar in
            if isEscaped(scalar) { text += scalar.escape } else { text.unicodeScalars.append(scalar) }
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool {
        switch value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    fileprivate var escape: String {
        switch self {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: "\\u{\(String(value, radix: 16))}"
        }
    }
}
