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

    /// Faults of several files as one: the first, and the names of others; nil where there are none.
    init?(joining faults: [DatasetError]) {
        guard let first = faults.first else { return nil }
        let others = faults.dropFirst().map(\.place)
        guard !others.isEmpty else {
            self = first
            return
        }
        // Members of an archive stand in one file.
        var names = Set(others).subtracting([first.place]).sorted()
        if names.count > DatasetError.mostNames { names[DatasetError.mostNames...] = ["…"] }
        let more =
            "; \(others.count) more cannot be read" + (names.isEmpty ? "" : ": ")
            + names.joined(separator: ", ")
        self =
            switch first {
            case .file(let file, let detail): .file(file, detail: detail + more)
            case .byte(let file, let offset, let detail):
                .byte(file: file, offset: offset, detail: detail + more)
            case .line(let file, let line, let detail): .line(file: file, line: line, detail: detail + more)
            case .split(let dataset, let detail): .split(dataset: dataset, detail: detail + more)
            }
    }

    /// Files that are named beside the first.
    private static let mostNames = 24

    private var place: String {
        switch self {
        case .file(let file, _), .byte(let file, _, _), .line(let file, _, _): file
        case .split(let dataset, _): dataset
        }
    }

    init(_ error: ArchiveError) { self = .file(error.file, detail: error.explanation) }
}
