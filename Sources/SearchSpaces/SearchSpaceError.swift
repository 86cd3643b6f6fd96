/// Why a text does not name a point of a space, or a point has no graph.
public enum SearchSpaceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text is no architecture of the space; `detail` says which part and what was expected.
    case architecture(space: String, text: String, detail: String)
    case compression(space: String, text: String, detail: String)
    /// A job's narrowing leaves what the space does not have.
    case narrowing(space: String, key: String, detail: String)
    /// The architecture does not fit the input.
    case input(space: String, architecture: String, detail: String)
    /// A model that was given cannot be compressed, or does not fit the data.
    case given(model: String, detail: String)

    /// What is wrong, in one sentence.
    public var description: String {
        switch self {
        case .architecture(let space, let text, let detail):
            "'\(text.prefix(200))' is no architecture of \(space): \(detail)"
        case .compression(let space, let text, let detail):
            "'\(text.prefix(200))' is no compression of \(space): \(detail)"
        case .narrowing(let space, let key, let detail): "compression.\(key): \(space) \(detail)"
        case .input(let space, let architecture, let detail):
            "\(space): '\(architecture)' does not fit its input: \(detail)"
        case .given(let model, let detail): "\(model) \(detail)"
        }
    }
}
