/// Why a TFLite file cannot be read, or a graph not be written as one.
public enum TFLiteError: Error, Hashable, CustomStringConvertible {
    /// The file cannot be opened or read.
    case unreadable(path: String, detail: String)
    /// The bytes are not a well-formed TFLite model.
    case damaged(file: String, detail: String)
    /// The model is well formed but uses something that Swiftlet's graphs do not have.
    case unsupported(file: String, place: String, detail: String)
    /// A graph that no TFLite file can hold.
    case notExportable(graph: String, detail: String)

    /// File and fault in one sentence.
    public var description: String {
        switch self {
        case .unreadable(let path, let detail): "\(path): cannot be read: \(detail)"
        case .damaged(let file, let detail): "\(file): not a valid TFLite model: \(detail)"
        case .unsupported(let file, let place, let detail): "\(file): \(place): \(detail)"
        case .notExportable(let graph, let detail): "'\(graph)' cannot be written as TFLite: \(detail)"
        }
    }
}
