public import Determinism
import Quantities

/// A resolved job before any work: what `search --dry-run` answers.
public struct PlanAnswer: Answer, Hashable {
    /// Everything that decides what the search proposes and how it trains, in the job's own keys.
    public var guide: JSONObject
    /// What it is trained and judged on; nil where candidates are looked up in a table.
    public var data: DataPlan?
    /// What a front-end takes before the network, on microcontrollers.
    public var frontEnds: [FrontEndAnswer] = []
    /// How much it may do.
    public var budget: Budget
    /// The lengths that the job file leaves open, as the keys that would set them.
    public var chosen: JSONObject
    /// How long it will take.
    public var expected: ExpectedTimesAnswer
    /// The given model's quality on a slice of the training part; nil where the job has none.
    public var modelAccuracy: Double?
    /// For each device, the share of random points that it can have within the limits on costs.
    public var feasibleShares: [FeasibleShare]

    /// Samples, and how they are divided.
    public struct DataPlan: Codable, Hashable, Sendable {
        /// In all parts.
        public var samples: Int
        /// Height, width, channels.
        public var shape: [Int]
        /// Empty where no classes are predicted.
        public var classes: [DataAnswer.ClassCount]
        /// Samples of each part.
        public var parts: DataAnswer.Parts
        /// How the source was read, where a person should know; nil where there is nothing to say.
        public var remarks: [String]?

        /// What a job's data hold.
        public init(
            samples: Int, shape: [Int], classes: [DataAnswer.ClassCount], parts: DataAnswer.Parts,
            remarks: [String]? = nil
        ) {
            self.samples = samples
            self.shape = shape
            self.classes = classes
            self.parts = parts
            self.remarks = remarks
        }

        fileprivate var text: String {
            "\(samples) samples of \(shape.map(String.init).joined(separator: "×"))"
                + (classes.isEmpty ? "" : ", \(classes.count) classes") + "\n\n"
                + DataAnswer.table(of: parts, classes) + "\n"
                + (remarks ?? []).map { "warning: \($0)\n" }.joined() + (remarks == nil ? "" : "\n")
        }
    }

    /// How much a search may do.
    public struct Budget: Codable, Hashable, Sendable {
        /// Evaluations at most.
        public var maxEvaluations: Int
        /// Seconds at most; nil without a limit.
        public var maxSeconds: Double?
        /// Candidates that are worked on at once.
        public var threads: Int

        enum CodingKeys: String, CodingKey {
            case maxEvaluations = "max_evaluations"
            case maxSeconds = "max_seconds"
            case threads
        }

        /// A budget.
        public init(maxEvaluations: Int, maxSeconds: Double?, threads: Int) {
            self.maxEvaluations = maxEvaluations
            self.maxSeconds = maxSeconds
            self.threads = threads
        }
    }

    /// What a device can have.
    public struct FeasibleShare: Hashable, Sendable {
        /// The device.
        public var device: String
        /// In [0, 1].
        public var share: Double

        /// A device's share.
        public init(device: String, share: Double) {
            self.device = device
            self.share = share
        }
    }

    /// A resolved job.
    public init(
        guide: JSONObject, budget: Budget, chosen: JSONObject = JSONObject([]),
        expected: ExpectedTimesAnswer, modelAccuracy: Double?,
        feasibleShares: [FeasibleShare]
    ) {
        self.guide = guide
        self.budget = budget
        self.chosen = chosen
        self.expected = expected
        self.modelAccuracy = modelAccuracy
        self.feasibleShares = feasibleShares
    }
}

/// How long a search will take, from a fraction of a second of real training.
public struct ExpectedTimesAnswer: Codable, Hashable, Sendable {
    /// For one candidate at search fidelity; nil where nothing is trained.
    public var secondsPerEvaluation: Double?
    /// For the whole search.
    public var searchSeconds: Double
    /// For all finalists; nil where nothing is trained.
    public var finalistSeconds: Double?
    /// Of a limited time, what the search may use; nil where nothing is trained.
    public var shareOfTimeForSearch: Double?

    enum CodingKeys: String, CodingKey {
        case secondsPerEvaluation = "seconds_per_evaluation"
        case searchSeconds = "search_seconds"
        case finalistSeconds = "finalist_seconds"
        case shareOfTimeForSearch = "share_of_time_for_search"
    }

    /// Expected times.
    public init(
        secondsPerEvaluation: Double? = nil, searchSeconds: Double, finalistSeconds: Double? = nil,
        shareOfTimeForSearch: Double? = nil
    ) {
        self.secondsPerEvaluation = secondsPerEvaluation
        self.searchSeconds = searchSeconds
        self.finalistSeconds = finalistSeconds
        self.shareOfTimeForSearch = shareOfTimeForSearch
    }

    /// Writes only what is known.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        if let secondsPerEvaluation {
            try container.encode(secondsPerEvaluation, forKey: .secondsPerEvaluation)
        }
        try container.encode(searchSeconds, forKey: .searchSeconds)
        if let finalistSeconds { try container.encode(finalistSeconds, forKey: .finalistSeconds) }
        if let shareOfTimeForSearch {
            try container.encode(shareOfTimeForSearch, forKey: .shareOfTimeForSearch)
        }
    }
}

extension PlanAnswer {
    private static let ownKeys: Set<String> = [
        "data", "front_end", "budget", "chosen", "expected", "model_accuracy_on_train_slice",
        "feasible_share",
    ]

    /// Encodes the guide's keys, then what is known of the budget beside them.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: OpenKey.self)
        for entry in guide.entries { try container.encode(entry.value, forKey: OpenKey(entry.key)) }
        if let data { try container.encode(data, forKey: "data") }
        if !frontEnds.isEmpty {
            var nested = container.nestedContainer(keyedBy: OpenKey.self, forKey: "front_end")
            for entry in frontEnds { try nested.encode(entry, forKey: OpenKey(entry.device)) }
        }
        try container.encode(budget, forKey: "budget")
        if !chosen.entries.isEmpty { try container.encode(JSONValue.object(chosen), forKey: "chosen") }
        try container.encode(expected, forKey: "expected")
        if let modelAccuracy { try container.encode(modelAccuracy, forKey: "model_accuracy_on_train_slice") }
        var shares = container.nestedContainer(keyedBy: OpenKey.self, forKey: "feasible_share")
        for entry in feasibleShares { try shares.encode(entry.share, forKey: OpenKey(entry.device)) }
    }

    /// Decodes what `encode(to:)` writes; open keys by name, as a decoder does not tell their order.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: OpenKey.self)
        let guide = container.allKeys.filter { !Self.ownKeys.contains($0.stringValue) }
        let shares = try container.nestedContainer(keyedBy: OpenKey.self, forKey: "feasible_share")
        self.init(
            guide: JSONObject(
                try guide.sorted { $0.stringValue < $1.stringValue }.map {
                    ($0.stringValue, try container.decode(JSONValue.self, forKey: $0))
                }),
            budget: try container.decode(Budget.self, forKey: "budget"),
            chosen: try container.decodeIfPresent(JSONValue.self, forKey: "chosen")?.entries
                ?? JSONObject([]),
            expected: try container.decode(ExpectedTimesAnswer.self, forKey: "expected"),
            modelAccuracy: try container.decodeIfPresent(
                Double.self, forKey: "model_accuracy_on_train_slice"),
            feasibleShares: try shares.allKeys.sorted { $0.stringValue < $1.stringValue }.map {
                FeasibleShare(device: $0.stringValue, share: try shares.decode(Double.self, forKey: $0))
            })
        data = try container.decodeIfPresent(DataPlan.self, forKey: "data")
        if container.contains("front_end") {
            let nested = try container.nestedContainer(keyedBy: OpenKey.self, forKey: "front_end")
            frontEnds = try nested.allKeys.sorted { $0.stringValue < $1.stringValue }
                .map { try nested.decode(FrontEndAnswer.self, forKey: $0) }
        }
    }

    private struct Line: Encodable { let key, value: String }

    private var lines: [Line] {
        get throws { JSONValue.lines(of: try JSONValue(encoding: self)).map(Line.init) }
    }

    /// One row a key, nested ones with their path.
    public var csv: CSVRows { get throws { try CSVRows(["key", "value"], of: lines) } }

    /// Shape, classes and parts of the data, then one line a key.
    public func table(_ style: TableStyle) -> String {
        (data?.text ?? "")
            + ((try? lines) ?? []).filter { !$0.key.hasPrefix("data.") && !$0.value.isEmpty }.map {
                "\($0.key.padded(to: 26)) \($0.key == "reserve" ? reserveText : $0.value)\n"
            }.joined()
    }

    /// What is kept free for the rest of the program: bytes of memory, then of flash.
    private var reserveText: String {
        guard case .list(let items)? = guide.entries.first(where: { $0.key == "reserve" })?.value else {
            return "–"
        }
        return zip(items, ["RAM", "flash"]).map { "\(Human.bytes(Int($0.0.plain))) of \($0.1)" }
            .joined(separator: ", ")
    }
}

extension JSONValue {
    /// Nil for what is no object.
    fileprivate var entries: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }

    /// The leaves of an object by their key paths; a list is one leaf.
    fileprivate static func lines(of value: JSONValue, prefix: String = "") -> [(key: String, value: String)]
    {
        guard case .object(let object) = value else { return [] }
        return object.entries.flatMap { entry -> [(key: String, value: String)] in
            if case .object = entry.value { return lines(of: entry.value, prefix: "\(prefix)\(entry.key).") }
            return [(prefix + entry.key, entry.value.oneLine)]
        }
    }

    private var oneLine: String {
        if case .list(let items) = self { items.map(\.plain).joined(separator: ", ") } else { plain }
    }
}
