/// How an accuracy was obtained, from the least to the most trusted.
public enum Fidelity: String, CaseIterable, Codable, Hashable, Sendable, Comparable {
    /// With weights inherited from a super-network.
    case inherited
    /// After a short training.
    case trained
    /// Looked up in a table of published measurements.
    case table
    /// Trained to the end.
    case final

    /// Whether `a` is less trusted than `b`.
    public static func < (a: Fidelity, b: Fidelity) -> Bool { a.rank < b.rank }

    private var rank: Int {
        switch self {
        case .inherited: 0
        case .trained: 1
        case .table: 2
        case .final: 3
        }
    }
}
