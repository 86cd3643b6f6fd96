/// How rows of a table became samples, so that who deploys a model can do the same.
public struct TableForm: Codable, Hashable, Sendable {
    /// In the order of their values in a row.
    public var columns: [Column]
    /// Rows of one sample, the oldest first; nil where a sample is one row.
    public var windowRows: Int?
    /// Each recording is measured from the mean of its first rows, in their deviations; nil where it is not.
    public var baselineRows: Int?

    /// A column and the values that one of its cells becomes.
    public struct Column: Codable, Hashable, Sendable {
        /// Its name in the header.
        public var column: String
        /// What its cells are.
        public var kind: Kind
        /// Names of the values, in their order.
        public var values: [String]
        /// Of texts, those that have a value of their own: 1 where the cell holds it, else 0.
        public var texts: [String]?
        /// What stands for a missing cell: of numbers the number, of dates the days since the beginning of 2000; texts have none.
        public var missing: Double?

        /// Of dates, what stands first where that is not the year: `day` or `month`.
        public var first: String?

        /// What cells of a column are.
        public enum Kind: String, Codable, Sendable {
            case number, date, text
        }
    }

    enum CodingKeys: String, CodingKey {
        case columns
        case windowRows = "window_rows"
        case baselineRows = "baseline_rows"
    }
}

extension TableForm {
    init(_ plan: TablePlan, _ options: TabularOptions) {
        columns = plan.features.map(Column.init)
        windowRows = options.window?.length
        baselineRows = options.baselineRows
    }
}

extension TableForm.Column {
    fileprivate init(_ feature: TablePlan.Feature) {
        (column, values) = (feature.column, feature.names)
        switch feature.kind {
        case .number(let fill, _): (kind, missing) = (.number, Double(fill))
        case .dates(let fill, _, let order):
            (kind, missing) = (.date, fill)
            switch order {
            case .yearFirst: first = nil
            case .dayFirst: first = "day"
            case .monthFirst: first = "month"
            }
        case .texts(let texts): (kind, self.texts) = (.text, texts)
        }
    }

    /// What its values are, in words.
    public var sentence: String {
        switch kind {
        case .number:
            let flag = values.count > 1 ? ", then 1 where it is missing, else 0" : ""
            return "the number, \(Float(missing ?? 0)) where it is missing\(flag)"
        case .date:
            let hour = values.count > 3 ? ", hour of the day" : ""
            return (first.map { "a date with the \($0) first: " } ?? "")
                + "days since the beginning of 2000, share of the year, day of the week (Monday 0)\(hour); "
                + "day \(missing ?? 0) where it is missing"
        case .text:
            return "1 where it is "
                + (texts ?? []).map { "`\($0)`" }.joined(separator: ", ")
                + (values.count > 1 ? " (in this order)" : "")
                + ", else 0"
        }
    }
}
