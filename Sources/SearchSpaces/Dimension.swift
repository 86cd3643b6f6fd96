/// One choice that a space leaves open, such as the width of a stage or the precision of the result.
public struct Dimension: Hashable, Sendable {
    /// Whether a choice shapes the network, or what is done to it afterwards.
    public enum Role: Hashable, Sendable { case architecture, compression }

    /// Such as `early.width`, `edge 2~1`, `compression.precision`.
    public let name: String
    /// The options as they are written in the space's file, at least two.
    ///
    /// Of an architecture the cheapest comes first, of a compression the mildest.
    public let options: [String]
    /// Whether it shapes the network or its compression.
    public let role: Role
    /// The choice matters only where all of these hold; else the normal form sets it to option 0.
    public let conditions: [Condition]

    /// Holds where an earlier dimension has one of some options (and itself matters).
    public struct Condition: Hashable, Sendable {
        /// Position of the earlier dimension in the space.
        public let dimension: Int
        /// For each option of that dimension.
        public let allowed: [Bool]
    }
}
