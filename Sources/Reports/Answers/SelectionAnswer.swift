import Quantities

/// The model to deploy on one device and why: what `select` answers for it.
public struct SelectionAnswer: Answer, Hashable {
    /// The job's name.
    public var job: String
    /// The device.
    public var device: String
    /// nil where no feasible candidate keeps the limits.
    public var candidate: CandidateAnswer?
    /// Why it was selected, as a sentence.
    public var why: String
    /// The next best.
    public var runnerUp: CandidateAnswer?
    /// Where nothing keeps the limits: the candidates that come nearest, nearest first.
    public var nearest: [CandidateAnswer]
    /// Where nothing keeps the limits: which of them stands in the way, as a sentence.
    public var blocking: String?

    enum CodingKeys: String, CodingKey {
        case job, device, candidate, why
        case runnerUp = "runner_up"
        case nearest, blocking
    }

    /// A selection for one device.
    public init(
        job: String, device: String, candidate: CandidateAnswer?, why: String, runnerUp: CandidateAnswer?,
        nearest: [CandidateAnswer], blocking: String?
    ) {
        self.job = job
        self.device = device
        self.candidate = candidate
        self.why = why
        self.runnerUp = runnerUp
        self.nearest = nearest
        self.blocking = blocking
    }
}

/// One selection a device, coded as a list.
public struct SelectionsAnswer: Answer, Hashable {
    /// In the job's order of devices.
    public var selections: [SelectionAnswer]

    /// Selections of one job.
    public init(selections: [SelectionAnswer]) { self.selections = selections }

    /// Decodes a list of selections.
    public init(from decoder: any Decoder) throws { selections = try [SelectionAnswer](from: decoder) }

    /// Encodes a list of selections.
    public func encode(to encoder: any Encoder) throws { try selections.encode(to: encoder) }

    /// Whether some device has a model that keeps the limits.
    public var isFeasible: Bool { selections.contains { $0.candidate != nil } }
}

extension SelectionAnswer {
    fileprivate var row: DeviceCandidateAnswer? {
        candidate.map { DeviceCandidateAnswer(device: device, candidate: $0) }
    }

    /// The selected candidate, where there is one.
    public var csv: CSVRows { get throws { try [row].compactMap(\.self).csv } }

    /// Two sentences, a remark where there is one, the candidate and the runner-up (or what comes nearest), and how the candidate is exported.
    public func table(_ style: TableStyle) throws -> String {
        let named =
            [("selected", candidate), ("runner-up", runnerUp)].compactMap { name, candidate in
                candidate.map { (name, $0) }
            } + nearest.map { ("nearest", $0) }
        let names = FittedTable.Column("choice", title: "", .left, rank: 0, cells: named.map(\.0))
        let remark = candidate?.status == .ok ? candidate?.reason : nil
        return "\(device): \(why)\n" + (remark.map { "\(device): \($0)\n" } ?? "")
            + (blocking.map { "in the way: \($0)\n" } ?? "")
            + (try CandidateTable(named.map(\.1), leading: [names]).text(style))
            + exportCommands.map { "  \($0)\n" }.joined()
    }

    /// What to run to get the selected candidate as files.
    var exportCommands: [String] {
        guard let candidate else { return [] }
        let name = candidate.id.prefix(12)
        let finish = candidate.fidelity == .final ? [] : ["swiftlet finish \(job) \(name)"]
        return candidate.fidelity == .table
            ? [] : finish + ["swiftlet export \(job) \(name) --output bundle-\(name.prefix(8))"]
    }
}

extension SelectionsAnswer {
    /// One row a device that has a candidate.
    public var csv: CSVRows { get throws { try selections.compactMap(\.row).csv } }

    /// One line a device and how each candidate is exported; behind them, why some devices have none.
    public func table(_ style: TableStyle) throws -> String {
        let missing = selections.filter { $0.candidate == nil }
        var commands: [String] = []
        for command in selections.flatMap(\.exportCommands) where !commands.contains(command) {
            commands.append(command)
        }
        return try selections.compactMap(\.row).table(style) + commands.map { "  \($0)\n" }.joined()
            + missing.map { "\n" + (try $0.table(style)) }.joined()
    }
}
