import Archives
import Bundles
import Devices
import ExperimentStore
import Jobs
import Quantities
public import Reports
import Search

extension Review {
    /// Writes the finalists of a device in the format that its runtime loads, and a table to fill in.
    ///
    /// - Parameters:
    ///   - folder: what is written; it must not exist, unless it may be replaced.
    ///   - repeats: rows a candidate, for as many runs of the measurement; from 1 to 100.
    public func emitFinalists(
        of name: String, on device: String, to folder: String, repeats: Int = 3, replacing: Bool = false
    ) throws -> EmittedAnswer {
        try KitError.require(repeats, in: 1...100, name: "repeats")
        _ = try OutputPath(folder, replacing: replacing)
        let place = try MeasuredPlace(store.job(named: name), device)
        let models = try HandedOutModels(place)
        let answer = EmittedAnswer(
            job: name, device: place.device, output: folder, rows: models.rows(repeats: repeats),
            leftOut: models.refusals, runtime: place.profile.runtime.title, deviceName: device)
        try models.write(to: folder, with: answer.csv)
        return answer
    }
}

/// Finalists as a device's runtime loads them, and why some are left out.
private struct HandedOutModels {
    private(set) var finalists: [(evaluation: Evaluation, model: ModelFiles)] = []
    private(set) var refusals: [String] = []

    init(_ place: MeasuredPlace) throws {
        for finalist in try place.finalists() {
            switch try place.files(of: finalist.evaluation) {
            case .failure(let refusal): refusals.append("\(finalist.id.prefix(8)): \(refusal.description)")
            case .success(let model): finalists.append((finalist.evaluation, model))
            }
        }
        guard !finalists.isEmpty else {
            throw KitError.refused(
                "\(place.profile.runtime.title) loads none of the finalists: "
                    + refusals.joined(separator: "; "))
        }
    }

    /// The table to fill in: one row a repeat, its numbers unknown.
    func rows(repeats: Int) -> [MeasurementRowAnswer] {
        finalists.flatMap { evaluation, model in
            (1...repeats).map { index in
                MeasurementRowAnswer(
                    candidate: evaluation.candidate, repetition: index,
                    model: "\(folder(of: evaluation))/\(model.name)", compression: evaluation.compression)
            }
        }
    }

    func write(to output: String, with rows: CSVRows) throws {
        let models = finalists.flatMap { evaluation, model in
            model.files.map { (name: "\(folder(of: evaluation))/\($0.name)", bytes: $0.bytes) }
        }
        try DurableFile.write(
            models + [(name: "measurements.csv", bytes: Array(rows.text.utf8))], toFolder: output)
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
            throw KitError.refused(
                "job '\(job.name)' has no finalist that \(device) can have; "
                    + "'swiftlet finish' trains a candidate to the end")
        }
        return finalists.sorted {
            ($0.score.latency ?? .infinity, $0.id) < ($1.score.latency ?? .infinity, $1.id)
        }
    }

    /// The file that the runtime loads, and those that belong to it; or why there is none.
    fileprivate func files(of evaluation: Evaluation) throws -> Result<ModelFiles, BundleError> {
        let model = try BundledModel(ModelFile(job: job, candidate: evaluation.candidate))
        do {
            let bundle = try ModelBundle(
                job: job.name, BundledCandidate(evaluation, QualityScale(job)), model, devices: [profile],
                formats: [])
            guard let name = bundle.devices.first?.file else {
                return .failure(BundleError(bundle.refusals.joined(separator: "; ")))
            }
            let ending = name.drop { $0 != "." }
            let wanted = ending == ".c" ? ["model.c", "model.h", "model.tflite"] : [name]
            return .success(ModelFiles(name: name, files: bundle.files.filter { wanted.contains($0.name) }))
        } catch let refusal as BundleError {
            return .failure(refusal)
        }
    }
}
