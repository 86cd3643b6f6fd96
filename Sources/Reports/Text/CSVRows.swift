public import Determinism

/// RFC 4180 rows: a header, unknown values empty, numbers that are read back exactly.
public struct CSVRows: Hashable, Sendable {
    /// The keys of the header, in their order.
    public let columns: [String]
    /// One object a row; keys that are not among the columns are left out, those that it lacks are empty.
    public private(set) var rows: [JSONObject]

    /// Rows of which every one has these keys.
    public init(columns: [String], rows: [JSONObject]) {
        self.columns = columns
        self.rows = rows
    }

    /// One row a value, whose coding is an object with the columns among its keys.
    public init<Row: Encodable>(_ columns: [String], of values: [Row]) throws {
        self.init(columns: columns, rows: try CSVRows.objects(values))
    }

    /// One row a value, with the columns that the first row has.
    public init<Row: Encodable>(of values: [Row]) throws {
        let rows = try CSVRows.objects(values)
        self.init(columns: rows.first?.entries.map(\.key) ?? [], rows: rows)
    }

    private static func objects<Row: Encodable>(_ values: [Row]) throws -> [JSONObject] {
        var objects: [JSONObject] = []
        for value in values {
            guard case .object(let object) = try JSONValue(encoding: value) else { continue }
            objects.append(object)
        }
        return objects
    }

    /// Header and rows, each ending with a carriage return and a line feed.
    public var text: String { header + body }

    /// The header alone, for answers that are written page by page.
    public var header: String { columns.map(\.csvEscaped).joined(separator: ",") + "\r\n" }

    /// The rows without their header.
    public var body: String {
        rows.map { row in
            // Most rows have exactly the columns, in their order.
            let values =
                row.entries.count == columns.count && zip(row.entries, columns).allSatisfy { $0.key == $1 }
                ? row.entries.map(\.value) : columns.map { row[$0] ?? .null }
            return values.map(\.csvText.csvEscaped).joined(separator: ",") + "\r\n"
        }.joined()
    }
}

extension JSONValue {
    fileprivate var csvText: String {
        switch self {
        case .text(let text): text
        case .integer(let value): String(value)
        case .number(let value): value.isFinite ? value.description : ""
        case .flag(let value): value ? "true" : "false"
        case .null: ""
        case .list, .object: text
        }
    }
}

extension String {
    fileprivate var csvEscaped: String {
        let special: Set<UInt8> = [
            UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\r"), UInt8(ascii: "\n"),
        ]
        guard utf8.contains(where: special.contains) else { return self }
        return "\"" + replacing("\"", with: "\"\"") + "\""
    }
}
