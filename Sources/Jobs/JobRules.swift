package import Search

/// How a space is searched, and for how long.
package struct SearchRules: Sendable {
    package let strategy: StrategyName
    package var maxEvaluations: Int
    /// Candidates with more multiply-accumulate operations are not proposed; nil for no limit.
    package var maxOperations: Int?
    /// For everything, finalists included; nil for no limit.
    package let maxSeconds: Double?
    package let seed: UInt64
    /// Candidates proposed together.
    package let batch: Int
    /// Whether times of this computer decide what is proposed, which makes a search depend on the machine.
    package let usesHostTimes: Bool
    /// The lengths that the file sets.
    let typed: [LengthKey]
}

/// Which candidates are trained to the end.
package enum FinalistChoice: Hashable, Sendable {
    /// So many of each device's front.
    case perDevice(Int)
    /// The search itself trains every candidate to the end.
    case everyone

    /// At most so many a device, once the search is done.
    package var countPerDevice: Int {
        switch self {
        case .perDevice(let count): count
        case .everyone: 0
        }
    }
}

/// Who is trained to the end, and what compression may cost them.
package struct FinalistRules: Sendable {
    package var choice: FinalistChoice
    /// What a finalist may lose by its compression, a share of one on a slice of train; nil for no limit.
    package let maximumDrop: Double?
}
