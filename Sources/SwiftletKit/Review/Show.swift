import Devices
import ExperimentStore
import Jobs
import ModelGraph
import Quantities
import Search

extension Review {
    /// `swiftlet show`: choices and metrics of one candidate, and what it costs on each device.
    ///
    /// With `layers` the packed model of a finalist is priced layer by layer on a device; with `passes` it is run on this computer
    /// without each pass of the engine in turn.
    public func show(
        job name: String, candidate prefix: String, device: String?, layers: Bool, passes: Bool = false
    ) throws -> Answer {
        let job = try store.job(named: name)
        let evaluations = try job.evaluations(ofCandidate: prefix)
        guard let best = evaluations.first else {
            throw CommandError("job '\(name)' has no candidate '\(prefix)'")
        }
        let devices = try device.map { [$0] } ?? job.targets().map(\.device)
        let scored = try devices.compactMap { device in
            try job.candidates(on: device, at: best.fidelity).candidates.first { $0.id == best.candidate }
                .map { (device: device, candidate: $0) }
        }
        let records = scored.map { entry in
            Record(
                [("device", .text(entry.device))] + entry.candidate.record.entries.map { ($0.key, $0.value) })
        }
        var json: Record = [
            "job": .text(name), "id": .text(best.candidate), "architecture": .text(best.architecture),
            "compression": .text(best.compression), "devices": .list(records.map(Field.record)),
        ]
        var text = heading(best)
        var table = TextTable([("device", .left)] + ScoredCandidate.headings)
        for entry in scored { table.append([entry.device] + entry.candidate.cells) }
        text += table.text
        for entry in scored where entry.candidate.shownReason != nil {
            text +=
                "\(entry.device): \(entry.candidate.shownStatus.rawValue): \(entry.candidate.shownReason ?? "")\n"
        }
        let machines =
            scored.contains { LatencySource(device: $0.device) == .hostEngine } ? try job.hostMachines() : []
        json.append("host_machines", .list(machines.map { .record($0.record) }))
        text += machines.map { "host-cpu: timed on \($0.text)\n" }.joined()
        let measurements = try devices.flatMap { try job.measurements(on: $0) }.filter {
            best.fidelity == .final && $0.candidate == best.candidate
        }
        json.append("measurements", .list(measurements.map { .record($0.record) }))
        text += measurements.map(\.sentence).joined()
        let accounts = CompressionAccounts(job, best, devices: devices)
        json.append("accounts", .list(accounts.json.map(Field.record)))
        text += accounts.text
        if passes {
            let study = try PassStudy(job.model(of: best))
            json.append("passes", .list(study.json.map(Field.record)))
            text += "\n" + study.text
        }
        if layers {
            let breakdowns = try devices.map { try LayerBreakdown(job, best, device: $0) }
            json.append("layers", .list(breakdowns.map { .record($0.json) }))
            text += breakdowns.map { "\n" + $0.text }.joined()
        }
        return Answer(
            json: .record(json), columns: ["device"] + ScoredCandidate.columns, rows: records, table: text)
    }

    private func heading(_ evaluation: Evaluation) -> String {
        let quality = evaluation.quality
        return """
            candidate     \(evaluation.candidate)
            architecture  \(evaluation.architecture)
            compression   \(evaluation.compression)
            accuracy      \(Human.percent(quality?.accuracy, error: quality?.standardError)) on validation (\(evaluation.fidelity.rawValue))
            test          \(Human.percent(quality?.testAccuracy, error: quality?.testStandardError))
            MACs          \(Human.count(evaluation.macs))
            parameters    \(Human.count(evaluation.parameters))


            """
    }
}

extension DeviceMeasurement {
    fileprivate var record: Record {
        [
            "device": .text(device), "repeats": .integer(cost.repeats), "source": .text(source),
            "measured": .list([.text("latency_ms")] + (cost.energy == nil ? [] : [.text("energy_mj")])),
        ]
    }

    fileprivate var sentence: String {
        let times = cost.repeats == 1 ? "once" : "\(cost.repeats) times"
        let energy = cost.energy == nil ? "its energy is predicted" : "its energy too"
        return "\(device): timed there \(times) (\(source)), \(energy)\n"
    }
}

extension JobStore {
    /// The packed model of a finalist.
    fileprivate func model(of evaluation: Evaluation) throws -> Graph {
        guard evaluation.fidelity == .final else {
            throw CommandError(
                "candidate \(evaluation.candidate.prefix(8)) was not trained to the end, so there is no model to look into"
            )
        }
        return try ModelFile(job: self, candidate: evaluation.candidate).read()
    }
}

/// A finalist's cost on a device, layer by layer.
private struct LayerBreakdown {
    let device: String
    let layers: [LayerPrice]

    init(_ job: JobStore, _ evaluation: Evaluation, device: String) throws {
        let graph = try job.model(of: evaluation)
        self.device = device
        layers = price(graph, on: try DeviceShelf().profile(device)).layers
    }

    var json: Record {
        ["device": .text(device), "layers": .list(layers.records.map(Field.record))]
    }

    var text: String { "\(device), layer by layer\n\(layers.table.text)" }
}
