public import Quantities

/// How the columns of a CSV file become samples.
public struct TabularOptions: Hashable, Sendable {
    /// Of anomaly detection the target column says which class (normal, broken, …) a row is of.
    public var task = LearningTask.classification
    /// The column to predict; nil for the last one.
    public var target: String?
    /// Rows with equal text here belong together (a machine, a patient); no feature.
    public var group: String?
    /// Rows are put in the order of these numbers, for splits by time; no feature.
    public var order: String?
    /// Columns that are no features, such as identifiers.
    public var ignored: [String] = []

    public init() {}
}
