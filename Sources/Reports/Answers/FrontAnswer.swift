public import Quantities

/// The front of a job on one device: what `front`, `search` and `rescore` answer for it.
public struct FrontAnswer: Answer, Hashable {
    /// The job's name.
    public var job: String
    /// The device.
    public var device: String
    /// Of all candidates here; nil where nothing was evaluated.
    public var fidelity: Fidelity?
    /// The name of the quality metric.
    public var metric: String
    /// Where each scaled objective ends for the hypervolume.
    public var reference: [Double]
    /// Of the whole front, in [0, 1].
    public var hypervolume: Double
    /// By latency where it is known, then by id.
    public var candidates: [CandidateAnswer]
    /// Where the next page begins; nil where this is the last.
    public var next: String?
    /// What a picture of the front shows; not part of the coding.
    public var picture: FrontPicture?
    /// On which profile the scores are, where that is not the job's only one; not part of the coding.
    public var notes: [String]

    /// A front, or a page of one.
    public init(
        job: String, device: String, fidelity: Fidelity?, metric: String, reference: [Double],
        hypervolume: Double, candidates: [CandidateAnswer], next: String? = nil,
        picture: FrontPicture? = nil, notes: [String] = []
    ) {
        self.job = job
        self.device = device
        self.fidelity = fidelity
        self.metric = metric
        self.reference = reference
        self.hypervolume = hypervolume
        self.candidates = candidates
        self.next = next
        self.picture = picture
        self.notes = notes
    }

    /// Without what is not part of the coding.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            job: try container.decode(String.self, forKey: .job),
            device: try container.decode(String.self, forKey: .device),
            fidelity: try container.decodeIfPresent(Fidelity.self, forKey: .fidelity),
            metric: try container.decode(String.self, forKey: .metric),
            reference: try container.decode([Double].self, forKey: .reference),
            hypervolume: try container.decode(Double.self, forKey: .hypervolume),
            candidates: try container.decode([CandidateAnswer].self, forKey: .candidates),
            next: try container.decodeIfPresent(String.self, forKey: .next))
    }

    enum CodingKeys: String, CodingKey {
        case job, device, fidelity, metric, reference, hypervolume, candidates, next
    }

    /// Writes `next` only where another page follows.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(job, forKey: .job)
        try container.encode(device, forKey: .device)
        try container.encodeIfPresent(fidelity, forKey: .fidelity)
        try container.encode(metric, forKey: .metric)
        try container.encode(reference, forKey: .reference)
        try container.encode(hypervolume, forKey: .hypervolume)
        try container.encode(candidates, forKey: .candidates)
        if let next { try container.encode(next, forKey: .next) }
    }
}

/// The fronts of a job on several devices, coded as a list.
public struct FrontsAnswer: Answer, Hashable {
    /// In the job's order of devices.
    public var fronts: [FrontAnswer]

    /// Fronts of one job.
    public init(fronts: [FrontAnswer]) { self.fronts = fronts }

    /// Decodes a list of fronts.
    public init(from decoder: any Decoder) throws { fronts = try [FrontAnswer](from: decoder) }

    /// Encodes a list of fronts.
    public func encode(to encoder: any Encoder) throws { try fronts.encode(to: encoder) }
}

extension FrontAnswer {
    /// One row a candidate.
    public var csv: CSVRows {
        get throws {
            try CSVRows(
                CandidateAnswer.columns(candidates.first?.quality.name ?? .accuracy), of: candidates)
        }
    }

    /// The candidates, why some are infeasible, and the picture where there is one.
    public func table(_ style: TableStyle) throws -> String {
        let heading =
            "\(device): \(candidates.count) candidates, fidelity \(fidelity?.rawValue ?? "none"), "
            + "hypervolume \(Human.number(hypervolume))"
            + (hypervolume == 0 && candidates.contains { $0.isPareto }
                ? " (no member lies within the job's bounds)" : "")
            + (metric == "accuracy"
                ? "" : ", \(candidates.first?.quality.name.rawValue ?? "quality") is \(metric)")
            + "\n" + (notes + [sharedRemark].compactMap(\.self)).map { "\($0)\n" }.joined()
        let rows = try candidates.isEmpty ? "no feasible candidate\n" : CandidateTable(candidates).text(style)
        return heading + rows + reasons + (picture.map { "\n" + $0.text(width: style.width) } ?? "")
    }

    /// What is remarked of every feasible candidate alike, such as that none of them uses the device's accelerator.
    private var sharedRemark: String? {
        let remarks = candidates.filter { $0.status == .ok }.map(\.reason)
        guard let remark = remarks.first ?? nil, remarks.allSatisfy({ $0 == remark }) else { return nil }
        return "every candidate here \(remark)"
    }

    /// Why candidates of a complete listing are infeasible, each reason once.
    private var reasons: String {
        let infeasible = candidates.filter { $0.status != .ok }
        guard !infeasible.isEmpty else { return "" }
        return "\nnot feasible:\n"
            + infeasible.map { "  \($0.id.prefix(8))  \($0.status.rawValue)  \($0.reason ?? "")\n" }.joined()
    }
}

extension FrontsAnswer {
    /// One row a candidate, with its device.
    public var csv: CSVRows {
        get throws {
            try fronts.flatMap { front in
                front.candidates.map { DeviceCandidateAnswer(device: front.device, candidate: $0) }
            }.csv
        }
    }

    /// One table a device.
    public func table(_ style: TableStyle) throws -> String {
        try fronts.map { try $0.table(style) }.joined(separator: "\n")
    }
}
