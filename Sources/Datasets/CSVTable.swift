/// A table of text (RFC 4180, or ARFF; plain or .gz) whose first line may name the columns.
///
///     let table = try CSVTable(contentsOf: "machines.csv", format: CSVFormat(separator: .semicolon))
///     let torque = try table.numbers("torque")
public struct CSVTable: Sendable {
    /// Path or name that errors carry.
    public let file: String
    /// Names of the columns, as in the file or numbered where it has none.
    public let header: [String]
    /// Rows without the header.
    public let rowCount: Int
    /// How the file is written.
    public let format: CSVFormat
    /// Names of columns whose possible values the file lists, as ARFF files do.
    let nominal: Set<String>
    /// The file as UTF-8.
    private let text: [UInt8]
    private let fields: [CSVField]
    private let lines: [Int32]

    /// Reads a file.
    public init(
        contentsOf path: String, format: CSVFormat = CSVFormat(header: .present)
    ) throws(DatasetError) {
        try self.init(parsing: try SourceFile.read(path), file: path, format: format)
    }

    /// Parses bytes; `file` is the name that errors carry.
    ///
    /// Lines end in LF or CRLF; a field in double quotes may hold separators, line ends and doubled quotes; blanks around other
    /// fields are dropped. Every row has as many fields as the header; empty lines at the end are skipped.
    public init(
        parsing bytes: [UInt8], file: String, format: CSVFormat = CSVFormat(header: .present)
    ) throws(DatasetError) {
        try FileKind.refuseOthers(bytes, file: file)
        let text = try format.encoding.decoded(bytes, file: file)
        try CSVTable.checkCharacters(text, file: file)
        if ARFFTable.isOne(text) {
            let table = try ARFFTable(text, file: file)
            var format = format
            if !format.missing.contains("?") { format.missing.append("?") }
            (format.decimal, format.thousands, format.signs) = (.point, nil, [])
            (self.file, self.format, self.text) = (file, format, table.text)
            (header, nominal, fields, lines) = (table.names, table.nominal, table.fields, table.lines)
            rowCount = lines.count
            try CSVTable.checkNames(header, file: file)
            return
        }
        var parser = CSVParser(text: text, file: file, separator: format.separator)
        var fields = try parser.row()
        let width = fields.count
        guard width > 0 else { throw .file(file, detail: "is empty; expected a header") }
        var lines: [Int32] = [1]
        while true {
            let line = parser.line
            let row = try parser.row()
            guard !row.isEmpty else { break }
            guard row.count == width else {
                guard row.count > 1 || row[0].start < row[0].end else {
                    throw .line(
                        file: file, line: line,
                        detail: "has 1 fields, the header \(width): it is blank; delete the line")
                }
                throw CSVTable.raggedness(row.count, width, text, format, file: file, line: line)
            }
            fields += row
            lines.append(Int32(clamping: line))
        }
        let hasHeader = CSVTable.hasHeader(fields, width: width, rows: lines.count, text, format)
        let names = fields[..<width].map { $0.string(in: text) }
        self.file = file
        self.format = format
        self.text = text
        nominal = []
        header = hasHeader ? names : names.indices.map { "column\($0 + 1)" }
        self.fields = hasHeader ? Array(fields[width...]) : fields
        self.lines = hasHeader ? Array(lines.dropFirst()) : lines
        rowCount = self.lines.count
        try CSVTable.checkNames(header, file: file)
        if width == 1 {
            // A column of texts may hold any character; its own name does not.
            if let suggestion = CSVFormat.suggested(by: text), suggestion.separator != format.separator,
                names[0].utf8.contains(suggestion.separator.byte)
            {
                throw .file(file, detail: "looks separated otherwise; say \(suggestion.keys)")
            }
        }
    }

    /// The text of a field without its quotes; row and column from 0.
    public subscript(row: Int, column: Int) -> String {
        fields[row * header.count + column].string(in: text)
    }

    /// A field as a finite number; nil where it is none.
    public func number(row: Int, column: Int) -> Double? {
        let field = fields[row * header.count + column]
        return NumberText(text[Int(field.start)..<Int(field.end)], as: format).value
    }

    /// Whether a field is one of the texts that stand for a missing value.
    func isMissing(row: Int, column: Int) -> Bool {
        !format.missing.isEmpty && format.missing.contains(self[row, column])
    }

    /// The line of the file, from 1, on which a row begins.
    public func line(ofRow row: Int) -> Int { Int(lines[row]) }

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

    /// A column as finite numbers; nil where a field is empty or stands for a missing value.
    ///
    /// - Parameter isData: whether complaints may name what a data set can say of its columns.
    public func numbers(_ name: String, isData: Bool = true) throws(DatasetError) -> [Double?] {
        let column = try column(name)
        var numbers: [Double?] = []
        numbers.reserveCapacity(rowCount)
        for row in 0..<rowCount {
            if let value = number(row: row, column: column) {
                // A code such as -999 may stand for a missing value.
                numbers.append(isMissing(row: row, column: column) ? nil : value)
                continue
            }
            let text = self[row, column]
            guard text.isEmpty || format.missing.contains(text) else {
                throw .line(
                    file: file, line: line(ofRow: row),
                    detail: "\(name): expected a finite number, got '\(text.prefix(40))'"
                        + (isData ? advice(text) : CSVTable.pointAdvice(text)))
            }
            numbers.append(nil)
        }
        return numbers
    }

    /// What may make a number of a text: the end of a sentence, or nothing.
    private func advice(_ text: String) -> String {
        let grouped = thousandsAdvice(text)
        guard grouped.isEmpty else { return grouped }
        return format.missing.isEmpty
            ? "; does it stand for a missing value (missing: […]) or for a class (task: classification, or categorical)?"
            : ""
    }

    /// What may make a number of a text with a decimal comma: the end of a sentence, or nothing.
    private static func pointAdvice(_ text: String) -> String {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let isDecimal = parts.count == 2 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isWholeNumber) }
        return isDecimal ? "; write '\(parts[0]).\(parts[1])'" : ""
    }
}

extension CSVTable {
    private static func checkNames(_ header: [String], file: String) throws(DatasetError) {
        var known: Set<String> = []
        if let name = header.first(where: { !known.insert($0).inserted }) {
            throw .line(file: file, line: 1, detail: "the column '\(name)' stands twice")
        }
    }

    /// Control characters have no place in a table; a NUL within a number would else pass for part of a text.
    private static func checkCharacters(_ text: [UInt8], file: String) throws(DatasetError) {
        func isControl(_ byte: UInt8) -> Bool {
            byte < 32 && byte != 9 && byte != 10 && byte != 13 || byte == 127
        }
        if let place = text.firstIndex(where: isControl) {
            let line = text[..<place].count { $0 == UInt8(ascii: "\n") } + 1
            let name = text[place] == 0 ? "a NUL byte" : "the control character \(text[place])"
            throw .line(file: file, line: line, detail: "holds \(name); is it a text file?")
        }
        if text.contains(UInt8(ascii: "\r")), !text.contains(UInt8(ascii: "\n")) {
            throw .file(
                file, detail: "ends its lines in carriage returns alone; convert them to line feeds")
        }
    }

    private static func raggedness(
        _ count: Int, _ width: Int, _ text: [UInt8], _ format: CSVFormat, file: String, line: Int
    ) -> DatasetError {
        let suggestion = CSVFormat.suggested(by: text)
        let differs = suggestion.map { $0.separator != format.separator } ?? false
        return .line(
            file: file, line: line,
            detail: "has \(count) fields, the header \(width)"
                + (differs ? "; the file looks separated otherwise: say \(suggestion?.keys ?? "")" : ""))
    }

    /// Whether the first line names columns: none of its fields is a number, or a column of numbers begins with a text.
    private static func hasHeader(
        _ fields: [CSVField], width: Int, rows: Int, _ text: [UInt8], _ format: CSVFormat
    ) -> Bool {
        func isNumber(_ index: Int) -> Bool {
            let field = fields[index]
            return NumberText(text[Int(field.start)..<Int(field.end)], as: format).value != nil
        }
        switch format.header {
        case .present: return true
        case .absent: return false
        case .detected:
            guard (0..<width).contains(where: isNumber) else { return true }
            let looked = min(rows, 101)
            return (0..<width).contains { column in
                looked > 1 && !isNumber(column) && (1..<looked).allSatisfy { isNumber($0 * width + column) }
            }
        }
    }
}
