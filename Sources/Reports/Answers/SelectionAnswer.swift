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

    /// The reason, the candidate and the runner-up, or what comes nearest.
    public func table(_ style: TableStyle) -> String {
        var text = "\(device): \(why)\n"
        if let blocking { text += "in the way: \(blocking)\n" }
        var table = TextTable([("", .left)] + CandidateAnswer.headings)
        if let candidate { table.append(["selected"] + candidate.cells) }
        if let runnerUp { table.append(["runner-up"] + runnerUp.cells) }
        for candidate in nearest { table.append(["nearest"] + candidate.cells) }
        return text + (table.isEmpty ? "" : table.text)
    }
}

extension SelectionsAnswer {
    /// One row a device that has a candidate.
    public var csv: CSVRows { get throws { try selections.compactMap(\.row).csv } }

    /// One line a device; behind them, why some have none.
    public func table(_ style: TableStyle) -> String {
        var table = TextTable([("device", .left)] + CandidateAnswer.headings)
        for selection in selections {
            if let candidate = selection.candidate { table.append([selection.device] + candidate.cells) }
        }
        let missing = selections.filter { $0.candidate == nil }
        return (table.isEmpty ? "" : table.text) + missing.map { "\n" + $0.table(style) }.joined()
    }
}
