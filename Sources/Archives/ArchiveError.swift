/// Why an archive or a file of arrays cannot be read or written; each description is one sentence.
public enum ArchiveError: Error, Hashable, CustomStringConvertible {
    case unreadable(file: String, detail: String)
    /// The bytes are not what the format asks for.
    case damaged(file: String, detail: String)
    /// A well-formed file with something this reader does not know.
    case unsupported(file: String, detail: String)
    case unwritable(file: String, detail: String)

    /// File and fault in one sentence.
    public var description: String { "\(file): \(explanation)" }

    /// The file that the error is about.
    public var file: String {
        switch self {
        case .unreadable(let file, _), .damaged(let file, _), .unsupported(let file, _),
            .unwritable(let file, _):
            file
        }
    }

    /// The sentence without the file's name.
    public var explanation: String {
        switch self {
        case .unreadable(_, let detail): "cannot be read: \(detail)"
        case .damaged(_, let detail), .unsupported(_, let detail): detail
        case .unwritable(_, let detail): "cannot be written: \(detail)"
        }
    }
}
