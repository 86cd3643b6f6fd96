/// A CSV file (RFC 4180; plain or .gz) with a header, kept as text.
public struct CSVTable: Sendable {
    public let file: String
    public let header: [String]
    public let rowCount: Int
    private let cells: [String]
    private let lines: [Int]

    /// Whether the first line names the columns.
    public enum Header: Hashable, Sendable {
        case present
        /// It does unless all of its fields are numbers; then columns are called `column1`, `column2` and so on.
        case detected
    }

    /// Reads a file.
    public init(contentsOf path: String, header: Header = .present) throws(DatasetError) {
        try self.init(parsing: try SourceFile.read(path), file: path, header: header)
    }

    /// Parses bytes; `file` is the name that errors carry.
    ///
    /// Lines end in LF or CRLF; a field in double quotes may hold commas, line ends and doubled quotes. Every row has as many
    /// fields as the header; empty lines at the end are skipped.
    public init(parsing bytes: [UInt8], file: String, header kind: Header = .present) throws(DatasetError) {
        var parser = CSVParser(
            bytes: bytes.starts(with: [0xef, 0xbb, 0xbf]) ? Array(bytes.dropFirst(3)) : bytes)
        guard var header = try parser.row(file: file) else {
            throw .file(file, detail: "is empty; expected a header")
        }
        var cells: [String] = []
        var lines: [Int] = []
        if kind == .detected, header.allSatisfy({ Double($0) != nil }) {
            cells = header
            lines = [1]
            header = header.indices.map { "column\($0 + 1)" }
        }
        while true {
            let line = parser.line
            guard let row = try parser.row(file: file) else { break }
            guard row.count == header.count else {
                throw .line(
                    file: file, line: line, detail: "has \(row.count) fields, the header \(header.count)")
            }
            cells += row
            lines.append(line)
        }
        self.file = file
        self.header = header
        self.cells = cells
        self.lines = lines
        rowCount = lines.count
        if let index = header.indices.first(where: { header[..<$0].contains(header[$0]) }) {
            throw .line(file: file, line: 1, detail: "the column '\(header[index])' stands twice")
        }
    }

    public subscript(row: Int, column: Int) -> String { cells[row * header.count + column] }

    /// The line of the file, from 1, on which a row begins.
    public func line(ofRow row: Int) -> Int { lines[row] }

    /// The index of a column.
    public func column(_ name: String) throws(DatasetError) -> Int {
        guard let index = header.firstIndex(of: name) else {
            throw .line(
                file: file, line: 1,
                detail: "has no column '\(name)'; it has \(header.joined(separator: ", "))")
        }
        return index
    }

    /// A column as texts.
    public func texts(_ name: String) throws(DatasetError) -> [String] {
        let column = try column(name)
        return (0..<rowCount).map { self[$0, column] }
    }

    /// A column as finite numbers; nil where a field is empty.
    public func numbers(_ name: String) throws(DatasetError) -> [Double?] {
        let column = try column(name)
        var numbers: [Double?] = []
        numbers.reserveCapacity(rowCount)
        for row in 0..<rowCount {
            let text = self[row, column]
            guard !text.isEmpty else {
                numbers.append(nil)
                continue
            }
            guard let value = Double(text), value.isFinite else {
                throw .line(
                    file: file, line: lines[row],
                    detail: "\(name): expected a finite number, got '\(text.prefix(40))'")
            }
            numbers.append(value)
        }
        return numbers
    }
}

/// Cuts bytes into rows of fields.
private struct CSVParser {
    let bytes: [UInt8]
    private var position = 0
    private(set) var line = 1

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// The next row, or nil at the end.
    mutating func row(file: String) throws(DatasetError) -> [String]? {
        guard position < bytes.count, !isBlankToEnd else { return nil }
        var fields: [String] = []
        while true {
            fields.append(try field(file: file))
            guard position < bytes.count else { return fields }
            let separator = bytes[position]
            position += 1
            if separator == UInt8(ascii: ",") { continue }
            line += 1
            return fields
        }
    }

    private var isBlankToEnd: Bool {
        let first = bytes[position]
        guard first == UInt8(ascii: "\n") || first == UInt8(ascii: "\r") else { return false }
        return bytes[position...].allSatisfy { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    }

    /// One field; afterwards `position` is at the comma or line feed behind it, or at the end.
    private mutating func field(file: String) throws(DatasetError) -> String {
        if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
            return try quotedField(file: file)
        }
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: ","),
            bytes[position] != UInt8(ascii: "\n")
        {
            position += 1
        }
        var end = position
        let endsLine = position == bytes.count || bytes[position] == UInt8(ascii: "\n")
        if endsLine, end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    private mutating func quotedField(file: String) throws(DatasetError) -> String {
        let firstLine = line
        var text: [UInt8] = []
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte != UInt8(ascii: "\"") {
                if byte == UInt8(ascii: "\n") { line += 1 }
                text.append(byte)
            } else if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
                text.append(byte)
                position += 1
            } else {
                if position < bytes.count, bytes[position] == UInt8(ascii: "\r") { position += 1 }
                guard
                    position == bytes.count || bytes[position] == UInt8(ascii: ",")
                        || bytes[position] == UInt8(ascii: "\n")
                else { throw .line(file: file, line: line, detail: "text follows a closing quote") }
                return String(decoding: text, as: UTF8.self)
            }
        }
        throw .line(file: file, line: firstLine, detail: "a quoted field is not closed")
    }
}
