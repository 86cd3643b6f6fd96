extension JSONValue {
    /// The value as text: keys in their order, numbers that are read back exactly, two spaces of indentation.
    public var text: String {
        var text = ""
        write(to: &text, indent: 0)
        return text
    }

    /// The value as text on one line, without blanks.
    public var compactText: String {
        var text = ""
        writeCompact(to: &text)
        return text
    }

    private func writeCompact(to text: inout String) {
        switch self {
        case .null, .flag, .integer, .number, .text: write(to: &text, indent: 0)
        case .list(let items):
            text += "["
            for (index, item) in items.enumerated() {
                if index > 0 { text += "," }
                item.writeCompact(to: &text)
            }
            text += "]"
        case .object(let object):
            text += "{"
            for (index, entry) in object.entries.enumerated() {
                if index > 0 { text += "," }
                JSONValue.writeQuoted(entry.key, to: &text)
                text += ":"
                entry.value.writeCompact(to: &text)
            }
            text += "}"
        }
    }

    private func write(to text: inout String, indent: Int) {
        switch self {
        case .null: text += "null"
        case .flag(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .number(let value): text += value.isFinite ? value.description : "null"
        case .text(let value): JSONValue.writeQuoted(value, to: &text)
        case .list(let items):
            JSONValue.write(items, between: ("[", "]"), to: &text, indent: indent) { item, text in
                item.write(to: &text, indent: indent + 1)
            }
        case .object(let object):
            JSONValue.write(object.entries, between: ("{", "}"), to: &text, indent: indent) { entry, text in
                JSONValue.writeQuoted(entry.key, to: &text)
                text += ": "
                entry.value.write(to: &text, indent: indent + 1)
            }
        }
    }

    /// One element a line.
    private static func write<Element>(
        _ elements: [Element], between ends: (open: String, close: String), to text: inout String,
        indent: Int,
        element write: (Element, inout String) -> Void
    ) {
        text += ends.open
        guard !elements.isEmpty else {
            text += ends.close
            return
        }
        for (index, element) in elements.enumerated() {
            text += index == 0 ? "\n" : ",\n"
            text += String(repeating: "  ", count: indent + 1)
            write(element, &text)
        }
        text += "\n" + String(repeating: "  ", count: indent) + ends.close
    }

    private static func writeQuoted(_ value: String, to text: inout String) {
        text += "\""
        if value.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            text += value
            text += "\""
            return
        }
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
