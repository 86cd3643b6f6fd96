public import Quantities

/// What a search ended with.
public enum SearchAnswer: Answer, Hashable {
    /// Its fronts, whether some device has a feasible model, what failed, and the balanced model of each device; failures and
    /// picks are not part of the coding.
    case fronts(FrontsAnswer, isFeasible: Bool, failures: FailuresAnswer, picks: [PickAnswer])
    /// No device can have any candidate of the space; nothing was trained.
    case nothingFeasible(NothingFeasibleAnswer)

    /// Whether some device has a model that keeps the job's limits.
    public var isFeasible: Bool {
        switch self {
        case .fronts(_, let isFeasible, _, _): isFeasible
        case .nothingFeasible: false
        }
    }

    private var answer: any Answer {
        switch self {
        case .fronts(let fronts, _, _, _): fronts
        case .nothingFeasible(let nearest): nearest
        }
    }

    /// Decodes a list of fronts, or the object that says why there are none.
    public init(from decoder: any Decoder) throws {
        if let fronts = try? FrontsAnswer(from: decoder) {
            self = .fronts(
                fronts, isFeasible: fronts.fronts.contains { $0.candidates.contains(where: \.isFeasible) },
                failures: FailuresAnswer(evaluations: 0, reasons: []), picks: [])
        } else {
            self = .nothingFeasible(try NothingFeasibleAnswer(from: decoder))
        }
    }

    /// Encodes what it holds.
    public func encode(to encoder: any Encoder) throws { try answer.encode(to: encoder) }

    /// The rows of what it holds.
    public var csv: CSVRows { get throws { try answer.csv } }

    /// The table of what it holds.
    public func table(_ style: TableStyle) throws -> String {
        switch self {
        case .fronts(let fronts, _, let failures, let picks):
            let parts = [try fronts.table(style), try picks.table(style), failures.text]
            return parts.filter { !$0.isEmpty }.joined(separator: "\n")
        case .nothingFeasible(let nearest): return nearest.table(style)
        }
    }
}

/// The evaluations of a job that failed, by their reasons.
public struct FailuresAnswer: Codable, Hashable, Sendable {
    /// Why some evaluations failed.
    public struct Reason: Codable, Hashable, Sendable {
        /// A sentence.
        public var reason: String
        /// Evaluations that failed with it.
        public var count: Int

        /// A reason and how often it was met.
        public init(reason: String, count: Int) {
            self.reason = reason
            self.count = count
        }
    }

    /// All evaluations of the job, finalists included.
    public var evaluations: Int
    /// The most frequent first.
    public var reasons: [Reason]

    /// What failed among so many evaluations.
    public init(evaluations: Int, reasons: [Reason]) {
        self.evaluations = evaluations
        self.reasons = reasons
    }

    /// One line a reason; empty where nothing failed.
    public var text: String {
        guard !reasons.isEmpty else { return "" }
        let failed = reasons.reduce(0) { $0 + $1.count }
        return "\(failed) of \(evaluations) evaluations failed:\n"
            + reasons.map { "  \($0.count) ×  \($0.reason)\n" }.joined()
    }
}

/// Why no device can have any candidate, and which come nearest by price.
public struct NothingFeasibleAnswer: Answer, Hashable {
    /// The job's name.
    public var job: String
    /// What stands in the way, as a sentence.
    public var blocking: String
    /// Nearest first.
    public var nearest: [NearCandidateAnswer]

    /// The nearest candidates of a job.
    public init(job: String, blocking: String, nearest: [NearCandidateAnswer]) {
        self.job = job
        self.blocking = blocking
        self.nearest = nearest
    }

    /// One row a candidate.
    public var csv: CSVRows {
        get throws {
            try CSVRows(["device", "id", "status", "reason", "architecture", "compression"], of: nearest)
        }
    }

    /// The sentence, and one line a candidate.
    public func table(_ style: TableStyle) -> String {
        var table = TextTable([
            ("nearest", .left), ("device", .left), ("why not", .left), ("architecture", .left),
        ])
        for candidate in nearest {
            table.append([
                String(candidate.id.prefix(8)), candidate.device, candidate.reason ?? "",
                candidate.architecture,
            ])
        }
        return "no candidate is feasible on any device: \(blocking)\n\n\(table.text)"
    }
}

/// A candidate that a device cannot have, known by price alone.
public struct NearCandidateAnswer: Codable, Hashable, Sendable {
    /// The device that comes closest.
    public var device: String
    /// The candidate's id.
    public var id: String
    /// Why the device cannot have it.
    public var status: Status
    /// The same as a sentence.
    public var reason: String?
    /// In the space's own encoding.
    public var architecture: String
    /// Such as `int8`, or `none`.
    public var compression: String

    /// A candidate that was not evaluated.
    public init(
        device: String, id: String, status: Status, reason: String?, architecture: String,
        compression: String
    ) {
        self.device = device
        self.id = id
        self.status = status
        self.reason = reason
        self.architecture = architecture
        self.compression = compression
    }
}
