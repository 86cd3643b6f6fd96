/// A column of a table that is no feature.
public struct UnusedColumn: Hashable, Sendable {
    /// Its name in the header.
    public let column: String
    /// What it is instead, in words.
    public let reason: String

    /// A column.
    public init(column: String, reason: String) {
        self.column = column
        self.reason = reason
    }
}

extension TablePlan {
    /// Columns that are no feature, in the order of the header.
    func unusedColumns(of header: [String], _ options: TabularOptions) -> [UnusedColumn] {
        let used = Set(features.map(\.column))
        let predicted: String? =
            switch target {
            case .classes(let column, _, _), .values(let column), .anomalies(let column, _): column
            case .none: nil
            }
        return header.filter { !used.contains($0) }.map { column in
            let reason =
                if column == predicted {
                    "is predicted"
                } else if column == group {
                    "names groups"
                } else if column == time {
                    "orders rows"
                } else if options.ignored.contains(column) {
                    "is ignored"
                } else {
                    "is not among the features"
                }
            return UnusedColumn(column: column, reason: reason)
        }
    }
}
