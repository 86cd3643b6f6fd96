import ExperimentStore
public import Reports
import Search

/// Answers questions about finished and running jobs of one database; writes nothing to it.
///
/// ```swift
/// let review = try Review(database: "results/swiftlet.sqlite")
/// for job in try review.jobs().jobs { print(job.name, job.hypervolume) }
/// ```
public struct Review: Sendable {
    let store: ExperimentStore

    /// Opens a database that exists.
    public init(database: String) throws { store = try ExperimentStore(reading: database) }

    init(_ store: ExperimentStore) { self.store = store }

    /// Every job, in the order in which they were begun.
    public func jobs() throws -> JobsAnswer { JobsAnswer(jobs: try store.jobs().map { JobAnswer($0) }) }
}

extension JobAnswer {
    init(_ job: JobSummary) {
        self.init(
            name: job.name, state: job.state.rawValue, evaluations: job.evaluations, seconds: job.seconds,
            hypervolume: job.hypervolume)
    }
}

/// A part of a long list.
public struct Page: Hashable, Sendable {
    /// The `next` of the answer before; nil for the beginning.
    public var cursor: String?
    /// How many elements at most; nil for all that follow.
    public var limit: Int?

    /// The whole list.
    public static let all = Page()

    /// A part that begins at a cursor.
    public init(cursor: String? = nil, limit: Int? = nil) {
        self.cursor = cursor
        self.limit = limit
    }

    /// The indices of a list of this length that the page has, and the cursor of the page behind it.
    func range(of count: Int) throws -> (indices: Range<Int>, next: String?) {
        guard let start = cursor.map({ Int($0) }) ?? 0, start >= 0 else {
            throw KitError.refused("'\(cursor ?? "")' is no cursor of this list")
        }
        let first = min(start, count)
        let end = limit.map { min(first + max($0, 0), count) } ?? count
        return (first..<end, end < count ? String(end) : nil)
    }
}
