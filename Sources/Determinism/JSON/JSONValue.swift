/// A JSON value whose objects keep the order of their keys, so that equal values give equal bytes.
public enum JSONValue: Hashable, Sendable {
    case null
    case flag(Bool)
    case integer(Int)
    /// Infinities and NaN are written as `null`.
    case number(Double)
    case text(String)
    case list([JSONValue])
    case object(JSONObject)
}

/// Named values in their order; a key is expected once.
public struct JSONObject: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    /// One key and its value.
    public struct Entry: Hashable, Sendable {
        /// The key.
        public let key: String
        /// What it stands for.
        public let value: JSONValue
    }

    /// In the order in which they are written.
    public private(set) var entries: [Entry]

    /// An object with these keys, in this order.
    public init(_ entries: [(String, JSONValue)] = []) {
        self.entries = entries.map { Entry(key: $0.0, value: $0.1) }
    }

    /// An object with these keys, in this order.
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }

    /// The value of a key; nil where there is none.
    public subscript(key: String) -> JSONValue? { entries.first { $0.key == key }?.value }

    /// Adds a key behind the others.
    public mutating func append(_ key: String, _ value: JSONValue) {
        entries.append(Entry(key: key, value: value))
    }
}
