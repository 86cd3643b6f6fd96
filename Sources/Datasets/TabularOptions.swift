public import Quantities

/// How columns and rows of tables (and arrays of NumPy archives) become samples.
public struct TabularOptions: Hashable, Sendable {
    /// What is learned from the rows.
    public var task = LearningTask.classification
    /// How the text of the files is written.
    public var format = CSVFormat()
    /// The column to predict; nil for the last one.
    public var target: String?
    /// The columns that are features; nil for all that serve nothing else.
    public var features: [String]?
    /// Columns that are no features, such as identifiers.
    public var ignored: [String] = []
    /// Columns whose numbers are names: one feature for each different text.
    public var categorical: [String] = []
    /// Whether a column of numbers of which at least one in twenty is missing gives a second feature, 1 where it is missing.
    public var flagsMissing = false
    /// Rows with equal text here belong together (a machine, a patient); no feature.
    public var group: String?
    /// Rows are put in the order of this column (numbers, or dates that begin with the year); no feature.
    public var time: String?
    /// The shape of a sample, height × width × channels, in which its values are read row by row; nil for 1 × 1 × values.
    public var shape: [Int]?
    /// Samples are runs of consecutive rows of a group; nil for one sample a row.
    public var window: SlidingWindow?
    /// Predicts how many rows a group has left instead of a column.
    public var remainingLife: RemainingLife?
    /// Names of numbered classes, from 0.
    public var classNames: [String]?
    /// Of anomaly detection, the text in the target column that means normal; nil for 0, false, no, ok, good or normal.
    public var normal: String?
    /// Each number of a group is measured from the mean of the group's first rows, in their deviations; nil where numbers stay.
    public var baselineRows: Int?
    /// Of several files in a folder or archive, those whose path fits this pattern.
    public var files: String?

    /// Classification by the last column of a file in the default format.
    public init() {}
}

/// Runs of consecutive rows of one group as samples of shape length × 1 × features.
public struct SlidingWindow: Hashable, Sendable {
    /// Rows of a window, at least 1.
    public var length: Int
    /// Rows from one window to the next, at least 1.
    public var stride: Int
    /// Which of a window's rows give its target.
    public var label: Label

    /// Which of its rows say what a window shows.
    public enum Label: String, Hashable, Sendable, CaseIterable {
        /// The last row.
        case last
        /// The class that most rows have (of numbers, their mean); the smallest of equals.
        case majority
        /// The last row whose class is not that of most rows of the table, where there is one (of numbers, the largest).
        case any
    }

    /// Windows of `length` rows, one each `stride` rows, within a group.
    public init(length: Int, stride: Int = 1, label: Label = .last) {
        self.length = length
        self.stride = stride
        self.label = label
    }
}

/// What is predicted: how many rows follow in the group, of runs that end in failure.
public struct RemainingLife: Hashable, Sendable {
    /// Larger values count as this one (a machine in good order does not tell when it will fail); nil for no limit.
    public var atMost: Double?
    /// A file with one number for each group of the test files, in their order: the life left after its last row.
    ///
    /// The test part then has one sample a group, that of its last row.
    public var testFile: String?

    /// Remaining rows as the target; without a limit or a file of lives unless they are given.
    public init(atMost: Double? = nil, testFile: String? = nil) {
        self.atMost = atMost
        self.testFile = testFile
    }
}
