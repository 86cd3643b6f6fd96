import Archives

/// Why data cannot be used: one sentence that names the file and the place in it.
public enum DatasetError: Error, Hashable, Sendable, CustomStringConvertible {
    case file(String, detail: String)
    /// `offset` counts bytes from 0, after decompression where the file is compressed.
    case byte(file: String, offset: Int, detail: String)
    /// `line` counts from 1.
    case line(file: String, line: Int, detail: String)
    /// The samples are fine, but cannot be divided as the job asks.
    case split(dataset: String, detail: String)

    /// File, place and fault in one sentence.
    public var description: String {
        switch self {
        case .file(let file, let detail): "\(file): \(detail)"
        case .byte(let file, let offset, let detail): "\(file): byte \(offset): \(detail)"
        case .line(let file, let line, let detail): "\(file):\(line): \(detail)"
        case .split(let dataset, let detail): "\(dataset): \(detail)"
        }
    }

    init(_ error: ArchiveError) { self = .file(error.file, detail: error.explanation) }
}
