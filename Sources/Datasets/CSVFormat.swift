/// How a table is written.
public struct CSVFormat: Hashable, Sendable {
    /// What stands between two fields.
    public var separator: Separator
    /// What stands before the decimals of a number.
    public var decimal: DecimalMark
    /// What stands between groups of three digits; nil where digits are not grouped.
    public var thousands: ThousandsMark?
    /// What may stand before or behind a number and says nothing of it, such as `$`, `%` or `kg`.
    public var signs: [String] = []
    /// How bytes become text.
    public var encoding: TextEncoding
    /// Whether the first line names the columns.
    public var header: Header
    /// Texts that stand for a missing value; an empty field only where the empty text is among them.
    public var missing: [String]

    /// A format; comma, point, UTF-8 and a header found by looking unless stated otherwise.
    public init(
        separator: Separator = .comma, decimal: DecimalMark = .point, thousands: ThousandsMark? = nil,
        encoding: TextEncoding = .utf8, header: Header = .detected, missing: [String] = []
    ) {
        self.separator = separator
        self.decimal = decimal
        self.thousands = thousands
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

        var byte: UInt8 { UInt8(ascii: self == .point ? "." : ",") }
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
        if hasDecimalCommas(text, best.format) { best.format.decimal = .comma }
        return best.format
    }

    /// The keys of a job file that say how a format differs from the default; empty where it does not.
    var keys: String {
        var keys: [String] = []
        if separator != .comma { keys.append("separator: '\(separator.rawValue)'") }
        if decimal != .point { keys.append("decimal: '\(decimal.rawValue)'") }
        if let thousands { keys.append("thousands: \(thousands.key)") }
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

    /// Whether the first rows write numbers such as `3,7` rather than such as `3.7`.
    ///
    /// `1,234` may be either; where nothing tells, it is a fraction unless commas separate the fields too.
    private static func hasDecimalCommas(_ text: [UInt8], _ format: CSVFormat) -> Bool {
        var parser = CSVParser(text: Array(text.prefix(1 << 16)), file: "", separator: format.separator)
        var (commas, points, either) = (0, 0, 0)
        for _ in 0..<50 {
            guard let row = try? parser.row(), !row.isEmpty else { break }
            for field in row {
                let slice = parser.text[Int(field.start)..<Int(field.end)]
                guard slice.contains(UInt8(ascii: ",")) || slice.contains(UInt8(ascii: ".")) else { continue }
                let readings = [DecimalMark.comma, .point].map { decimal in
                    ThousandsMark.allCases.contains {
                        $0.byte != decimal.byte
                            && NumberText(slice, decimal: decimal, thousands: $0).value != nil
                    }
                }
                if readings == [true, false] { commas += 1 }
                if readings == [false, true] { points += 1 }
                if readings == [true, true] { either += slice.contains(UInt8(ascii: ",")) ? 1 : -1 }
            }
        }
        if commas != points { return commas > points }
        return format.separator != .comma && either > 0
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
