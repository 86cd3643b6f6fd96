import Determinism
public import Quantities

/// The evaluations of a job in proposal order, or a page of them: what `history` answers.
public struct HistoryAnswer: Answer, Hashable {
    /// The job's name.
    public var job: String
    /// One a proposal.
    public var evaluations: [EvaluationAnswer]
    /// Where the next page begins; nil where this is the last.
    public var next: String?

    enum CodingKeys: String, CodingKey { case job, evaluations, next }

    /// A page of a job's history.
    public init(job: String, evaluations: [EvaluationAnswer], next: String? = nil) {
        self.job = job
        self.evaluations = evaluations
        self.next = next
    }

    /// Writes `next` only where another page follows.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(job, forKey: .job)
        try container.encode(evaluations, forKey: .evaluations)
        if let next { try container.encode(next, forKey: .next) }
    }
}

/// One evaluation of a search; host times are left out, for they differ from run to run.
public struct EvaluationAnswer: Hashable, Sendable {
    /// The place in the sequence of proposals, from 0.
    public var evaluation: Int
    /// The candidate's id.
    public var candidate: String
    /// How the quality was obtained.
    public var fidelity: Fidelity
    /// In the space's own encoding.
    public var architecture: String
    /// Such as `structured(0.5)>int8`, or `none`.
    public var compression: String
    /// Validation quality; nil where the evaluation failed.
    public var quality: QualityAnswer
    /// In bytes, on the first device that knows it.
    public var modelSize: Int?
    /// `<device>:<metric>` for each device and cost, then `<device>:hypervolume` of all evaluations until then.
    public var values: [NamedNumber]

    /// A value whose name has a device in it.
    public struct NamedNumber: Hashable, Sendable {
        /// Such as `raspberry-pi-4:latency_ms`.
        public var name: String
        /// In the unit that the name ends in; nil where unknown.
        public var value: Double?

        /// A value and its name.
        public init(name: String, value: Double?) {
            self.name = name
            self.value = value
        }
    }

    /// An evaluation of a search.
    public init(
        evaluation: Int, candidate: String, fidelity: Fidelity, architecture: String, compression: String,
        quality: QualityAnswer, modelSize: Int?, values: [NamedNumber]
    ) {
        self.evaluation = evaluation
        self.candidate = candidate
        self.fidelity = fidelity
        self.architecture = architecture
        self.compression = compression
        self.quality = quality
        self.modelSize = modelSize
        self.values = values
    }
}

extension EvaluationAnswer: Codable {
    private static let fixedKeys: Set<String> = [
        "evaluation", "candidate", "fidelity", "architecture", "compression", "accuracy", "accuracy_se",
        "quality", "quality_se", "model_bytes",
    ]

    /// Encodes the fixed keys, then one key a named value.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: OpenKey.self)
        try container.encode(evaluation, forKey: "evaluation")
        try container.encode(candidate, forKey: "candidate")
        try container.encode(fidelity, forKey: "fidelity")
        try container.encode(architecture, forKey: "architecture")
        try container.encode(compression, forKey: "compression")
        let keys = quality.name.valueKeys
        try container.encodeIfPresent(quality.value, forKey: keys.value)
        try container.encodeIfPresent(quality.standardError, forKey: keys.error)
        try container.encodeIfPresent(modelSize, forKey: "model_bytes")
        for number in values { try container.encodeIfPresent(number.value, forKey: OpenKey(number.name)) }
    }

    /// Decodes what `encode(to:)` writes; the named values by name, as a decoder does not tell their order.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: OpenKey.self)
        let name: QualityAnswer.Name = container.contains("quality") ? .quality : .accuracy
        let keys = name.valueKeys
        let others = container.allKeys.filter { !Self.fixedKeys.contains($0.stringValue) }
        self.init(
            evaluation: try container.decode(Int.self, forKey: "evaluation"),
            candidate: try container.decode(String.self, forKey: "candidate"),
            fidelity: try container.decode(Fidelity.self, forKey: "fidelity"),
            architecture: try container.decode(String.self, forKey: "architecture"),
            compression: try container.decode(String.self, forKey: "compression"),
            quality: QualityAnswer(
                name, value: try container.decodeIfPresent(Double.self, forKey: keys.value),
                standardError: try container.decodeIfPresent(Double.self, forKey: keys.error)),
            modelSize: try container.decodeIfPresent(Int.self, forKey: "model_bytes"),
            values: try others.sorted { $0.stringValue < $1.stringValue }.map {
                NamedNumber(
                    name: $0.stringValue, value: try container.decodeIfPresent(Double.self, forKey: $0))
            })
    }
}

extension QualityAnswer.Name {
    fileprivate var valueKeys: (value: OpenKey, error: OpenKey) {
        switch self {
        case .accuracy: ("accuracy", "accuracy_se")
        case .quality: ("quality", "quality_se")
        }
    }
}

/// A key that is known only when the value is.
struct OpenKey: CodingKey, ExpressibleByStringLiteral {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init(stringValue: String) { self.init(stringValue) }
    init(stringLiteral value: String) { self.init(value) }
    init?(intValue: Int) { nil }
}

extension HistoryAnswer {
    /// One row an evaluation.
    public var csv: CSVRows {
        get throws {
            evaluations.isEmpty
                ? CSVRows(columns: ["evaluation", "candidate"], rows: []) : try CSVRows(of: evaluations)
        }
    }

    /// One line an evaluation; where the width is short, the values of later devices go first.
    public func table(_ style: TableStyle) throws -> String {
        guard let first = evaluations.first else { return "no evaluation yet\n" }
        var columns = [
            FittedTable.Column(
                "evaluation", title: "#", .right, rank: 0, cells: evaluations.map { "\($0.evaluation)" }),
            FittedTable.Column(
                "candidate", .left, rank: 1, cells: evaluations.map { String($0.candidate.prefix(8)) }),
            FittedTable.Column(
                first.quality.name.rawValue, .right, rank: 0, cells: evaluations.map(\.quality.text),
                shortCells: evaluations.map(\.quality.shortText)),
        ]
        for (place, name) in first.values.map(\.name).enumerated() {
            let parts = name.split(separator: ":", maxSplits: 1)
            columns.append(
                FittedTable.Column(
                    name, title: parts.joined(separator: "\n"), .right, rank: 5 + place,
                    cells: evaluations.map { Human.number($0.values[place].value) }))
        }
        columns.append(
            FittedTable.Column(
                "compression", .left, rank: 3, cells: evaluations.map(\.compression), foldsTo: 8))
        columns.append(
            FittedTable.Column(
                "architecture", .left, rank: 4, cells: evaluations.map(\.architecture), foldsTo: 12))
        return try FittedTable(columns).text(style)
    }
}
