import Candidates

/// Keeps the time of one run of a job: when its parts have to end.
struct TimeKeeper: Sendable {
    /// When everything has to be done; nil where the time is not limited.
    let end: ContinuousClock.Instant?
    let start: ContinuousClock.Instant
    /// How much later than `end` the run may end: a twentieth of the limit, and ten seconds in any case.
    let tolerance: Duration
    /// Of what is left after the beginning, what the search may take.
    private let share: Double
    /// What evaluations take; nil where it was not measured.
    let speed: TrainingSpeed?

    /// A run without a limit.
    static let unlimited = TimeKeeper(limit: nil, start: .now, spent: 0, plan: nil)

    /// - Parameters:
    ///   - limit: seconds for all runs of the job.
    ///   - spent: seconds that earlier runs took.
    init(limit: Double?, start: ContinuousClock.Instant, spent: Double, plan: TimePlan?) {
        self.start = start
        end = limit.map { start + .seconds(max(0, $0 - spent)) }
        tolerance = .seconds(max(10, (limit ?? 0) * 0.05) / 2)
        share = plan?.searchShare ?? 0.6
        speed = plan?.speed
    }

    /// When the search has to end, if it begins now; what it looks up in a table leaves no finalists.
    func searchEnd(isTable: Bool) -> ContinuousClock.Instant? {
        end.map { end in
            let now = ContinuousClock.now
            return now + max(.zero, end - now) * (isTable ? 1 : share)
        }
    }
}

/// Runs an operation, and cancels it at an instant; its result if it still has one, nil where it was broken off.
///
/// Throws `CancellationError` where the task itself was cancelled.
func before<Value: Sendable>(
    _ end: ContinuousClock.Instant?, _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value? {
    guard let end else { return try await operation() }
    return try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask {
            do {
                return try await operation()
            } catch is CancellationError {
                return nil
            }
        }
        group.addTask {
            try? await Task.sleep(until: end, clock: .continuous)
            return nil
        }
        defer { group.cancelAll() }
        let first = try await group.next() ?? nil
        if let first { return first }
        group.cancelAll()
        let second = try await group.next() ?? nil
        try Task.checkCancellation()
        return second
    }
}
