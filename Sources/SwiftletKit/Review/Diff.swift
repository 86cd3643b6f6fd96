import ExperimentStore
import Quantities
import Search

extension Review {
    /// `swiftlet diff`: the fronts of two jobs on the devices that both have, measured by the first job's objectives and bounds.
    ///
    /// - Parameter fidelity: nil for the most trusted one that both have on a device.
    public func diff(_ first: String, _ second: String, device: String?, fidelity: String?) throws -> Answer {
        let (a, b) = (try store.job(named: first), try store.job(named: second))
        let wanted = try self.fidelity(fidelity)
        let shared = Set(try b.targets().map(\.device))
        let targets =
            try device.map { [try a.target($0)] } ?? a.targets().filter { shared.contains($0.device) }
        if let device { _ = try b.target(device) }
        guard !targets.isEmpty else {
            throw CommandError("jobs '\(first)' and '\(second)' have no device in common")
        }
        let rows = try targets.map { target in
            try FrontDifference(target, wanted, a.evaluations(), b.evaluations())
        }
        var table = TextTable(
            [("device", .left), ("fidelity", .left)]
                + [
                    "hypervolume of \(first)", "of \(second)", "front of \(first)", "of \(second)",
                    "best of \(first)", "of \(second)",
                ]
                .map { ($0, .right) })
        for row in rows { table.append(row.cells) }
        let records = rows.map(\.record)
        return Answer(
            json: .record([
                "a": .text(first), "b": .text(second), "devices": .list(records.map(Field.record)),
            ]),
            columns: records.first?.entries.map(\.key) ?? [], rows: records,
            table: table.text + "front: members that the other job's front does not dominate, of all\n")
    }
}

/// Two fronts on one device.
private struct FrontDifference {
    private let device: String
    private let fidelity: Fidelity?
    private let a, b: Side

    private struct Side {
        let hypervolume: Double
        /// Members of the front, and how many of them the other front leaves undominated.
        let members, kept: Int
        let best: Double?

        init(_ target: Target, _ front: [Evaluation], together: [Evaluation]) {
            hypervolume = target.hypervolume(of: front)
            members = front.count
            let left = Set(together)
            kept = front.count { left.contains($0) }
            best = front.compactMap(\.quality?.accuracy).max()
        }
    }

    init(_ target: Target, _ wanted: Fidelity?, _ first: [Evaluation], _ second: [Evaluation]) throws {
        device = target.device
        let common = Set(first.fidelities(on: device)).intersection(second.fidelities(on: device))
        fidelity = wanted ?? common.max()
        let (own, other) = (first.at(fidelity), second.at(fidelity))
        let (a, b) = (target.front(of: own), target.front(of: other))
        let together = target.front(of: a + b)
        self.a = Side(target, a, together: together)
        self.b = Side(target, b, together: together)
    }

    var record: Record {
        [
            "device": .text(device), "fidelity": .text(orUnknown: fidelity?.rawValue),
            "hypervolume_a": .number(a.hypervolume), "hypervolume_b": .number(b.hypervolume),
            "front_a": .integer(a.members), "front_b": .integer(b.members), "undominated_a": .integer(a.kept),
            "undominated_b": .integer(b.kept), "best_accuracy_a": .number(orUnknown: a.best),
            "best_accuracy_b": .number(orUnknown: b.best),
        ]
    }

    var cells: [String] {
        [
            device, fidelity?.rawValue ?? "none in common", Human.number(a.hypervolume),
            Human.number(b.hypervolume),
            "\(a.kept) of \(a.members)", "\(b.kept) of \(b.members)", Human.percent(a.best),
            Human.percent(b.best),
        ]
    }
}

extension [Evaluation] {
    /// The fidelities at which something succeeded on a device.
    fileprivate func fidelities(on device: String) -> [Fidelity] {
        filter { $0.quality != nil && $0.score(on: device) != nil }.map(\.fidelity)
    }

    /// Those of one fidelity; none where there is none.
    fileprivate func at(_ fidelity: Fidelity?) -> [Evaluation] { fidelity.map { at($0) } ?? [] }
}
