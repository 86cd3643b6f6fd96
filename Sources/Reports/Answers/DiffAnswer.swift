public import Quantities

/// The fronts of two jobs on the devices that both have: what `diff` answers.
public struct DiffAnswer: Answer, Hashable {
    /// The first job's name; its objectives and bounds measure both.
    public var a: String
    /// The second job's name.
    public var b: String
    /// One entry a device that both have, in the first job's order.
    public var devices: [DeviceDiffAnswer]

    /// A comparison of two jobs.
    public init(a: String, b: String, devices: [DeviceDiffAnswer]) {
        self.a = a
        self.b = b
        self.devices = devices
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

    /// One line a device.
    public func table(_ style: TableStyle) -> String {
        var table = TextTable(
            [("device", .left), ("fidelity", .left)]
                + [
                    "hypervolume of \(a)", "of \(b)", "front of \(a)", "of \(b)", "best of \(a)", "of \(b)",
                ].map { ($0, .right) })
        for row in devices {
            table.append([
                row.device, row.fidelity?.rawValue ?? "none in common", Human.number(row.hypervolumeA),
                Human.number(row.hypervolumeB), "\(row.undominatedA) of \(row.frontA)",
                "\(row.undominatedB) of \(row.frontB)", Human.percent(row.bestA), Human.percent(row.bestB),
            ])
        }
        return table.text + "front: members that the other job's front does not dominate, of all\n"
    }
}
