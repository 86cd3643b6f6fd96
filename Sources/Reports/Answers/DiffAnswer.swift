public import Quantities

/// The fronts of two jobs on the devices that both have, and what else the jobs differ in: what `diff` answers.
public struct DiffAnswer: Answer, Hashable {
    /// The first job's name; its objectives and bounds measure both.
    public var a: String
    /// The second job's name.
    public var b: String
    /// One entry a device that both have, in the first job's order.
    public var devices: [DeviceDiffAnswer]
    /// What the jobs were asked differently; nil where it was not looked at.
    public var changes: [ChangeAnswer]?

    enum CodingKeys: String, CodingKey { case a, b, devices, changes }

    /// A comparison of two jobs.
    public init(a: String, b: String, devices: [DeviceDiffAnswer], changes: [ChangeAnswer]? = nil) {
        self.a = a
        self.b = b
        self.devices = devices
        self.changes = changes
    }

    /// Writes `changes` only where it was looked at.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(a, forKey: .a)
        try container.encode(b, forKey: .b)
        try container.encode(devices, forKey: .devices)
        if let changes { try container.encode(changes, forKey: .changes) }
    }
}

/// One thing that two jobs were asked differently.
public struct ChangeAnswer: Codable, Hashable, Sendable {
    /// What it belongs to.
    public enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
        /// The data set, its split or its preparation.
        case data
        /// The search space, or the compressions that it offers.
        case space
        /// The content of a device's profile, or which devices there are.
        case profile
        /// Objectives, constraints and what is kept for the application.
        case goal
        /// How candidates are trained and finished.
        case training
        /// The strategy and its batches.
        case strategy
        /// The seed.
        case seed
    }
    /// What it belongs to.
    public var kind: Kind
    /// The key of the job, such as `search.seed`.
    public var key: String
    /// The values of both jobs; nil where a job does not have the key.
    public var a, b: String?

    /// A difference of two jobs.
    public init(kind: Kind, key: String, a: String?, b: String?) {
        self.kind = kind
        self.key = key
        self.a = a
        self.b = b
    }

    /// As people read it; contents that are only known by their hash are not spelled out.
    fileprivate var text: String {
        func isHash(_ text: String?) -> Bool { text?.count == 64 && text?.allSatisfy(\.isHexDigit) == true }
        if isHash(a) || isHash(b), a != nil, b != nil { return "\(key) has another content" }
        return "\(key): \(a ?? "not given") → \(b ?? "not given")"
    }
}

/// Two fronts on one device.
public struct DeviceDiffAnswer: Codable, Hashable, Sendable {
    /// The device.
    public var device: String
    /// The fidelity of both fronts; nil where they have none in common.
    public var fidelity: Fidelity?
    /// In [0, 1], with the first job's bounds.
    public var hypervolumeA, hypervolumeB: Double
    /// Members of the front.
    public var frontA, frontB: Int
    /// Members that the other front does not dominate.
    public var undominatedA, undominatedB: Int
    /// The best quality on the front.
    public var bestA, bestB: Double?

    enum CodingKeys: String, CodingKey {
        case device, fidelity
        case hypervolumeA = "hypervolume_a"
        case hypervolumeB = "hypervolume_b"
        case frontA = "front_a"
        case frontB = "front_b"
        case undominatedA = "undominated_a"
        case undominatedB = "undominated_b"
        case bestA = "best_accuracy_a"
        case bestB = "best_accuracy_b"
    }

    /// One job's side of a comparison.
    public struct Side: Hashable, Sendable {
        /// In [0, 1].
        public var hypervolume: Double
        /// Members of the front, and how many of them the other front leaves undominated.
        public var members, kept: Int
        /// The best quality on the front.
        public var best: Double?

        /// One front.
        public init(hypervolume: Double, members: Int, kept: Int, best: Double?) {
            self.hypervolume = hypervolume
            self.members = members
            self.kept = kept
            self.best = best
        }
    }

    /// Two fronts on a device.
    public init(device: String, fidelity: Fidelity?, a: Side, b: Side) {
        self.device = device
        self.fidelity = fidelity
        (hypervolumeA, hypervolumeB) = (a.hypervolume, b.hypervolume)
        (frontA, frontB) = (a.members, b.members)
        (undominatedA, undominatedB) = (a.kept, b.kept)
        (bestA, bestB) = (a.best, b.best)
    }
}

extension DiffAnswer {
    /// One row a device.
    public var csv: CSVRows { get throws { try CSVRows(of: devices) } }

    /// One line a device, then what the jobs were asked differently.
    public func table(_ style: TableStyle) throws -> String {
        func numbers(
            _ name: String, _ title: String, rank: Int, _ cells: [String]
        ) -> FittedTable.Column {
            FittedTable.Column(name, title: title, .right, rank: rank, cells: cells)
        }
        let table = FittedTable([
            FittedTable.Column("device", .left, rank: 0, cells: devices.map(\.device), foldsTo: 10),
            FittedTable.Column(
                "fidelity", .left, rank: 3, cells: devices.map { $0.fidelity?.rawValue ?? "none in common" }),
            numbers(
                "hypervolume_a", "hypervolume\nA", rank: 0, devices.map { Human.number($0.hypervolumeA) }),
            numbers("hypervolume_b", "B", rank: 0, devices.map { Human.number($0.hypervolumeB) }),
            numbers(
                "front_a", "undominated\nof A", rank: 1,
                devices.map { "\($0.undominatedA) of \($0.frontA)" }),
            numbers("front_b", "of B", rank: 1, devices.map { "\($0.undominatedB) of \($0.frontB)" }),
            numbers("best_a", "best\nof A", rank: 2, devices.map { Human.percent($0.bestA) }),
            numbers("best_b", "of B", rank: 2, devices.map { Human.percent($0.bestB) }),
        ])
        return "A is \(a), B is \(b); undominated: members that the other front does not dominate\n\n"
            + (try table.text(style)) + changesText
    }

    private var changesText: String {
        guard let changes else { return "" }
        guard !changes.isEmpty else { return "\nboth were asked the same\n" }
        let lines = ChangeAnswer.Kind.allCases.flatMap { kind in
            changes.filter { $0.kind == kind }.map { "  \(kind.rawValue.padded(to: 9)) \($0.text)\n" }
        }
        return "\nasked differently, A → B\n" + lines.joined()
    }
}
