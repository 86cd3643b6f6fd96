/// A value as identities are made of: ordered keys, exact numbers, nothing that depends on how a program names its types.
///
/// What is stored under an identity today must be found under it by every later release: encode values, never
/// `String(describing:)`, and give the record of a type that changes its meaning a new version.
public indirect enum Identity: Hashable, Sendable {
    case text(String)
    case integer(Int)
    case number(Double)
    case flag(Bool)
    /// Not given.
    case absent
    case list([Identity])
    case record([Entry])

    /// One named value of a record.
    public struct Entry: Hashable, Sendable {
        /// Name of the value, as stored identities spell it.
        public let key: String
        /// The value.
        public let value: Identity

        /// A value under its name.
        public init(_ key: String, _ value: Identity) {
            self.key = key
            self.value = value
        }
    }

    /// A text, or nothing.
    public static func text(orAbsent text: String?) -> Identity { text.map(Identity.text) ?? .absent }
    /// A number, or nothing.
    public static func number(orAbsent number: Double?) -> Identity { number.map(Identity.number) ?? .absent }
}

extension Identity: ExpressibleByDictionaryLiteral {
    /// A record whose keys keep their order.
    public init(dictionaryLiteral elements: (String, Identity)...) {
        self = .record(elements.map { Entry($0.0, $0.1) })
    }
}

extension Identity {
    /// Adds a value to a record.
    ///
    /// Precondition: it is a record.
    public mutating func append(_ key: String, _ value: Identity) {
        guard case .record(let entries) = self else { preconditionFailure("append to what is no record") }
        self = .record(entries + [Entry(key, value)])
    }

    /// The leaves by their key paths, in order; a list is one leaf.
    public var leaves: [(path: String, text: String)] { leaves(under: "") }

    private func leaves(under path: String) -> [(path: String, text: String)] {
        guard case .record(let entries) = self else { return [(path, exactText)] }
        return entries.flatMap { $0.value.leaves(under: path.isEmpty ? $0.key : "\(path).\($0.key)") }
    }

    /// The value as text from which nothing is lost: numbers round-trip, texts within lists and records are quoted.
    var exactText: String {
        switch self {
        case .text(let text): text
        case .integer(let value): String(value)
        case .number(let value): value.description
        case .flag(let value): value ? "true" : "false"
        case .absent: "null"
        case .list(let items): "[" + items.map(\.quotedText).joined(separator: ", ") + "]"
        case .record(let entries):
            "{" + entries.map { "\($0.key): \($0.value.quotedText)" }.joined(separator: ", ") + "}"
        }
    }

    private var quotedText: String {
        guard case .text(let text) = self else { return exactText }
        return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// SHA-256 over kind, length and content of every value, so that different values never run together.
    public var hash: String {
        var sha = SHA256()
        update(&sha)
        return sha.finish()
    }

    private func update(_ sha: inout SHA256) {
        func add(_ kind: Character, _ text: String) { sha.update("\(kind)\(text.utf8.count):\(text)".utf8) }
        switch self {
        case .text(let text): add("t", text)
        case .integer(let value): add("i", String(value))
        case .number(let value): add("n", String(value.bitPattern, radix: 16))
        case .flag(let value): add("f", value ? "1" : "0")
        case .absent: add("a", "")
        case .list(let items):
            add("l", String(items.count))
            for item in items { item.update(&sha) }
        case .record(let entries):
            add("r", String(entries.count))
            for entry in entries {
                add("k", entry.key)
                entry.value.update(&sha)
            }
        }
    }
}
