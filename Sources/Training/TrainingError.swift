public import ModelGraph

/// Why a network cannot be trained, or why training stopped.
public enum TrainingError: Error, Hashable, CustomStringConvertible {
    /// The graph has an operation without a gradient rule, or a shape that does not fit the batch.
    case unsupported(node: String, detail: String)
    case graph(GraphError)
    /// The data does not fit the graph.
    case data(String)
    /// A value of the recipe is impossible.
    case recipe(String)
    /// The loss or a gradient stopped being finite, or the loss exploded.
    case diverged(epoch: Int, step: Int, detail: String)
    case cancelled
    /// A saved state belongs to another network or recipe.
    case state(String)

    /// Node and reason, in one sentence.
    public var description: String {
        switch self {
        case .unsupported(let node, let detail): "node '\(node)' cannot be trained: \(detail)"
        case .graph(let error): error.description
        case .data(let detail): "training data: \(detail)"
        case .recipe(let detail): "training recipe: \(detail)"
        case .diverged(let epoch, let step, let detail):
            "training diverged in epoch \(epoch + 1), step \(step + 1): \(detail)"
        case .cancelled: "training was cancelled"
        case .state(let detail): "training state: \(detail)"
        }
    }
}
