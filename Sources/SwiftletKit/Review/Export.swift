public import Bundles
import Devices
import ExperimentStore
import Jobs
public import ModelGraph
import Quantities
public import Reports
import Search

/// A candidate to be written as a folder that ships.
public struct ExportRequest: Sendable {
    /// The job's name.
    public var job: String
    /// The candidate's id, or enough of the beginning of it.
    public var candidate: String
    /// Empty for every format that the devices load.
    public var formats: [BundleFormat]
    /// What callers of the TFLite file hand over and get; nil for what the devices want.
    public var interface: ModelInterface?
    /// The only device that the bundle is for; nil for every one of the job.
    public var device: String?
    /// The folder to write.
    public var output: String
    /// Whether files that are there may be replaced.
    public var replacing: Bool
    /// Whether a candidate that was not trained to the end may be exported: it is trained as the search trained it.
    public var allowsUnfinished: Bool
    /// Replaces the data set's path where an unfinished candidate is trained.
    public var data: String?

    /// A candidate and the folder to write.
    public init(
        job: String, candidate: String, formats: [BundleFormat] = [], interface: ModelInterface? = nil,
        device: String? = nil, output: String,
        replacing: Bool = false, allowsUnfinished: Bool = false, data: String? = nil
    ) {
        self.job = job
        self.candidate = candidate
        self.formats = formats
        self.interface = interface
        self.device = device
        self.output = output
        self.replacing = replacing
        self.allowsUnfinished = allowsUnfinished
        self.data = data
    }
}

extension Review {
    /// Writes a folder with the model in the formats wanted, Swiftlet's packed model, a manifest with the hash of every file,
    /// test vectors and a page on how to run it.
    ///
    /// - Throws: where a written model, read back, does not answer the test vectors as the candidate does.
    public func export(_ request: ExportRequest) throws -> ExportAnswer {
        let job = try store.job(named: request.job)
        let evaluation = try job.bestEvaluation(of: request.candidate)
        _ = try OutputPath(request.output, replacing: request.replacing)
        let source = try JobSource(of: job)
        let bundle = try ModelBundle(
            job: job.name, BundledCandidate(evaluation, QualityScale(job)),
            artefact(evaluation, of: job, source, request),
            devices: try profiles(for: request.device, of: job, source), formats: request.formats,
            interface: request.interface)
        try bundle.write(to: request.output)
        try checkWritten(request.output)
        return ExportAnswer(
            job: request.job, candidate: evaluation.candidate, output: request.output,
            files: bundle.fileNames, leftOut: bundle.refusals)
    }

    /// The profiles that a bundle is for.
    private func profiles(
        for device: String?, of job: JobStore, _ source: JobSource
    ) throws -> [DeviceProfile] {
        let profiles = try source.resolved().profiles
        guard let device else { return profiles }
        let wanted = profiles.filter { $0.name == device }
        guard !wanted.isEmpty else {
            throw StoreError.unknownDevice(device, job: job.name, known: profiles.map(\.name))
        }
        return wanted
    }

    /// Reads every model file back and runs it on the test vectors.
    private func checkWritten(_ folder: String) throws {
        let broken = try BundleVerification(folder).checks.filter {
            $0.file.hasPrefix("model.") && !$0.isGood
        }
        guard broken.isEmpty else {
            throw KitError.disagrees(
                folder: folder, detail: broken.map { "\($0.file): \($0.result)" }.joined(separator: "; "))
        }
    }

    /// The kept model of a finished candidate, or an unfinished one trained again.
    private func artefact(
        _ evaluation: Evaluation, of job: JobStore, _ source: JobSource, _ request: ExportRequest
    ) throws -> BundledModel {
        if evaluation.fidelity == .final, evaluation.quality != nil {
            return try BundledModel(ModelFile(job: job, candidate: evaluation.candidate))
        }
        guard request.allowsUnfinished else {
            throw KitError.unfinished(candidate: evaluation.candidate, job: job.name)
        }
        return try BundledModel(
            evaluation, of: job, trainedBy: try source.resolved(), on: request.data ?? source.data,
            database: store.path)
    }
}

extension BundledCandidate {
    /// A candidate with all its scores.
    init(_ evaluation: Evaluation, _ scale: QualityScale) {
        let quality = QualityAnswer(evaluation.quality, scale)
        self.init(
            id: evaluation.candidate, architecture: evaluation.architecture,
            compression: evaluation.compression, fidelity: evaluation.fidelity,
            metric: scale.metricName,
            quality: Quality(
                value: quality.value, standardError: quality.standardError,
                test: quality.test, testStandardError: quality.testStandardError),
            costs: evaluation.scores.map { score in
                let shown = ScoredCandidate(evaluation: evaluation, score: score)
                return Costs(
                    device: score.device, latency: score.latency, latencyP10: score.latencyP10,
                    latencyP90: score.latencyP90, provenance: score.provenance, energy: score.energy,
                    peakRAM: score.peakRAM, flash: score.flash, modelSize: score.modelSize,
                    status: shown.shownStatus, reason: shown.shownReason)
            })
    }
}
