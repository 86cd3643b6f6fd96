import Datasets
import Devices
import ExperimentStore
import Foundation
import Search

extension Review {
    /// `swiftlet measure --emit`: the finalists of a device in the format that its runtime loads, and a table to fill in.
    ///
    /// - Parameters:
    ///   - folder: what is written; it must not exist, unless it may be replaced.
    ///   - repeats: rows a candidate, for as many runs of the measurement.
    public func emitFinalists(
        of name: String, on device: String, to folder: String, repeats: Int = 3, replaces: Bool = false
    ) throws -> Answer {
        guard (1...100).contains(repeats) else { throw CommandError("--repeats must lie between 1 and 100") }
        guard replaces || !FileManager.default.fileExists(atPath: folder) else {
            throw CommandError("\(folder): exists already; --force replaces its files")
        }
        let place = try MeasuredPlace(store.job(named: name), device)
        var rows: [Record] = []
        var refusals: [String] = []
        for finalist in try place.finalists() {
            let id = finalist.id
            switch try place.files(of: finalist.evaluation) {
            case .failure(let refusal): refusals.append("\(id.prefix(8)): \(refusal.description)")
            case .success(let model):
                let own = "\(id.prefix(12))"
                for file in model.files {
                    try DurableFile.write(file.bytes, to: "\(folder)/\(own)/\(file.name)")
                }
                for index in 1...repeats {
                    rows.append([
                        "candidate": .text(id), "repeat": .integer(index),
                        "model": .text("\(own)/\(model.name)"),
                        "compression": .text(finalist.evaluation.compression), "latency_ms": .unknown,
                        "energy_mj": .unknown,
                    ])
                }
            }
        }
        guard !rows.isEmpty else {
            throw CommandError(
                "\(place.profile.runtime.title) loads none of the finalists: \(refusals.joined(separator: "; "))"
            )
        }
        let columns = rows[0].entries.map(\.key)
        try DurableFile.write(Array(rows.csv(columns: columns).utf8), to: "\(folder)/measurements.csv")
        let json: Record = [
            "job": .text(name), "device": .text(place.device), "output": .text(folder),
            "rows": .list(rows.map(Field.record)), "left_out": .list(refusals.map(Field.text)),
        ]
        let count = rows.count / repeats
        return Answer(
            json: .record(json), columns: columns, rows: rows,
            table: "\(folder): \(count) model\(count == 1 ? "" : "s") for \(place.profile.runtime.title) on "
                + "\(place.device); time each there (median of steady-state batch-1 runs, \(repeats) times anew), fill in "
                + "latency_ms (and energy_mj) of \(folder)/measurements.csv, then run 'swiftlet measure \(name) --device "
                + "\(device) --ingest \(folder)/measurements.csv'\n"
                + refusals.map { "left out: \($0)\n" }.joined())
    }
}

/// `swiftlet measure --ingest`: stores what finalists took on a device, and answers with what the device's predictions were worth.
///
/// Nothing is stored where a row is wrong. What a candidate took replaces what was handed in for it before.
/// - Parameter unit: of the times: `ms`, `us` or `s`.
public func ingestMeasurements(
    _ file: String, unit: String = "ms", job name: String, device: String, database: String
) throws -> Answer {
    let place = try MeasuredPlace(ExperimentStore(reading: database).job(named: name), device)
    let measured = try place.measurements(in: file, unit: unit)
    try ExperimentStore(writing: database).job(named: name).keep(measured.map(\.measurement))
    return Answer(measured, job: name, device: place.device, file: file)
}

/// A device of a job whose finalists are timed there.
private struct MeasuredPlace {
    let job: JobStore
    /// As the job calls it.
    let device: String
    let profile: DeviceProfile
    private let constraints: [Constraint]

    init(_ job: JobStore, _ name: String) throws {
        self.job = job
        let resolved = try JobSource(of: job).resolved()
        profile = try resolved.profiles.first { $0.name == name } ?? DeviceShelf().profile(name)
        device = try job.target(profile.name).device
        constraints = resolved.constraints
        guard device != "host-cpu" else {
            throw CommandError("host-cpu is this computer, on which 'swiftlet search' times finalists itself")
        }
    }

    // MARK: Out

    /// What may be deployed there: finalists of the device, and whatever else is on its front.
    func finalists() throws -> [ScoredCandidate] {
        let finalists = try job.candidates(on: device, at: .final).candidates.filter {
            $0.isFeasible && $0.evaluation.quality != nil && ($0.isFinalist || $0.isPareto)
        }
        guard !finalists.isEmpty else {
            throw CommandError(
                "job '\(job.name)' has no finalist that \(device) can have; 'swiftlet finish' trains a candidate to the end"
            )
        }
        return finalists.sorted {
            ($0.score.latency ?? .infinity, $0.id) < ($1.score.latency ?? .infinity, $1.id)
        }
    }

    /// The file that the runtime loads, and those that belong to it; or why there is none.
    func files(of evaluation: Evaluation) throws -> Result<ModelFiles, CommandError> {
        let model = try BundledModel(ModelFile(job: job, candidate: evaluation.candidate))
        do {
            let bundle = try Bundle(job: job.name, evaluation, model, devices: [profile], format: nil)
            guard let name = bundle.devices.first?.file else {
                return .failure(CommandError(bundle.refusals.joined(separator: "; ")))
            }
            let ending = name.drop { $0 != "." }
            let wanted = ending == ".c" ? ["model.c", "model.h", "model.tflite"] : [name]
            return .success(ModelFiles(name: name, files: bundle.files.filter { wanted.contains($0.name) }))
        } catch let refusal as CommandError {
            return .failure(refusal)
        }
    }

    struct ModelFiles {
        let name: String
        let files: [(name: String, bytes: [UInt8])]
    }

    // MARK: In

    /// What a file says of finalists, checked whole.
    func measurements(in file: String, unit: String) throws -> [MeasuredFinalist] {
        let rows = try rows(of: file, unit: unit)
        let groups = try Measurement.repeats(rows, file: file)
        guard !groups.isEmpty else {
            throw CommandError(
                "\(file): no row has a latency_ms yet; fill them in, then hand the file in again")
        }
        return try groups.map { try measured($0, file: file) }
    }

    /// The rows, each naming its candidate by its whole id.
    private func rows(of file: String, unit: String) throws -> [Devices.Measurement] {
        guard let factor = ["ms": 1, "us": 0.001, "s": 1000][unit] else {
            throw CommandError("--unit: expected ms, us or s, got '\(unit)'")
        }
        let table = try CSVTable(contentsOf: file)
        let (candidates, latencies) = (try table.texts("candidate"), try table.numbers("latency_ms"))
        let energies = table.header.contains("energy_mj") ? try table.numbers("energy_mj") : nil
        return try candidates.indices.map { row in
            let (line, energy) = (table.line(ofRow: row), energies?[row])
            guard latencies[row] != nil || energy == nil else {
                throw CommandError("\(file):\(line): energy_mj stands without a latency_ms")
            }
            return Devices.Measurement(
                line: line, model: try id(of: candidates[row], at: "\(file):\(line)"),
                latencyMilliseconds: latencies[row].map { $0 * factor }, energyMillijoules: energy)
        }
    }

    private func id(of candidate: String, at place: String) throws -> String {
        do {
            let found = try job.evaluations(ofCandidate: candidate)
            guard let final = found.first, final.fidelity == .final, final.quality != nil else {
                throw CommandError(
                    "candidate '\(candidate.prefix(12))' was not trained to the end, so it has no model to be timed"
                )
            }
            return final.candidate
        } catch {
            throw CommandError("\(place): \(error)")
        }
    }

    private func measured(_ repeats: [Devices.Measurement], file: String) throws -> MeasuredFinalist {
        let candidate = repeats[0].model
        guard
            let final = try job.evaluations().first(where: {
                $0.fidelity == .final && $0.candidate == candidate
            }),
            let score = final.score(on: device)
        else {
            throw CommandError(
                "\(file):\(repeats[0].line): '\(candidate.prefix(12))' has no score on \(device)")
        }
        let predicted = price(try ModelFile(job: job, candidate: candidate).read(), on: profile)
        if let reason = predicted.reason, predicted.latencyMilliseconds == nil {
            throw CalibrationError.refused(
                file: file, line: repeats[0].line, model: String(candidate.prefix(12)), reason: reason)
        }
        try requireUnits(repeats, predicted, file)
        let cost = MeasuredCost(
            latencies: repeats.compactMap(\.latencyMilliseconds),
            energies: repeats.compactMap(\.energyMillijoules))
        let (status, reason) = constraints.judgement(of: final, score.replacing(by: cost))
        return MeasuredFinalist(
            measurement: DeviceMeasurement(
                device: device, candidate: candidate, cost: cost,
                source: URL(filePath: file).lastPathComponent, status: status, reason: reason),
            predicted: predicted)
    }

    /// Refuses numbers that only make sense in another unit, naming the row.
    private func requireUnits(_ repeats: [Devices.Measurement], _ predicted: Price, _ file: String) throws {
        for row in repeats {
            for (column, value, expected, hint) in [
                (
                    "latency_ms", row.latencyMilliseconds, predicted.latencyMilliseconds,
                    "; say what unit the times are in with --unit (ms, us or s)"
                ), ("energy_mj", row.energyMillijoules, predicted.energyMillijoules, ""),
            ] {
                guard let value, let expected, expected > 0 else { continue }
                let ratio = value / expected
                guard ratio > 150 || ratio < 1 / 150.0 else { continue }
                throw CommandError(
                    "\(file):\(row.line): \(column) is \(value) where about \(Human.number(expected)) is "
                        + "expected, too far off to be in that unit\(hint)")
            }
        }
    }
}

/// A finalist's measurement beside what its profile predicts.
private struct MeasuredFinalist {
    let measurement: DeviceMeasurement
    let predicted: Price

    var record: Record {
        let cost = measurement.cost
        return [
            "candidate": .text(measurement.candidate), "latency_ms": .number(cost.latency),
            "latency_ms_p10": .number(orUnknown: cost.latencyP10),
            "latency_ms_p90": .number(orUnknown: cost.latencyP90),
            "energy_mj": .number(orUnknown: cost.energy), "repeats": .integer(cost.repeats),
            "predicted_latency_ms": .number(orUnknown: predicted.latencyMilliseconds),
            "predicted_latency_ms_p10": .number(orUnknown: predicted.latencyMillisecondsP10),
            "predicted_latency_ms_p90": .number(orUnknown: predicted.latencyMillisecondsP90),
            "status": .text(measurement.status.rawValue), "reason": .text(orUnknown: measurement.reason),
        ]
    }
}

extension Answer {
    fileprivate init(_ measured: [MeasuredFinalist], job: String, device: String, file: String) {
        let records = measured.map(\.record)
        var table = TextTable([
            ("candidate", .left), ("repeats", .right), ("measured (80 % interval)", .right),
            ("predicted (80 % interval)", .right), ("energy", .right), ("limits", .left),
        ])
        for finalist in measured {
            let (cost, predicted) = (finalist.measurement.cost, finalist.predicted)
            table.append([
                String(finalist.measurement.candidate.prefix(8)), "\(cost.repeats)",
                Human.milliseconds(cost.latency, from: cost.latencyP10, to: cost.latencyP90),
                Human.milliseconds(
                    predicted.latencyMilliseconds, from: predicted.latencyMillisecondsP10,
                    to: predicted.latencyMillisecondsP90),
                cost.energy.map { "\(Human.number($0)) mJ" } ?? "–",
                finalist.measurement.reason ?? finalist.measurement.status.rawValue,
            ])
        }
        let single = measured.count { $0.measurement.cost.repeats == 1 }
        let doubt =
            single == 0
            ? ""
            : "\(single) of them timed once: their interval is unknown, and --confidence takes the time itself\n"
        self.init(
            json: .record([
                "job": .text(job), "device": .text(device), "source": .text(file),
                "measured": .list(records.map(Field.record)),
            ]), columns: records.first?.entries.map(\.key) ?? [], rows: records,
            table: "\(device): \(measured.count) finalists measured, shown from now on\n\(table.text)\(doubt)"
        )
    }
}

extension JobStore {
    /// Judges a device's measurements anew, such as after its other costs have changed.
    func judgeMeasurements(on device: String, by constraints: [Constraint]) throws {
        let finals = try evaluations().filter { $0.fidelity == .final }
        try keep(
            measurements(on: device).map { measurement in
                guard let final = finals.first(where: { $0.candidate == measurement.candidate }),
                    let score = final.score(on: device)
                else { return measurement }
                let (status, reason) = constraints.judgement(of: final, score)
                return DeviceMeasurement(
                    device: device, candidate: measurement.candidate, cost: measurement.cost,
                    source: measurement.source, status: status, reason: reason)
            })
    }
}

extension [Constraint] {
    /// Whether a finalist keeps the limits with these costs, and which it breaks.
    fileprivate func judgement(of final: Evaluation, _ score: Score) -> (Status, reason: String?) {
        var evaluation = final
        evaluation.scores = [score]
        (evaluation.scores[0].status, evaluation.scores[0].reason) = (.ok, nil)
        let judged = judged(evaluation).scores[0]
        return judged.status == .constraint ? (.constraint, judged.reason) : (.ok, nil)
    }
}
