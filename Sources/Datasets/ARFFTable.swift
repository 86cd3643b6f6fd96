/// A table in the attribute-relation format (ARFF) of Weka and OpenML: lines `@attribute NAME TYPE`, then `@data` and a row a line.
///
/// Types are numeric, real, integer, string, date and lists of texts in braces. Names and texts may stand in single or double
/// quotes, where a backslash stands before a quote; `%` begins a line of comment; `?` is a missing value.
struct ARFFTable {
    /// Names of the columns.
    private(set) var names: [String] = []
    /// Names of columns whose values are listed.
    private(set) var nominal: Set<String> = []
    /// The cells of all rows, one after another.
    private(set) var text: [UInt8] = []
    private(set) var fields: [CSVField] = []
    /// Of each row the line, from 1.
    private(set) var lines: [Int32] = []

    private static let missing = Array("?".utf8)

    private let file: String
    /// Of each column the texts that it may hold; nil where it may hold any.
    private var values: [Set<[UInt8]>?] = []

    /// Whether the first line that is neither empty nor a comment begins with `@relation` or `@attribute`.
    static func isOne(_ text: [UInt8]) -> Bool {
        var rest = text[...]
        while let first = rest.first {
            if first == UInt8(ascii: "%") {
                rest = rest.drop { $0 != UInt8(ascii: "\n") }
            } else if first <= 32 {
                rest = rest.dropFirst()
            } else {
                let word = String(decoding: rest.prefix(10), as: UTF8.self).lowercased()
                return word.hasPrefix("@relation") || word == "@attribute"
            }
        }
        return false
    }

    /// - Parameter source: UTF-8.
    init(_ source: [UInt8], file: String) throws(DatasetError) {
        self.file = file
        guard source.count < UInt32.max else { throw .file(file, detail: "is larger than 4 GiB") }
        text.reserveCapacity(source.count)
        var isData = false
        var start = 0
        var line = 0
        while start < source.count {
            let end = source[start...].firstIndex(of: UInt8(ascii: "\n")) ?? source.count
            line += 1
            var scanner = ARFFScanner(source[start..<end])
            start = end + 1
            guard let first = scanner.next, first != UInt8(ascii: "%") else { continue }
            if isData {
                try readRow(&scanner, line)
            } else {
                isData = try readDeclaration(&scanner, line)
            }
        }
        guard isData else { throw .file(file, detail: "has no @data line") }
    }

    /// Whether rows follow.
    private mutating func readDeclaration(
        _ scanner: inout ARFFScanner, _ line: Int
    ) throws(DatasetError) -> Bool {
        let keyword = scanner.word(until: []).map { String(decoding: $0, as: UTF8.self).lowercased() }
        switch keyword {
        case "@relation": return false
        case "@data":
            guard !names.isEmpty else {
                throw .line(file: file, line: line, detail: "no @attribute stands before @data")
            }
            return true
        case "@attribute":
            guard let name = scanner.word(until: [UInt8(ascii: "{")]), !name.isEmpty else {
                throw .line(
                    file: file, line: line, detail: "@attribute has no name, or a quote is not closed")
            }
            names.append(String(decoding: name, as: UTF8.self))
            let listed = try listedValues(&scanner, line)
            if listed != nil { nominal.insert(names[names.count - 1]) }
            values.append(listed)
            return false
        default:
            throw .line(
                file: file, line: line,
                detail: "expected @attribute or @data, got '\((keyword ?? "").prefix(40))'")
        }
    }

    /// Nil for a type whose values are not listed.
    private func listedValues(_ scanner: inout ARFFScanner, _ line: Int) throws(DatasetError) -> Set<[UInt8]>?
    {
        guard scanner.next == UInt8(ascii: "{") else {
            let type = scanner.word(until: []).map { String(decoding: $0, as: UTF8.self).lowercased() } ?? ""
            guard ["numeric", "real", "integer", "string", "date"].contains(type) else {
                throw .line(
                    file: file, line: line,
                    detail:
                        "'\(type.prefix(40))' is no type that is read (numeric, real, integer, string, date, {…})"
                )
            }
            return nil
        }
        var listed: Set<[UInt8]> = []
        while scanner.next != UInt8(ascii: "}") {
            scanner.skip()
            guard let value = scanner.cell(until: [UInt8(ascii: ","), UInt8(ascii: "}")]), scanner.next != nil
            else {
                throw .line(file: file, line: line, detail: "the list of values is not closed by '}'")
            }
            listed.insert(value)
        }
        return listed
    }

    private mutating func readRow(_ scanner: inout ARFFScanner, _ line: Int) throws(DatasetError) {
        guard scanner.next != UInt8(ascii: "{") else {
            throw .line(
                file: file, line: line, detail: "is a row of sparse ARFF ({index value, …}); store full rows")
        }
        var column = 0
        while true {
            guard let cell = scanner.cell(until: [UInt8(ascii: ",")]) else {
                throw .line(file: file, line: line, detail: "a quote is not closed")
            }
            if column < names.count, let listed = values[column], cell != ARFFTable.missing,
                !listed.contains(cell)
            {
                throw .line(
                    file: file, line: line,
                    detail:
                        "'\(String(decoding: cell.prefix(40), as: UTF8.self))' is none of the values of '\(names[column])'"
                )
            }
            let start = UInt32(text.count)
            text += cell
            fields.append(CSVField(start: start, end: UInt32(text.count), hasDoubledQuotes: false))
            column += 1
            guard scanner.next != nil else { break }
            scanner.skip()
        }
        guard column == names.count else {
            throw .line(file: file, line: line, detail: "has \(column) values for \(names.count) attributes")
        }
        lines.append(Int32(clamping: line))
    }
}

/// Cuts one line of an ARFF file into words.
private struct ARFFScanner {
    private var rest: ArraySlice<UInt8>

    init(_ line: ArraySlice<UInt8>) { rest = line }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 13 }

    /// The next byte that is no blank; nil at the end.
    var next: UInt8? {
        mutating get {
            rest = rest.drop(while: ARFFScanner.isBlank)
            return rest.first
        }
    }

    /// Leaves out the next byte.
    mutating func skip() { if !rest.isEmpty { rest = rest.dropFirst() } }

    /// A word up to a blank or one of these bytes; nil where a quote is not closed.
    mutating func word(until ends: [UInt8]) -> [UInt8]? {
        if next == UInt8(ascii: "'") || next == UInt8(ascii: "\"") { return quoted() }
        let word = rest.prefix { !ARFFScanner.isBlank($0) && !ends.contains($0) }
        rest = rest[word.endIndex...]
        return Array(word)
    }

    /// What stands before one of these bytes, without blanks around it; nil where a quote is not closed, or more follows it.
    mutating func cell(until ends: [UInt8]) -> [UInt8]? {
        if next == UInt8(ascii: "'") || next == UInt8(ascii: "\"") {
            guard let text = quoted() else { return nil }
            return next.map(ends.contains) ?? true ? text : nil
        }
        let cell = rest.prefix { !ends.contains($0) }
        rest = rest[cell.endIndex...]
        let length = cell.lastIndex { !ARFFScanner.isBlank($0) }.map { $0 + 1 - cell.startIndex } ?? 0
        return Array(cell.prefix(length))
    }

    private mutating func quoted() -> [UInt8]? {
        guard let quote = rest.first else { return nil }
        skip()
        var text: [UInt8] = []
        while let byte = rest.first {
            skip()
            if byte == quote { return text }
            guard byte == UInt8(ascii: "\\"), let escaped = rest.first else {
                text.append(byte)
                continue
            }
            text.append(escaped)
            skip()
        }
        return nil
    }
}
