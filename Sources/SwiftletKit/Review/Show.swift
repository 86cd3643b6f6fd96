import Candidates
import Devices
import ExperimentStore
import Jobs
import ModelGraph
import Quantities
public import Reports
import Search
import Training

extension Review {
    /// Choices and metrics of one candidate, and what it costs on each device.
    ///
    /// - Parameters:
    ///   - candidate: its id, or enough of the beginning of it.
    ///   - device: nil for every device of the job.
    ///   - hasLayers: the packed model of a finalist is priced layer by layer.
    ///   - hasPasses: it is run on this computer without each pass of the engine in turn.
    public func candidate(
        _ candidate: String, of job: String, on device: String? = nil, hasLayers: Bool = false,
        hasPasses: Bool = false
    ) throws -> CandidateSheetAnswer {
        let job = try store.job(named: job)
        let scale = try QualityScale(job)
        let best = try job.bestEvaluation(of: candidate)
        let devices = try device.map { [$0] } ?? job.targets().map(\.device)
        let scored = try devices.compactMap { device in
            let front = try DeviceFront(job, device: device, best.fidelity)
            return try front.candidates(front.outlines.filter { $0.mayBe(best.candidate) })
                .first { $0.id == best.candidate }
                .map { DeviceCandidateAnswer(device: device, candidate: CandidateAnswer($0, scale)) }
        }
        var sheet = CandidateSheetAnswer(
            job: job.name, id: best.candidate, architecture: best.architecture,
            compression: best.compression, devices: scored)
        sheet.heading = CandidateSheetAnswer.Heading(
            metric: scale.metricName, quality: QualityAnswer(best.quality, scale), fidelity: best.fidelity,
            macs: best.macs, parameters: best.parameters)
        let inherited = QualityAnswer(try job.inheritedQuality(of: best), scale)
        switch inherited.name {
        case .accuracy: sheet.inheritedAccuracy = inherited.value
        case .quality: sheet.inheritedQuality = inherited.value
        }
        if scored.contains(where: { LatencySource(device: $0.device) == .hostEngine }) {
            sheet.hostMachines = try job.hostMachines().map { MachineAnswer($0) }
        }
        sheet.measurements = try measurements(of: best, in: job, on: devices)
        try addDetails(to: &sheet, of: best, in: job, on: devices)
        if hasPasses { sheet.passes = PassesAnswer(try PassStudy(job.model(of: best))) }
        if hasLayers { sheet.layers = try devices.map { try job.layers(of: best, on: $0) } }
        return sheet
    }

    /// What is known of finished candidates beside their scores, by their ids in ascending order; others are left out.
    func details(ofAll candidates: Set<String>, in job: JobStore) throws -> [CandidateSheetAnswer] {
        let devices = try job.targets().map(\.device)
        return try candidates.sorted().compactMap { candidate in
            let best = try job.bestEvaluation(of: candidate)
            guard best.fidelity == .final, best.quality != nil else { return nil }
            var sheet = CandidateSheetAnswer(
                job: job.name, id: best.candidate, architecture: best.architecture,
                compression: best.compression, devices: [])
            try addDetails(to: &sheet, of: best, in: job, on: devices)
            // A finalist whose model was removed, or a device whose profile was, has no layers.
            sheet.layers = devices.compactMap { try? job.layers(of: best, on: $0) }
            return sheet
        }
    }

    private func addDetails(
        to sheet: inout CandidateSheetAnswer, of best: Evaluation, in job: JobStore, on devices: [String]
    ) throws {
        sheet.accounts = compressionAccounts(of: best, in: job, on: devices)
        let frontEnds = try job.frontEnds(on: devices)
        if !frontEnds.isEmpty { sheet.frontEnds = frontEnds }
        sheet.tested = try TestedAnswer(best, of: job)
        sheet.training = try job.training(of: best)
    }

    private func measurements(
        of evaluation: Evaluation, in job: JobStore, on devices: [String]
    ) throws -> [MeasurementSourceAnswer] {
        guard evaluation.fidelity == .final else { return [] }
        return try devices.flatMap { try job.measurements(on: $0) }
            .filter { $0.candidate == evaluation.candidate }
            .map { measurement in
                let energy = measurement.cost.energy == nil ? [] : [Metric.energy.rawValue]
                return MeasurementSourceAnswer(
                    device: measurement.device, repeats: measurement.cost.repeats,
                    source: measurement.source, measured: [Metric.latency.rawValue] + energy)
            }
    }
}

extension JobStore {
    /// The most trusted evaluation of a candidate, named by its id or the beginning of it.
    func bestEvaluation(of candidate: String) throws -> Evaluation {
        guard let best = try evaluations(ofCandidate: candidate).first else {
            throw StoreError.unknownCandidate(candidate, job: name)
        }
        return best
    }

    /// What the search compared a finalist by, where that was done with inherited weights.
    fileprivate func inheritedQuality(of evaluation: Evaluation) throws -> Quality? {
        guard evaluation.fidelity == .final else { return nil }
        return try evaluations(ofCandidate: evaluation.candidate).first { $0.fidelity == .inherited }?.quality
    }

    /// The packed model of a finalist.
    fileprivate func model(of evaluation: Evaluation) throws -> Graph {
        guard evaluation.fidelity == .final else {
            throw KitError.unfinished(candidate: evaluation.candidate, job: name)
        }
        return try ModelFile(job: self, candidate: evaluation.candidate).read()
    }

    /// How a finalist was trained; nil of others, and where that was not kept.
    fileprivate func training(of evaluation: Evaluation) throws -> [TrainingAnswer]? {
        guard evaluation.fidelity == .final, evaluation.quality != nil else { return nil }
        do {
            let curve = try ModelFile(job: self, candidate: evaluation.candidate).readTrainingCurve()
            return curve.stages.map { stage in
                TrainingAnswer(
                    stage: stage.name, losses: stage.epochs.map(\.loss),
                    accuracies: stage.epochs.map(\.accuracy))
            }
        } catch StoreError.missingFile {
            return nil
        }
    }

    /// A finalist's cost on a device, layer by layer.
    fileprivate func layers(of evaluation: Evaluation, on device: String) throws -> DeviceLayersAnswer {
        let graph = try model(of: evaluation)
        let layers = price(graph, on: try DeviceShelf().profile(device)).layers
        return DeviceLayersAnswer(device: device, layers: layers.map { LayerAnswer($0) })
    }
}
