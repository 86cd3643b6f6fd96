/// What is wrong with a file, and where.
public struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Path or name of the file.
    public let file: String
    /// Counted from 1; nil where the whole file is meant.
    public let line: Int?
    /// Such as `memory.flash` or `stages[2].width`; empty for the whole file.
    public let field: String
    /// What is wrong, and what would be right, without the place.
    public let detail: String

    /// An error at a place of a file.
    public init(file: String, line: Int?, field: String, detail: String) {
        self.file = file
        self.line = line
        self.field = field
        self.detail = detail
    }

    /// File, line, field and fault in one sentence.
    public var description: String {
        let place = line.map { "\(file):\($0)" } ?? file
        return field.isEmpty ? "\(place): \(detail)" : "\(place): \(field): \(detail)"
    }
}
