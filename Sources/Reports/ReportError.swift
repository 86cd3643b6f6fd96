/// Why an answer cannot be written as asked.
public enum ReportError: Error, Hashable, CustomStringConvertible {
    /// The table has no such column.
    case unknownColumn(String, known: [String])

    /// One sentence that says what there is.
    public var description: String {
        switch self {
        case .unknownColumn(let name, let known):
            "there is no column '\(name)'; known: \(known.joined(separator: ", "))"
        }
    }
}
