import ModelGraph
import Quantities
import YAMLReader

extension YAMLNode {
    /// A number inside a range.
    func double(in range: ClosedRange<Double>) throws(YAMLError) -> Double {
        let value = try double()
        guard range.contains(value) else {
            throw error("expected a number from \(range.lowerBound) to \(range.upperBound), got \(value)")
        }
        return value
    }

    /// A whole number inside a range.
    func int(in range: ClosedRange<Int>) throws(YAMLError) -> Int {
        let value = try int()
        guard range.contains(value) else {
            throw error(
                "expected a whole number from \(range.lowerBound) to \(range.upperBound), got \(value)")
        }
        return value
    }

    /// A count of bytes: a whole number, or a number with the suffix KiB, MiB or GiB.
    func bytes() throws(YAMLError) -> Int {
        let text = try string()
        guard let bytes = Unit.byteCount(parsing: text) else {
            throw error("expected bytes such as 4096, 64KiB or 2MiB, got '\(text.prefix(40))'")
        }
        return bytes
    }

    /// One of the cases of a closed set, by its raw value.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(_: Choice.Type) throws(YAMLError) -> Choice {
        let text = try string()
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw error("expected one of \(known), got '\(text.prefix(40))'")
        }
        return choice
    }

    /// The data type that a key of the enclosing mapping names.
    func dataType(named key: String) throws(YAMLError) -> DataType {
        guard let type = DataType(rawValue: key) else {
            let known = DataType.allCases.map(\.rawValue).joined(separator: ", ")
            throw error("'\(key.prefix(40))' is not a data type; known: \(known)")
        }
        return type
    }

    /// A device's name: lower-case letters, digits and hyphens.
    func name() throws(YAMLError) -> String {
        let node = try required("name")
        let text = try node.string()
        let isName = text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
        guard isName, !text.isEmpty, text.utf8.count <= 64 else {
            throw node.error("expected lower-case letters, digits and hyphens, got '\(text.prefix(40))'")
        }
        return text
    }

    /// What a support rule says.
    func treatment() throws(YAMLError) -> SupportProfile.Treatment {
        let text = try string()
        switch text {
        case "native": return .native
        case "fallback": return .fallback
        case "unsupported": return .unsupported
        default:
            guard text.hasPrefix("as "), let type = DataType(rawValue: String(text.dropFirst(3))) else {
                throw error("expected native, fallback, unsupported or 'as TYPE', got '\(text.prefix(40))'")
            }
            return .converted(type)
        }
    }

    /// Every number (or count of bytes) below this node.
    func figures() throws(YAMLError) -> [YAMLNode] {
        if isScalar {
            let text = try string()
            let isNumber = Double(text) != nil || text.hasSuffix("iB") && text.first?.isNumber == true
            return isNumber ? [self] : []
        }
        var found: [YAMLNode] = []
        if isSequence {
            for item in try list() { found += try item.figures() }
        } else {
            for (key, value) in try mapping where key != "version" { found += try value.figures() }
        }
        return found
    }

    /// The node that a dotted path leads to.
    func node(at path: String) throws(YAMLError) -> YAMLNode? {
        var node = self
        for key in path.split(separator: ".") {
            guard node.isMapping, let next = try node.optional(String(key)) else { return nil }
            node = next
        }
        return node
    }
}
