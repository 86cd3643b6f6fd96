/// How a table is written.
public struct CSVFormat: Hashable, Sendable {
    /// What stands between two fields.
    public var separator: Separator
    /// What stands before the decimals of a number.
    public var decimal: DecimalMark
    /// How bytes become text.
    public var encoding: TextEncoding
    /// Whether the first line names the columns.
    public var header: Header
    /// Texts that stand for a missing value; an empty field only where the empty text is among them.
    public var missing: [String]

    /// A format; comma, point, UTF-8 and a header found by looking unless stated otherwise.
    public init(
        separator: Separator = .comma, decimal: DecimalMark = .point, encoding: TextEncoding = .utf8,
        header: Header = .detected, missing: [String] = []
    ) {
        self.separator = separator
        self.decimal = decimal
        self.encoding = encoding
        self.header = header
        self.missing = missing
    }

    /// What stands between two fields; the raw value is the name in job files.
    public enum Separator: String, Hashable, Sendable, CaseIterable {
        case comma = ","
        case semicolon = ";"
        case tab
        case bar = "|"
        /// Any number of blanks; blanks at both ends of a line count for nothing.
        case space

        var byte: UInt8 {
            switch self {
            case .comma: UInt8(ascii: ",")
            case .semicolon: UInt8(ascii: ";")
            case .tab: UInt8(ascii: "\t")
            case .bar: UInt8(ascii: "|")
            case .space: UInt8(ascii: " ")
            }
        }
    }

    /// What stands before the fraction of a number.
    public enum DecimalMark: String, Hashable, Sendable, CaseIterable {
        case point = "."
        case comma = ","
    }

    /// Whether the first line names the columns.
    public enum Header: String, Hashable, Sendable, CaseIterable {
        case present = "true"
        /// Columns are called `column1`, `column2` and so on.
        case absent = "false"
        /// It does unless a field of it is a number like those below.
        case detected
    }
}

extension CSVFormat {
    /// The format that the first lines of a file suggest, with UTF-8 text.
    ///
    /// The separator is the one that cuts most of the first lines into the same number of fields, at least two; nil where none
    /// does.
    static func suggested(by text: [UInt8]) -> CSVFormat? {
        let lines = firstLines(of: text)
        var best = (format: CSVFormat(), score: 0)
        for separator in [Separator.comma, .semicolon, .tab, .bar, .space] {
            let counts = lines.map { fieldCount(of: $0, separator) }
            guard let usual = counts.mostFrequent, usual > 1 else { continue }
            let score = counts.count { $0 == usual } * 100 + (separator == .space ? 0 : min(usual, 50))
            if score > best.score {
                best = (CSVFormat(separator: separator), score)
            }
        }
        guard best.score > 0 else { return nil }
        if best.format.separator != .comma, hasDecimalCommas(lines, best.format.separator) {
            best.format.decimal = .comma
        }
        return best.format
    }

    /// The keys of a job file that say how a format differs from the default; empty where it does not.
    var keys: String {
        var keys: [String] = []
        if separator != .comma { keys.append("separator: '\(separator.rawValue)'") }
        if decimal != .point { keys.append("decimal: '\(decimal.rawValue)'") }
        if encoding != .utf8 { keys.append("encoding: \(encoding.rawValue)") }
        return keys.joined(separator: ", ")
    }

    private static func firstLines(of text: [UInt8]) -> [ArraySlice<UInt8>] {
        text.prefix(1 << 16).split(separator: UInt8(ascii: "\n"), maxSplits: 50)
            .prefix(50).map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
    }

    /// Fields of one line; separators within double quotes do not count.
    private static func fieldCount(of line: ArraySlice<UInt8>, _ separator: Separator) -> Int {
        if separator == .space {
            return line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.count
        }
        var (count, isQuoted) = (1, false)
        for byte in line {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if byte == separator.byte, !isQuoted { count += 1 }
        }
        return count
    }

    private static func hasDecimalCommas(_ lines: [ArraySlice<UInt8>], _ separator: Separator) -> Bool {
        let fields = lines.dropFirst().flatMap { $0.split(separator: separator.byte) }
        let commas = fields.count {
            NumberText($0.trimmedOfBlanks, decimal: .comma).value != nil && $0.contains(UInt8(ascii: ","))
        }
        let points = fields.count {
            NumberText($0.trimmedOfBlanks, decimal: .point).value != nil && $0.contains(UInt8(ascii: "."))
        }
        return commas > points
    }
}

extension [Int] {
    /// The value that stands most often; the first of equals.
    fileprivate var mostFrequent: Int? {
        var counts: [Int: Int] = [:]
        for value in self { counts[value, default: 0] += 1 }
        return self.max {
            (counts[$0] ?? 0, -(firstIndex(of: $0) ?? 0)) < (counts[$1] ?? 0, -(firstIndex(of: $1) ?? 0))
        }
    }
}

extension ArraySlice<UInt8> {
    /// Without spaces and tabs at both ends.
    var trimmedOfBlanks: ArraySlice<UInt8> {
        var slice = self
        while let first = slice.first, first == 32 || first == 9 { slice = slice.dropFirst() }
        while let last = slice.last, last == 32 || last == 9 { slice = slice.dropLast() }
        return slice
    }
}
