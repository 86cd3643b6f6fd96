import ExperimentStore
public import Quantities
public import Reports
import Search

extension Review {
    /// The fronts of two jobs on the devices that both have, measured by the first job's objectives and bounds.
    ///
    /// - Parameters:
    ///   - device: nil for every device that both have.
    ///   - fidelity: nil for the most trusted one that both have on a device.
    public func difference(
        between first: String, and second: String, on device: String? = nil, fidelity: Fidelity? = nil
    ) throws -> DiffAnswer {
        let (a, b) = (try store.job(named: first), try store.job(named: second))
        let shared = Set(try b.targets().map(\.device))
        let targets =
            try device.map { [try a.target($0)] } ?? a.targets().filter { shared.contains($0.device) }
        if let device { _ = try b.target(device) }
        guard !targets.isEmpty else { throw KitError.noCommonDevice(first, second) }
        let (own, other) = (try a.evaluations(), try b.evaluations())
        return DiffAnswer(
            a: first, b: second, devices: targets.map { DeviceDiffAnswer($0, fidelity, own, other) },
            changes: try changes(from: a.askedKeys(), to: b.askedKeys()))
    }
}

/// What two jobs were asked differently, by key.
private func changes(from a: [String: String], to b: [String: String]) -> [ChangeAnswer] {
    Set(a.keys).union(b.keys).sorted().filter { $0 != "name" && a[$0] != b[$0] }.map { key in
        ChangeAnswer(kind: ChangeAnswer.Kind(ofKey: key), key: key, a: a[key], b: b[key])
    }
}

extension ChangeAnswer.Kind {
    /// What a key of a job belongs to.
    fileprivate init(ofKey key: String) {
        switch key.prefix(while: { $0 != "." && $0 != " " }) {
        case "dataset": self = .data
        case "space", "compression", "fixed_compression", "calibrator", "max_drop": self = .space
        case "sources": self = key == "sources.space" ? .space : .profile
        case "devices": self = .profile
        case "objectives", "constraints", "reserve": self = .goal
        case "search": self = key == "search.seed" ? .seed : .strategy
        default: self = .training
        }
    }
}

extension DeviceDiffAnswer {
    fileprivate init(_ target: Target, _ wanted: Fidelity?, _ first: [Evaluation], _ second: [Evaluation]) {
        let device = target.device
        let common = Set(first.fidelities(on: device)).intersection(second.fidelities(on: device))
        let fidelity = wanted ?? common.max()
        let (a, b) = (target.front(of: first.at(fidelity)), target.front(of: second.at(fidelity)))
        let together = Set(target.front(of: a + b))
        self.init(
            device: device, fidelity: fidelity, a: Side(target, a, together: together),
            b: Side(target, b, together: together))
    }
}

extension DeviceDiffAnswer.Side {
    fileprivate init(_ target: Target, _ front: [Evaluation], together: Set<Evaluation>) {
        self.init(
            hypervolume: target.hypervolume(of: front), members: front.count,
            kept: front.count { together.contains($0) }, best: front.compactMap(\.quality?.accuracy).max())
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
