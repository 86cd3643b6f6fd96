extension JSONValue: Codable {
    /// Encodes the value as it is; objects keep their order where the encoder keeps that of its calls.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .flag(let value): try value.encode(to: encoder)
        case .integer(let value): try value.encode(to: encoder)
        case .number(let value): try value.encode(to: encoder)
        case .text(let value): try value.encode(to: encoder)
        case .list(let items): try items.encode(to: encoder)
        case .object(let object):
            var container = encoder.container(keyedBy: JSONKey.self)
            for entry in object.entries {
                try container.encode(entry.value, forKey: JSONKey(stringValue: entry.key))
            }
        }
    }

    /// Decodes any value; the keys of objects by name, as decoders do not tell their order.
    public init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: JSONKey.self) {
            let keys = container.allKeys.sorted { $0.stringValue < $1.stringValue }
            self = .object(
                JSONObject(
                    try keys.map { ($0.stringValue, try container.decode(JSONValue.self, forKey: $0)) }))
        } else if let items = try? [JSONValue](from: decoder) {
            self = .list(items)
        } else {
            self = try JSONValue(leaf: decoder.singleValueContainer())
        }
    }

    private init(leaf: any SingleValueDecodingContainer) throws {
        if leaf.decodeNil() {
            self = .null
        } else if let value = try? leaf.decode(Bool.self) {
            self = .flag(value)
        } else if let value = try? leaf.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? leaf.decode(Double.self) {
            self = .number(value)
        } else {
            self = .text(try leaf.decode(String.self))
        }
    }
}

private struct JSONKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
