import Bundles
import Devices
import ExperimentStore
import Foundation
import Jobs
import ModelGraph
import Quantities
import Search
import SearchSpaces

/// What `swiftlet export` is asked.
public struct ExportRequest: Sendable {
    public var job: String
    public var candidate: String
    /// `onnx`, `tflite` or `c`; nil for every format that the job's devices load.
    public var format: String?
    public var output: String
    public var force: Bool
    /// Whether a candidate that was not trained to the end may be exported: it is trained as the search trained it.
    public var unfinished: Bool
    /// Replaces the data set's path where an unfinished candidate is trained.
    public var data: String?

    public init(
        job: String, candidate: String, format: String?, output: String, force: Bool,
        unfinished: Bool = false, data: String? = nil
    ) {
        self.job = job
        self.candidate = candidate
        self.format = format
        self.output = output
        self.force = force
        self.unfinished = unfinished
        self.data = data
    }
}

extension Review {
    /// `swiftlet export`: a folder with the model in the formats wanted, Swiftlet's packed model, a manifest with the hash of
    /// every file, test vectors and a page on how to run it.
    public func export(_ request: ExportRequest) throws -> Answer {
        let job = try store.job(named: request.job)
        guard let evaluation = try job.evaluations(ofCandidate: request.candidate).first else {
            throw CommandError("job '\(request.job)' has no candidate '\(request.candidate)'")
        }
        guard request.force || !FileManager.default.fileExists(atPath: request.output) else {
            throw CommandError("\(request.output): exists already; --force replaces it")
        }
        let source = try JobSource(of: job)
        let bundle = try Bundle(
            job: job.name, evaluation, try artefact(evaluation, of: job, source, request),
            devices: try source.resolved().profiles, format: request.format)
        try bundle.write(to: request.output)
        return Answer(bundle, of: request.job, in: request.output)
    }

    /// The kept model of a finished candidate, or an unfinished one trained again.
    private func artefact(
        _ evaluation: Evaluation, of job: JobStore, _ source: JobSource, _ request: ExportRequest
    ) throws -> BundledModel {
        if evaluation.fidelity == .final, evaluation.quality != nil {
            return try BundledModel(ModelFile(job: job, candidate: evaluation.candidate))
        }
        guard request.unfinished else {
            throw CommandError(
                "candidate '\(request.candidate)' was not trained to the end; 'swiftlet finish \(job.name) "
                    + "\(evaluation.candidate.prefix(12))' does that, --unfinished exports it as the search left it"
            )
        }
        return try BundledModel(
            evaluation, trainedBy: try source.resolved(), on: request.data ?? source.data,
            database: store.path)
    }
}

extension Answer {
    fileprivate init(_ bundle: Bundle, of job: String, in folder: String) {
        let files = bundle.files.map(\.name) + Bundle.ownFiles
        var text = "\(folder)\n" + files.map { "  \($0)\n" }.joined()
        for refusal in bundle.refusals { text += "left out: \(refusal)\n" }
        let json: Record = [
            "job": .text(job), "candidate": .text(bundle.evaluation.candidate), "output": .text(folder),
            "files": .list(files.map(Field.text)), "left_out": .list(bundle.refusals.map(Field.text)),
        ]
        self.init(
            json: .record(json), columns: ["file"], rows: files.map { ["file": .text($0)] }, table: text)
    }
}
