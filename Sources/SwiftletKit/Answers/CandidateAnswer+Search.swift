import ExperimentStore
import Quantities
import Reports
import Search

extension CandidateAnswer {
    /// A candidate as a device's front has it.
    init(_ candidate: ScoredCandidate, _ scale: QualityScale) {
        let evaluation = candidate.evaluation
        self.init(
            id: candidate.id,
            quality: QualityAnswer(evaluation.quality, scale, inherited: candidate.inheritedQuality),
            fidelity: evaluation.fidelity,
            costs: CostsAnswer(candidate.score), macs: evaluation.macs, parameters: evaluation.parameters,
            isFeasible: candidate.isFeasible && evaluation.quality != nil, isPareto: candidate.isPareto,
            isFinalist: candidate.isFinalist, status: candidate.shownStatus, reason: candidate.shownReason,
            architecture: evaluation.architecture, compression: evaluation.compression)
    }
}

extension QualityAnswer {
    /// A quality, or the keys of one where the candidate could not be evaluated.
    init(_ quality: Quality?, _ scale: QualityScale, inherited: Double? = nil) {
        self.init(
            scale.name, value: scale.value(quality?.accuracy), standardError: quality?.standardError,
            test: scale.value(quality?.testAccuracy), testStandardError: quality?.testStandardError,
            inherited: scale.value(inherited))
    }
}

/// How the qualities of a job are written: searches keep errors as their negatives, so that larger is better.
struct QualityScale {
    let name: QualityAnswer.Name
    /// As it stands in the job; of a table any name.
    let metricName: String
    var metric: QualityMetric? { QualityMetric(rawValue: metricName) }

    init(_ job: JobStore) throws {
        let task = try job.guide().keys["data.task.task"].flatMap { LearningTask(rawValue: $0) }
        metricName = try job.metric()
        switch task {
        case .classification, nil: name = .accuracy
        case .regression, .anomaly: name = .quality
        }
    }

    func value(_ goodness: Double?) -> Double? {
        goodness.map { metric?.turned($0) ?? $0 }
    }
}

extension CostsAnswer {
    /// The costs of a score.
    init(_ score: Score) {
        self.init(
            latency: score.latency, latencyP10: score.latencyP10, latencyP90: score.latencyP90,
            provenance: score.provenance, energy: score.energy, peakRAM: score.peakRAM, flash: score.flash,
            modelSize: score.modelSize)
    }
}

extension ScoredCandidate {
    /// A candidate that could not be evaluated has failed, whatever its price.
    var shownStatus: Status { evaluation.quality == nil ? .failed : score.status }

    var shownReason: String? {
        if case .failed(let reason) = evaluation.outcome { return reason }
        return score.reason
    }
}
