/// A model that was timed again because the others contradicted its first time, or because its repeats differed too much.
public struct RepeatedMeasurement: Hashable, Sendable {
    /// Line of the file, counted from 1, of its first time.
    public let line: Int
    /// An architecture or a model file, as the row names it.
    public let model: String
    /// Median of the first repeats and of those made again.
    public let firstMilliseconds, againMilliseconds: Double
    /// Which time the profile is fitted to.
    public let used: Use

    /// Which of two times the other measurements support.
    public enum Use: String, Hashable, Sendable {
        case first, again
        /// Both say the same, so the runtime treats this model in a way of its own.
        case both
    }
}
