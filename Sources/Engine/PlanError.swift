public import ModelGraph

/// Why a graph cannot be run.
public enum PlanError: Error, Hashable, CustomStringConvertible {
    case invalidGraph(GraphError)
    /// The engine has no kernel for what the node asks.
    case unsupported(node: String, detail: String)
    /// A constant whose elements are unknown: the graph describes a network that was never trained.
    case unknownConstant(node: String, value: String)
    case tooLarge(graph: String, bytes: Int, limit: Int)

    /// Node or place and what is wrong there, in one sentence.
    public var description: String {
        switch self {
        case .invalidGraph(let error): error.description
        case .unsupported(let node, let detail): "node '\(node)': \(detail)"
        case .unknownConstant(let node, let value):
            "node '\(node)': the elements of '\(value)' are unknown, so the network cannot run"
        case .tooLarge(let graph, let bytes, let limit):
            "'\(graph)' needs about \(bytes) bytes to run, more than the limit of \(limit)"
        }
    }
}
