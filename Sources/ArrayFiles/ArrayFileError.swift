/// Why an .npy or .npz file cannot be read or written.
public enum ArrayFileError: Error, Hashable, CustomStringConvertible {
    case unreadable(file: String, detail: String)
    /// The bytes are not what the format asks for.
    case damaged(file: String, detail: String)
    /// A well-formed file with something this reader does not know.
    case unsupported(file: String, detail: String)
    case unwritable(file: String, detail: String)

    public var description: String {
        switch self {
        case .unreadable(let file, let detail): "\(file): cannot be read: \(detail)"
        case .damaged(let file, let detail): "\(file): \(detail)"
        case .unsupported(let file, let detail): "\(file): \(detail)"
        case .unwritable(let file, let detail): "\(file): cannot be written: \(detail)"
        }
    }
}
