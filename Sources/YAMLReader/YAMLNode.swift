private import Yams

/// One node of a YAML file; it remembers the file, the line and the path of keys that led to it.
///
/// Reading goes through nodes rather than `Codable` so that every complaint names its line.
public struct YAMLNode: Sendable {
    /// Path or name that errors carry.
    public let file: String
    /// Counted from 1; nil where the parser knows none.
    public let line: Int?
    /// Such as `memory.flash` or `stages[2].width`.
    public let field: String
    private let content: Content

    private indirect enum Content: Sendable {
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        case mapping([(key: String, value: YAMLNode)])
    }

    /// Files larger than this are refused: no profile, space or job comes near it.
    private static let maximumBytes = 4 << 20
    /// Nodes after aliases are expanded.
    private static let maximumNodes = 200_000

    /// Parses the only document of a text; `file` is the name errors carry.
    public init(parsing text: String, file: String) throws(YAMLError) {
        guard text.utf8.count <= YAMLNode.maximumBytes else {
            throw YAMLError(
                file: file, line: nil, field: "", detail: "is too large for a YAML file of this kind")
        }
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw YAMLNode.syntaxError(error, file: file)
        }
        guard let root else {
            throw YAMLError(
                file: file, line: nil, field: "", detail: "is empty; expected a mapping of keys to values")
        }
        var budget = YAMLNode.maximumNodes
        try self.init(root, file: file, field: "", budget: &budget)
    }

    private init(_ node: Node, file: String, field: String, budget: inout Int) throws(YAMLError) {
        self.file = file
        self.line = node.mark?.line
        self.field = field
        budget -= 1
        guard budget > 0 else {
            throw YAMLError(file: file, line: node.mark?.line, field: field, detail: "has too many nodes")
        }
        switch node {
        case .scalar(let scalar):
            content = .scalar(scalar.string, isPlain: scalar.style == .plain || scalar.style == .any)
        case .sequence(let sequence):
            var items: [YAMLNode] = []
            for (index, item) in sequence.enumerated() {
                items.append(try YAMLNode(item, file: file, field: "\(field)[\(index)]", budget: &budget))
            }
            content = .sequence(items)
        case .mapping(let mapping):
            content = .mapping(try YAMLNode.entries(mapping, file: file, field: field, budget: &budget))
        case .alias:
            throw YAMLError(file: file, line: node.mark?.line, field: field, detail: "an alias has no anchor")
        }
    }

    private static func entries(
        _ mapping: Node.Mapping, file: String, field: String, budget: inout Int
    ) throws(YAMLError) -> [(key: String, value: YAMLNode)] {
        var entries: [(key: String, value: YAMLNode)] = []
        var seen: Set<String> = []
        for (key, value) in mapping {
            guard case .scalar(let name) = key else {
                throw YAMLError(
                    file: file, line: key.mark?.line, field: field, detail: "expected a name as key")
            }
            guard seen.insert(name.string).inserted else {
                throw YAMLError(
                    file: file, line: key.mark?.line, field: field,
                    detail: "the key '\(name.string)' stands twice")
            }
            let path = field.isEmpty ? name.string : "\(field).\(name.string)"
            entries.append((name.string, try YAMLNode(value, file: file, field: path, budget: &budget)))
        }
        return entries
    }

    private static func syntaxError(_ error: any Error, file: String) -> YAMLError {
        guard let error = error as? YamlError else {
            return YAMLError(file: file, line: nil, field: "", detail: "is not YAML: \(error)")
        }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return YAMLError(file: file, line: mark.line, field: "", detail: "is not YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let keys = duplicates.map { "'\($0)'" }.joined(separator: ", ")
            return YAMLError(
                file: file, line: context.mark.line, field: "", detail: "a key stands twice: \(keys)")
        case .reader(let problem, _, _, _):
            return YAMLError(file: file, line: nil, field: "", detail: "is not YAML: \(problem)")
        default:
            return YAMLError(file: file, line: nil, field: "", detail: "is not YAML: \(error)")
        }
    }
}

extension YAMLNode {
    /// A complaint about this node.
    public func error(_ detail: String) -> YAMLError {
        YAMLError(file: file, line: line, field: field, detail: detail)
    }

    /// Whether it is a single value.
    public var isScalar: Bool { if case .scalar = content { true } else { false } }
    /// Whether it is a mapping of keys to values.
    public var isMapping: Bool { if case .mapping = content { true } else { false } }
    /// Whether it is a list.
    public var isSequence: Bool { if case .sequence = content { true } else { false } }

    /// The entries in the order of the file.
    public var mapping: [(key: String, value: YAMLNode)] {
        get throws(YAMLError) {
            guard case .mapping(let entries) = content else {
                throw error("expected a mapping of keys to values, got \(summary)")
            }
            return entries
        }
    }

    /// The value of a key, or nil where it is absent or null.
    public func optional(_ key: String) throws(YAMLError) -> YAMLNode? {
        guard let value = try mapping.first(where: { $0.key == key })?.value else { return nil }
        if case .scalar(let text, true) = value.content, ["", "null", "~"].contains(text) { return nil }
        return value
    }

    /// The value of a key that must be there.
    public func required(_ key: String) throws(YAMLError) -> YAMLNode {
        guard let value = try optional(key) else { throw error("lacks the key '\(key)'") }
        return value
    }

    /// Refuses keys that are not in the list, naming the nearest that is.
    public func allow(keys: [String]) throws(YAMLError) {
        for (key, value) in try mapping where !keys.contains(key) {
            let nearest = keys.min { key.editDistance(to: $0) < key.editDistance(to: $1) }
            let hint = nearest.flatMap { key.editDistance(to: $0) <= 3 ? "did you mean '\($0)'?" : nil }
            throw YAMLError(
                file: file, line: value.line, field: field,
                detail: "unknown key '\(key)'; \(hint ?? "known: \(keys.joined(separator: ", "))")")
        }
    }

    /// Refuses a key that is absent here but nearly written so.
    func refuseMisspelling(of key: String) throws(YAMLError) {
        guard let other = try mapping.first(where: { $0.key != key && $0.key.editDistance(to: key) <= 2 })
        else { return }
        throw YAMLError(
            file: file, line: other.value.line, field: field,
            detail: "unknown key '\(other.key)'; did you mean '\(key)'?")
    }

    /// The items of a list; throws where it is none.
    public func list() throws(YAMLError) -> [YAMLNode] {
        guard case .sequence(let items) = content else { throw error("expected a list, got \(summary)") }
        return items
    }

    /// The text of a single value, quoted or not; throws where it is a list or a mapping.
    public func string() throws(YAMLError) -> String {
        guard case .scalar(let text, _) = content else { throw error("expected a text, got \(summary)") }
        return text
    }

    /// An unquoted whole number, with `_` between digits where wanted; throws where it is none.
    public func int() throws(YAMLError) -> Int {
        guard case .scalar(let text, true) = content, let value = Int(text.replacing("_", with: "")) else {
            throw error("expected a whole number, got \(summary)")
        }
        return value
    }

    /// A finite number.
    public func double() throws(YAMLError) -> Double {
        guard case .scalar(let text, true) = content, let value = Double(text.replacing("_", with: "")),
            value.isFinite
        else { throw error("expected a number, got \(summary)") }
        return value
    }

    /// An unquoted `true` or `false`; throws where it is neither.
    public func bool() throws(YAMLError) -> Bool {
        guard case .scalar(let text, true) = content else {
            throw error("expected true or false, got \(summary)")
        }
        switch text {
        case "true": return true
        case "false": return false
        default: throw error("expected true or false, got \(summary)")
        }
    }

    /// The node as a person would call it in a complaint.
    public var summary: String {
        switch content {
        case .scalar(let text, _): "'\(text.prefix(40))'"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}

extension String {
    /// Levenshtein's distance, for suggestions.
    fileprivate func editDistance(to other: String) -> Int {
        let (a, b) = (Array(unicodeScalars.prefix(64)), Array(other.unicodeScalars.prefix(64)))
        var row = Array(0...b.count)
        for i in a.indices {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let next = a[i] == b[j] ? diagonal : 1 + Swift.min(diagonal, row[j], row[j + 1])
                (diagonal, row[j + 1]) = (row[j + 1], next)
            }
        }
        return row[b.count]
    }
}
