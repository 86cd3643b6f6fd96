import YAMLReader

/// The values that one attribute may take, and the dimension that chooses among them.
struct Choice<Value: Hashable & Sendable>: Hashable, Sendable {
    /// What stands before the option in an encoded text, such as `k` in `k3`.
    let code: String
    let values: [Value]
    /// The values as encoded, without the code.
    let texts: [String]
    /// Nil where there is only one value.
    let dimension: Int?

    func value(in genotype: Genotype) -> Value { values[dimension.map { genotype[$0] } ?? 0] }

    /// The encoded option, or nil where there is nothing to choose.
    func token(in genotype: Genotype) -> String? { dimension.map { code + texts[genotype[$0]] } }

    /// Sets the choice that a token names; false where the token belongs to another attribute.
    func read(_ token: some StringProtocol, into genotype: inout Genotype) -> Bool {
        guard let dimension, let option = texts.firstIndex(where: { code + $0 == token }) else {
            return false
        }
        genotype[dimension] = option
        return true
    }
}

/// Reads the choices of a space's file and lists the dimensions they open.
struct ChoiceReader {
    private(set) var dimensions: [Dimension] = []

    /// One value or a list of values; `fallback` where the key is absent.
    mutating func choice<Value>(
        _ key: String, of node: YAMLNode, named path: String, code: String = "",
        when conditions: [Dimension.Condition] = [],
        default fallback: Value? = nil,
        _ parse: (YAMLNode) throws(YAMLError) -> Value
    ) throws(YAMLError) -> Choice<Value> {
        let found =
            fallback == nil ? try node.required(key) : try node.optional(key)
        guard let found else {
            return Choice(code: code, values: fallback.map { [$0] } ?? [], texts: [""], dimension: nil)
        }
        let items = found.isSequence ? try found.list() : [found]
        guard !items.isEmpty else { throw found.error("has no options; give at least one") }
        guard items.count <= 200 else {
            throw found.error("has \(items.count) options; at most 200 are possible")
        }
        var values: [Value] = []
        var texts: [String] = []
        for item in items {
            let value = try parse(item)
            guard !values.contains(value) else { throw item.error("the option \(item.summary) stands twice") }
            values.append(value)
            texts.append(try item.string().replacing("_", with: "-").replacing(" ", with: ""))
        }
        guard values.count > 1 else {
            return Choice(code: code, values: values, texts: texts, dimension: nil)
        }
        let options = try items.map { item throws(YAMLError) in try item.string() }
        dimensions.append(
            Dimension(name: "\(path)\(key)", options: options, role: .architecture, conditions: conditions))
        return Choice(code: code, values: values, texts: texts, dimension: dimensions.count - 1)
    }

    /// The condition that a choice takes one of the values that `isAllowed` accepts.
    ///
    /// None is needed where the choice is fixed.
    func condition<Value>(
        _ choice: Choice<Value>, _ isAllowed: (Value) -> Bool
    ) -> [Dimension.Condition] {
        guard let dimension = choice.dimension else { return [] }
        return [Dimension.Condition(dimension: dimension, allowed: choice.values.map(isAllowed))]
    }
}

extension YAMLNode {
    /// A whole number within a range.
    func int(in range: ClosedRange<Int>) throws(YAMLError) -> Int {
        let value = try int()
        guard range.contains(value) else {
            throw error("expected \(range.lowerBound) to \(range.upperBound), got \(value)")
        }
        return value
    }

    /// One of an enum's raw values.
    func option<Option: RawRepresentable & CaseIterable>(
        _: Option.Type
    ) throws(YAMLError) -> Option where Option.RawValue == String {
        let text = try string()
        guard let option = Option(rawValue: text) else {
            let known = Option.allCases.map(\.rawValue).joined(separator: ", ")
            throw error("'\(text)' is unknown; known: \(known)")
        }
        return option
    }
}
