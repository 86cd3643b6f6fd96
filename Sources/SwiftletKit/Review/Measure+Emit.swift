import Archives
import Bundles
import Devices
import ExperimentStore
import Foundation
import Jobs
import Quantities
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
        let models = try HandedOutModels(place)
        let rows = models.rows(repeats: repeats)
        try models.write(to: folder, with: rows)
        let json: Record = [
            "job": .text(name), "device": .text(place.device), "output": .text(folder),
            "rows": .list(rows.map(Field.record)), "left_out": .list(models.refusals.map(Field.text)),
        ]
        let count = models.finalists.count
        return Answer(
            json: .record(json), columns: HandedOutModels.columns, rows: rows,
            table: "\(folder): \(count) model\(count == 1 ? "" : "s") for \(place.profile.runtime.title) on "
                + "\(place.device); time each there (median of steady-state batch-1 runs, \(repeats) times "
                + "anew), fill in latency_ms (and energy_mj) of \(folder)/measurements.csv, then run "
                + "'swiftlet measure \(name) --device \(device) --ingest \(folder)/measurements.csv'\n"
                + models.refusals.map { "left out: \($0)\n" }.joined())
    }
}

/// Finalists as a device's runtime loads them, and why some are left out.
private struct HandedOutModels {
    private(set) var finalists: [(evaluation: Evaluation, model: ModelFiles)] = []
    private(set) var refusals: [String] = []

    static let columns = ["candidate", "repeat", "model", "compression", "latency_ms", "energy_mj"]

    init(_ place: MeasuredPlace) throws {
        for finalist in try place.finalists() {
            switch try place.files(of: finalist.evaluation) {
            case .failure(let refusal): refusals.append("\(finalist.id.prefix(8)): \(refusal.description)")
            case .success(let model): finalists.append((finalist.evaluation, model))
            }
        }
        guard !finalists.isEmpty else {
            throw CommandError(
                "\(place.profile.runtime.title) loads none of the finalists: "
                    + refusals.joined(separator: "; "))
        }
    }

    /// The table to fill in: one row a repeat, its numbers unknown.
    func rows(repeats: Int) -> [Record] {
        finalists.flatMap { evaluation, model in
            (1...repeats).map { index -> Record in
                [
                    "candidate": .text(evaluation.candidate), "repeat": .integer(index),
                    "model": .text("\(folder(of: evaluation))/\(model.name)"),
                    "compression": .text(evaluation.compression), "latency_ms": .unknown,
                    "energy_mj": .unknown,
                ]
            }
        }
    }

    func write(to output: String, with rows: [Record]) throws {
        for (evaluation, model) in finalists {
            for file in model.files {
                try DurableFile.write(file.bytes, to: "\(output)/\(folder(of: evaluation))/\(file.name)")
            }
        }
        let table = rows.csv(columns: HandedOutModels.columns)
        try DurableFile.write(Array(table.utf8), to: "\(output)/measurements.csv")
    }

    private func folder(of evaluation: Evaluation) -> String { String(evaluation.candidate.prefix(12)) }
}

/// The file that a runtime loads, and those that belong to it.
private struct ModelFiles {
    let name: String
    let files: [(name: String, bytes: [UInt8])]
}

extension MeasuredPlace {
    /// What may be deployed there: finalists of the device, and whatever else is on its front.
    fileprivate func finalists() throws -> [ScoredCandidate] {
        let finalists = try job.candidates(on: device, at: .final).candidates.filter {
            $0.isFeasible && $0.evaluation.quality != nil && ($0.isFinalist || $0.isPareto)
        }
        guard !finalists.isEmpty else {
            throw CommandError(
                "job '\(job.name)' has no finalist that \(device) can have; "
                    + "'swiftlet finish' trains a candidate to the end")
        }
        return finalists.sorted {
            ($0.score.latency ?? .infinity, $0.id) < ($1.score.latency ?? .infinity, $1.id)
        }
    }

    /// The file that the runtime loads, and those that belong to it; or why there is none.
    fileprivate func files(of evaluation: Evaluation) throws -> Result<ModelFiles, CommandError> {
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
}
