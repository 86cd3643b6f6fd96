import Determinism

/// What a verb found out, as a value that scripts decode and people read.
///
/// Its coding is the JSON that scripts rely on: snake_case keys with their units, in the order of declaration.
public protocol Answer: Codable, Sendable {
    /// The rows of the CSV form.
    var csv: CSVRows { get throws }
    /// For people; throws a `ReportError` where the style asks for a column that is not there.
    func table(_ style: TableStyle) throws -> String
}

/// How an answer is written.
public enum AnswerFormat: String, Sendable, CaseIterable {
    case table, json, csv
}

extension Answer {
    /// The answer as JSON with two spaces of indentation, `null` for what is unknown, and a line feed at the end.
    public var json: String {
        get throws { try JSONValue(encoding: self).text + "\n" }
    }

    /// The answer in the form asked for.
    public func text(as format: AnswerFormat, style: TableStyle = TableStyle()) throws -> String {
        switch format {
        case .table: try table(style).fitted(to: style.width)
        case .json: try json
        case .csv: try csv.text
        }
    }
}

/// What tables may take and show.
public struct TableStyle: Hashable, Sendable {
    /// Characters that a line may take; nil for as many as it needs.
    public var width: Int?
    /// Names of the columns to show, in this order; nil for the usual ones that fit.
    public var columns: [String]?

    /// A style for lines of this width.
    public init(width: Int? = nil, columns: [String]? = nil) {
        self.width = width
        self.columns = columns
    }
}
