/// Where a field stands in the text of a table, without its quotes.
struct CSVField {
    let start: UInt32
    let end: UInt32
    /// Whether doubled quotes within stand for single ones.
    let hasDoubledQuotes: Bool

    func string(in text: [UInt8]) -> String {
        let raw = text[Int(start)..<Int(end)]
        guard hasDoubledQuotes else { return String(decoding: raw, as: UTF8.self) }
        return String(decoding: raw, as: UTF8.self).replacing("\"\"", with: "\"")
    }
}

/// Cuts the text of a table into rows of fields.
struct CSVParser {
    let text: [UInt8]
    let file: String
    let separator: CSVFormat.Separator
    private var position = 0
    /// The line, from 1, at which the next row begins.
    private(set) var line = 1

    init(text: [UInt8], file: String, separator: CSVFormat.Separator) {
        self.text = text
        self.file = file
        self.separator = separator
    }

    /// The next row; empty at the end.
    mutating func row() throws(DatasetError) -> [CSVField] {
        guard text.count < UInt32.max else { throw .file(file, detail: "is larger than 4 GiB") }
        guard position < text.count, !isBlankToEnd else { return [] }
        var fields: [CSVField] = []
        while true {
            if separator == .space {
                skipBlanks()
                if !fields.isEmpty, endsLine {
                    finishLine()
                    return fields
                }
            }
            fields.append(try field())
            guard position < text.count else { return fields }
            if text[position] == UInt8(ascii: "\n") {
                finishLine()
                return fields
            }
            if separator != .space { position += 1 }
        }
    }

    private var endsLine: Bool {
        position == text.count || text[position] == UInt8(ascii: "\n") || text[position] == UInt8(ascii: "\r")
    }

    private mutating func finishLine() {
        while position < text.count, text[position] != UInt8(ascii: "\n") { position += 1 }
        position += 1
        line += 1
    }

    private mutating func skipBlanks() {
        while position < text.count, text[position] == 32 || text[position] == 9 { position += 1 }
    }

    private var isBlankToEnd: Bool {
        let first = text[position]
        guard first == UInt8(ascii: "\n") || first == UInt8(ascii: "\r") else { return false }
        return text[position...].allSatisfy { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    }

    private func isSeparator(_ byte: UInt8) -> Bool {
        separator == .space ? byte == 32 || byte == 9 : byte == separator.byte
    }

    /// One field; afterwards `position` is at the separator or line feed behind it, or at the end.
    private mutating func field() throws(DatasetError) -> CSVField {
        if separator != .tab { skipBlanks() }
        if position < text.count, text[position] == UInt8(ascii: "\"") { return try quotedField() }
        let start = position
        while position < text.count, !isSeparator(text[position]), text[position] != UInt8(ascii: "\n") {
            position += 1
        }
        var end = position
        while end > start, text[end - 1] == 32 || text[end - 1] == 9 || text[end - 1] == UInt8(ascii: "\r") {
            end -= 1
        }
        return CSVField(start: UInt32(start), end: UInt32(end), hasDoubledQuotes: false)
    }

    private mutating func quotedField() throws(DatasetError) -> CSVField {
        let firstLine = line
        position += 1
        let start = position
        var hasDoubledQuotes = false
        while position < text.count {
            let byte = text[position]
            position += 1
            if byte == UInt8(ascii: "\n") { line += 1 }
            guard byte == UInt8(ascii: "\"") else { continue }
            if position < text.count, text[position] == UInt8(ascii: "\"") {
                hasDoubledQuotes = true
                position += 1
                continue
            }
            let end = position - 1
            if separator != .tab { skipBlanks() }
            if position < text.count, text[position] == UInt8(ascii: "\r") { position += 1 }
            guard
                position == text.count || isSeparator(text[position]) || text[position] == UInt8(ascii: "\n")
                    || separator == .space && position > end + 1
            else { throw .line(file: file, line: line, detail: "text follows a closing quote") }
            return CSVField(start: UInt32(start), end: UInt32(end), hasDoubledQuotes: hasDoubledQuotes)
        }
        throw .line(file: file, line: firstLine, detail: "a quoted field is not closed")
    }
}
