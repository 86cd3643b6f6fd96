import Quantities

/// How a result is printed.
public enum OutputFormat: String, Sendable, CaseIterable { case table, json, csv }

/// How a command ended; the raw value is the process's exit status.
public enum ExitStatus: Int32, Sendable {
    case done = 0
    case failed = 1
    case invalidInput = 2
    /// No device has a feasible model; the nearest are printed.
    case infeasible = 3
    case interrupted = 130
}

/// What a command found out, in every form it can be printed.
public struct Answer: Sendable {
    public var status: ExitStatus = .done
    /// The contract for scripts.
    public var json: Field
    public var columns: [String]
    public var rows: [Record]
    /// For people.
    public var table: String

    public init(json: Field, columns: [String], rows: [Record], table: String, status: ExitStatus = .done) {
        self.json = json
        self.columns = columns
        self.rows = rows
        self.table = table
        self.status = status
    }

    public func text(as format: OutputFormat) -> String {
        switch format {
        case .table: table
        case .json: json.json() + "\n"
        case .csv: rows.csv(columns: columns)
        }
    }
}

/// A command that could not do what it was asked, in one sentence.
public struct CommandError: Error, CustomStringConvertible {
    public let description: String
    public let status: ExitStatus

    public init(_ description: String, status: ExitStatus = .invalidInput) {
        self.description = description
        self.status = status
    }
}
