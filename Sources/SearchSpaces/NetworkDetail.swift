/// How much of a network a graph shows.
public enum NetworkDetail: Hashable, Sendable {
    /// All of it.
    case whole
    /// As much as pieces of these names are cut from: what is repeated stands there once, and a block that is not named is one
    /// convolution that writes what the block writes.
    case pieces(Set<String>)

    /// Whether a part of this name is there as it is.
    func shows(_ name: String) -> Bool {
        switch self {
        case .whole: true
        case .pieces(let names): names.contains(name)
        }
    }
}
