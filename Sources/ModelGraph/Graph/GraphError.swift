/// Why a graph cannot be built or transformed.
public enum GraphError: Error, Hashable, CustomStringConvertible {
    case inputCount(operation: String, expected: String, actual: Int)
    case rank(operation: String, expected: Int, actual: Shape)
    /// Anything else wrong with the shapes or types that meet at an operation.
    case mismatch(operation: String, detail: String)
    case overflow(operation: String, shape: Shape)
    case invalid(node: String, detail: String)

    /// What is wrong, with operation and shapes, in one sentence.
    public var description: String {
        switch self {
        case .inputCount(let operation, let expected, let actual):
            "\(operation) needs \(expected) inputs, got \(actual)"
        case .rank(let operation, let expected, let actual):
            "\(operation) needs a rank-\(expected) input, got shape \(actual)"
        case .mismatch(let operation, let detail): "\(operation): \(detail)"
        case .overflow(let operation, let shape): "\(operation): shape \(shape) is too large"
        case .invalid(let node, let detail): "node '\(node)': \(detail)"
        }
    }
}
