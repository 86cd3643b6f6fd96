public import Quantities

/// What a job's networks are to learn, and how it is judged how well they do.
public struct LearningGoal: Hashable, Sendable, Codable {
    public let task: LearningTask
    public let metric: QualityMetric

    public init(task: LearningTask, metric: QualityMetric) {
        self.task = task
        self.metric = metric
    }
}
