import ExperimentStore
import Quantities
import Search

extension Review {
    /// `swiftlet front`: the front of a job on a device, or on each of its devices.
    ///
    /// - Parameters:
    ///   - includesAll: every candidate, also dominated and infeasible ones, with the reason.
    ///   - plots: adds a picture of accuracy over the first cost to the table.
    public func front(
        job name: String, device: String?, fidelity: String?, includesAll: Bool, plots: Bool
    ) throws -> Answer {
        let job = try store.job(named: name)
        let wanted = try self.fidelity(fidelity)
        let devices = try device.map { [$0] } ?? job.targets().map(\.device)
        let fronts = try devices.map { try DeviceFront(job, device: $0, wanted, includesAll: includesAll) }
        let json =
            device == nil
            ? Field.list(fronts.map { .record($0.json) }) : fronts.first.map { .record($0.json) }
        var columns = ScoredCandidate.columns
        if device == nil { columns.insert("device", at: 0) }
        return Answer(
            json: json ?? .list([]), columns: columns, rows: fronts.flatMap(\.rows),
            table: fronts.map { $0.text(plots: plots) }.joined(separator: "\n"))
    }
}

/// One device's front, ready to be shown.
struct DeviceFront {
    private let job: String
    private let metric: String
    let target: Target
    let fidelity: Fidelity?
    /// By latency where it is known, then by id.
    let all: [ScoredCandidate]
    let shown: [ScoredCandidate]
    let hypervolume: Double

    init(_ job: JobStore, device: String, _ wanted: Fidelity?, includesAll: Bool) throws {
        self.job = job.name
        metric = try job.metric()
        target = try job.target(device)
        let (fidelity, candidates) = try job.candidates(on: device, at: wanted)
        self.fidelity = fidelity
        all = candidates.sorted {
            ($0.score.latency ?? .infinity, $0.id) < ($1.score.latency ?? .infinity, $1.id)
        }
        shown = includesAll ? all : all.filter(\.isPareto)
        hypervolume = target.hypervolume(of: all.map(\.evaluation))
    }

    var json: Record {
        [
            "job": .text(job), "device": .text(target.device),
            "fidelity": .text(orUnknown: fidelity?.rawValue),
            "metric": .text(metric),
            "reference": .list(target.objectives.map { _ in .number(hypervolumeReference) }),
            "hypervolume": .number(hypervolume), "candidates": .list(shown.map { .record($0.record) }),
        ]
    }

    var rows: [Record] {
        shown.map {
            Record([("device", .text(target.device))] + $0.record.entries.map { ($0.key, $0.value) })
        }
    }

    func text(plots: Bool) -> String {
        let heading =
            "\(target.device): \(shown.count) candidates, fidelity \(fidelity?.rawValue ?? "none"), "
            + "hypervolume \(Human.number(hypervolume))\n"
        var table = TextTable(ScoredCandidate.headings)
        for candidate in shown { table.append(candidate.cells) }
        return heading + (shown.isEmpty ? "no feasible candidate\n" : table.text) + reasons
            + (plots ? "\n" + plot : "")
    }

    /// Why candidates of a complete listing are infeasible, each reason once.
    private var reasons: String {
        let infeasible = shown.filter { $0.shownStatus != .ok }
        guard !infeasible.isEmpty else { return "" }
        return "\nnot feasible:\n"
            + infeasible.map { "  \($0.id.prefix(8))  \($0.shownStatus.rawValue)  \($0.shownReason ?? "")\n" }
            .joined()
    }

    /// The first cost among the objectives: what accuracy is drawn over.
    var cost: Metric { target.objectives.map(\.metric).first { !$0.isQuality } ?? .latency }

    /// Every feasible candidate that can be drawn, by its first cost and accuracy.
    var drawable: [(candidate: ScoredCandidate, cost: Double, accuracy: Double)] {
        all.filter(\.isFeasible).compactMap { candidate in
            guard let x = candidate.value(of: cost), let y = candidate.evaluation.quality?.accuracy else {
                return nil
            }
            return (candidate, x, y)
        }
    }

    var pictureTitle: String { "\(metric) over \(cost.title) on \(target.device)" }

    private var plot: String {
        let points = drawable.map {
            TextPlot.Point(x: $0.cost, y: $0.accuracy, isOnFront: $0.candidate.isPareto)
        }
        return TextPlot(points, title: pictureTitle).text(
            xLabel: cost.shown, yLabel: { Human.percent($0) })
    }
}
