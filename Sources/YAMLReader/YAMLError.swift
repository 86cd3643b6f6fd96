/// What is wrong with a file, and where.
public struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
    public let file: String
    /// Counted from 1; nil where the whole file is meant.
    public let line: Int?
    /// Such as `memory.flash` or `stages[2].width`; empty for the whole file.
    public let field: String
    public let detail: String

    public init(file: String, line: Int?, field: String, detail: String) {
        self.file = file
        self.line = line
        self.field = field
        self.detail = detail
    }

    public var description: String {
        let place = line.map { "\(file):\($0)" } ?? file
        return field.isEmpty ? "\(place): \(detail)" : "\(place): \(field): \(detail)"
    }
}
