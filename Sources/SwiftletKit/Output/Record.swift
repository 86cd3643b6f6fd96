/// One value of a result, as scripts read it.
public enum Field: Hashable, Sendable {
    case text(String)
    case integer(Int)
    case number(Double)
    case flag(Bool)
    /// Unknown: `null` in JSON, empty in CSV, `–` in tables.
    case unknown
    case list([Field])
    case record(Record)

    /// A text, or unknown.
    public static func text(orUnknown text: String?) -> Field { text.map(Field.text) ?? .unknown }
    /// A whole number, or unknown.
    public static func integer(orUnknown integer: Int?) -> Field { integer.map(Field.integer) ?? .unknown }
    /// A number, or unknown; infinities and NaN are unknown too.
    public static func number(orUnknown number: Double?) -> Field {
        number.flatMap { $0.isFinite ? Field.number($0) : nil } ?? .unknown
    }
    /// A record, or unknown.
    public static func record(orUnknown record: Record?) -> Field { record.map(Field.record) ?? .unknown }
}

/// An ordered list of named values: one object in JSON, one row in CSV and in tables.
public struct Record: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    public struct Entry: Hashable, Sendable {
        public let key: String
        public let value: Field
    }
    public private(set) var entries: [Entry]

    public init(_ entries: [(String, Field)] = []) {
        self.entries = entries.map { Entry(key: $0.0, value: $0.1) }
    }
    public init(dictionaryLiteral elements: (String, Field)...) { self.init(elements) }

    public subscript(key: String) -> Field? { entries.first { $0.key == key }?.value }

    public mutating func append(_ key: String, _ value: Field) {
        entries.append(Entry(key: key, value: value))
    }
}
