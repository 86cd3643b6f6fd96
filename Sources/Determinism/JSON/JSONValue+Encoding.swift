extension JSONValue {
    /// Encodes a value: keys in the order in which its `encode(to:)` writes them, optional values that are nil as `null`.
    ///
    /// Whole numbers beyond `Int` and values that write nothing are refused with an `EncodingError`.
    public init(encoding value: some Encodable) throws {
        self = try JSONNode.encoding(value, path: []).value
    }
}

/// A value while it is being encoded.
private final class JSONNode {
    enum Content {
        case nothing
        case single(JSONValue)
        case list([JSONNode])
        case object([(key: String, node: JSONNode)])
    }

    var content: Content = .nothing

    init() {}

    init(_ value: JSONValue) { content = .single(value) }

    static func encoding(_ value: some Encodable, path: [any CodingKey]) throws -> JSONNode {
        // Numbers and texts skip the machinery of containers: they are most of what is encoded.
        if let value = JSONValue(plain: value) { return JSONNode(value) }
        let node = JSONNode()
        try value.encode(to: NodeEncoder(node: node, codingPath: path))
        guard case .nothing = node.content else { return node }
        throw EncodingError.invalidValue(
            value, EncodingError.Context(codingPath: path, debugDescription: "the value writes nothing"))
    }

    var value: JSONValue {
        switch content {
        case .nothing: .null
        case .single(let value): value
        case .list(let nodes): .list(nodes.map(\.value))
        case .object(let entries): .object(JSONObject(entries.map { ($0.key, $0.node.value) }))
        }
    }

    func append(_ node: JSONNode) {
        guard case .list(var nodes) = content else {
            content = .list([node])
            return
        }
        content = .nothing  // the array is not shared while it grows
        nodes.append(node)
        content = .list(nodes)
    }

    func append(_ key: String, _ node: JSONNode) {
        guard case .object(var entries) = content else {
            content = .object([(key, node)])
            return
        }
        content = .nothing  // the array is not shared while it grows
        entries.append((key, node))
        content = .object(entries)
    }

    func beginObject() { if case .nothing = content { content = .object([]) } }
    func beginList() { if case .nothing = content { content = .list([]) } }
}

extension JSONValue {
    /// A value that has no parts; nil for any other, and for whole numbers beyond `Int`.
    fileprivate init?(plain value: Any) {
        switch value {
        case let value as String: self = .text(value)
        case let value as Double: self = .number(value)
        case let value as Int: self = .integer(value)
        case let value as Bool: self = .flag(value)
        case let value as Float: self = .number(Double(value))
        default: return nil
        }
    }

    fileprivate init<Integer: BinaryInteger>(whole value: Integer, path: [any CodingKey]) throws {
        guard let integer = Int(exactly: value) else {
            throw EncodingError.invalidValue(
                value, EncodingError.Context(codingPath: path, debugDescription: "\(value) is too large"))
        }
        self = .integer(integer)
    }
}

private struct NodeEncoder: Encoder {
    let node: JSONNode
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy: Key.Type) -> KeyedEncodingContainer<Key> {
        node.beginObject()
        return KeyedEncodingContainer(ObjectContainer(node: node, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        node.beginList()
        return ListContainer(node: node, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        SingleContainer(node: node, codingPath: codingPath)
    }
}

private struct SingleContainer: SingleValueEncodingContainer {
    let node: JSONNode
    let codingPath: [any CodingKey]

    private func set(_ value: JSONValue) { node.content = .single(value) }

    mutating func encodeNil() { set(.null) }
    mutating func encode(_ value: Bool) { set(.flag(value)) }
    mutating func encode(_ value: String) { set(.text(value)) }
    mutating func encode(_ value: Double) { set(.number(value)) }
    mutating func encode(_ value: Float) { set(.number(Double(value))) }
    mutating func encode(_ value: Int) { set(.integer(value)) }
    mutating func encode(_ value: Int8) { set(.integer(Int(value))) }
    mutating func encode(_ value: Int16) { set(.integer(Int(value))) }
    mutating func encode(_ value: Int32) { set(.integer(Int(value))) }
    mutating func encode(_ value: Int64) throws { set(try JSONValue(whole: value, path: codingPath)) }
    mutating func encode(_ value: UInt) throws { set(try JSONValue(whole: value, path: codingPath)) }
    mutating func encode(_ value: UInt8) { set(.integer(Int(value))) }
    mutating func encode(_ value: UInt16) { set(.integer(Int(value))) }
    mutating func encode(_ value: UInt32) { set(.integer(Int(value))) }
    mutating func encode(_ value: UInt64) throws { set(try JSONValue(whole: value, path: codingPath)) }
    mutating func encode<T: Encodable>(_ value: T) throws {
        node.content = try JSONNode.encoding(value, path: codingPath).content
    }
}

private struct ListContainer: UnkeyedEncodingContainer {
    let node: JSONNode
    let codingPath: [any CodingKey]

    var count: Int { if case .list(let nodes) = node.content { nodes.count } else { 0 } }

    mutating func encodeNil() { node.append(JSONNode(.null)) }

    mutating func encode<T: Encodable>(_ value: T) throws {
        node.append(try JSONNode.encoding(value, path: codingPath))
    }

    mutating func nestedContainer<Key: CodingKey>(keyedBy: Key.Type) -> KeyedEncodingContainer<Key> {
        let inner = NodeEncoder(node: JSONNode(), codingPath: codingPath)
        node.append(inner.node)
        return inner.container(keyedBy: Key.self)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        let inner = NodeEncoder(node: JSONNode(), codingPath: codingPath)
        node.append(inner.node)
        return inner.unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        let inner = NodeEncoder(node: JSONNode(), codingPath: codingPath)
        node.append(inner.node)
        return inner
    }
}

private struct ObjectContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: JSONNode
    let codingPath: [any CodingKey]

    mutating func encodeNil(forKey key: Key) { node.append(key.stringValue, JSONNode(.null)) }

    mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        node.append(key.stringValue, try JSONNode.encoding(value, path: codingPath + [key]))
    }

    private mutating func encode<T: Encodable>(orNull value: T?, _ key: Key) throws {
        if let value { try encode(value, forKey: key) } else { encodeNil(forKey: key) }
    }

    // What the compiler writes for an optional property: a nil stands as `null`, so that every key is always there.
    mutating func encodeIfPresent(_ value: Bool?, forKey key: Key) throws { try encode(orNull: value, key) }
    mutating func encodeIfPresent(_ value: String?, forKey key: Key) throws { try encode(orNull: value, key) }
    mutating func encodeIfPresent(_ value: Double?, forKey key: Key) throws { try encode(orNull: value, key) }
    mutating func encodeIfPresent(_ value: Float?, forKey key: Key) throws { try encode(orNull: value, key) }
    mutating func encodeIfPresent(_ value: Int?, forKey key: Key) throws { try encode(orNull: value, key) }
    mutating func encodeIfPresent(_ value: Int8?, forKey key: Key) throws { try encode(orNull: value, key) }
    mutating func encodeIfPresent(_ value: Int16?, forKey key: Key) throws { try encode(orNull: value, key) }
    mutating func encodeIfPresent(_ value: Int32?, forKey key: Key) throws { try encode(orNull: value, key) }
    mutating func encodeIfPresent(_ value: Int64?, forKey key: Key) throws { try encode(orNull: value, key) }
    mutating func encodeIfPresent(_ value: UInt?, forKey key: Key) throws { try encode(orNull: value, key) }
    mutating func encodeIfPresent(_ value: UInt8?, forKey key: Key) throws { try encode(orNull: value, key) }
    mutating func encodeIfPresent(_ value: UInt16?, forKey key: Key) throws { try encode(orNull: value, key) }
    mutating func encodeIfPresent(_ value: UInt32?, forKey key: Key) throws { try encode(orNull: value, key) }
    mutating func encodeIfPresent(_ value: UInt64?, forKey key: Key) throws { try encode(orNull: value, key) }
    mutating func encodeIfPresent<T: Encodable>(_ value: T?, forKey key: Key) throws {
        try encode(orNull: value, key)
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        let inner = NodeEncoder(node: JSONNode(), codingPath: codingPath + [key])
        node.append(key.stringValue, inner.node)
        return inner.container(keyedBy: Nested.self)
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        let inner = NodeEncoder(node: JSONNode(), codingPath: codingPath + [key])
        node.append(key.stringValue, inner.node)
        return inner.unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        let inner = NodeEncoder(node: JSONNode(), codingPath: codingPath)
        node.append("super", inner.node)
        return inner
    }

    mutating func superEncoder(forKey key: Key) -> any Encoder {
        let inner = NodeEncoder(node: JSONNode(), codingPath: codingPath + [key])
        node.append(key.stringValue, inner.node)
        return inner
    }
}
