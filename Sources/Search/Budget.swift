/// How long a search may go on.
public struct Budget: Sendable {
    /// Evaluations of the whole job, those before a resumption included; nil for no limit.
    public let maxEvaluations: Int?
    /// In seconds, counted by `elapsed`.
    public let maxSeconds: Double?
    /// Seconds since the search began; the only clock a search sees.
    public let elapsed: @Sendable () -> Double

    /// A budget on a clock of the caller's; a limit that is nil never ends the search.
    public init(
        maxEvaluations: Int? = nil, maxSeconds: Double? = nil, elapsed: @escaping @Sendable () -> Double
    ) {
        self.maxEvaluations = maxEvaluations
        self.maxSeconds = maxSeconds
        self.elapsed = elapsed
    }

    /// A budget on the computer's own clock, which starts now.
    public init(maxEvaluations: Int? = nil, maxSeconds: Double? = nil) {
        let start = ContinuousClock.now
        self.init(maxEvaluations: maxEvaluations, maxSeconds: maxSeconds) {
            (ContinuousClock.now - start) / .seconds(1)
        }
    }

    func allows(proposal: Int) -> Bool { proposal < maxEvaluations ?? .max }

    var timeIsUp: Bool { maxSeconds.map { elapsed() >= $0 } ?? false }
}
