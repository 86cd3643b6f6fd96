/// What a network learns to answer; the raw value is the name in job files.
public enum LearningTask: String, CaseIterable, Codable, Hashable, Sendable {
    /// Which of a fixed set of classes a sample belongs to.
    case classification
    /// One number or more.
    case regression
    /// How far a sample is from what is normal.
    case anomaly
}
