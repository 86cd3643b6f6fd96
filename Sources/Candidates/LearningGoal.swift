public import Quantities

/// What a job's networks are to learn, and how it is judged how well they do.
public struct LearningGoal: Hashable, Sendable, Codable {
    /// What is predicted.
    public let task: LearningTask
    /// What quality is.
    public let metric: QualityMetric

    /// A goal; whether the metric suits the task is checked where both are read.
    public init(task: LearningTask, metric: QualityMetric) {
        self.task = task
        self.metric = metric
    }
}
