/// The keys of one mapping as its reader asks for them: a key is named once, where it is read, and keys that nobody asked
/// for are refused at the end.
///
///     var section = YAMLSection(node)
///     let batch = try section.optional("batch")?.int() ?? 128
///     try section.end()
public struct YAMLSection {
    /// Nil where the file leaves the section out, which then has no keys.
    private let node: YAMLNode?
    private var known: [String] = []

    /// The keys of `node`, a mapping; none where it is nil.
    public init(_ node: YAMLNode?) { self.node = node }

    /// The value of a key, or nil where it is absent or null.
    public mutating func optional(_ key: String) throws(YAMLError) -> YAMLNode? {
        known.append(key)
        return try node?.optional(key)
    }

    /// The value of a key that must be there; one that is nearly written so is named.
    ///
    /// Precondition: the section is there.
    public mutating func required(_ key: String) throws(YAMLError) -> YAMLNode {
        guard let node else { preconditionFailure("'\(key)' is required of a section that is not there") }
        if let value = try optional(key) { return value }
        try refuseMisspelling(of: key)
        return try node.required(key)
    }

    /// Refuses a key that is absent but nearly written so.
    public func refuseMisspelling(of key: String) throws(YAMLError) { try node?.refuseMisspelling(of: key) }

    /// Refuses keys that were not asked for, naming the nearest that was.
    public func end() throws(YAMLError) { try node?.allow(keys: known) }
}
