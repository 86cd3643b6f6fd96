import Quantities
import Reports
import Search

extension CandidateAnswer {
    /// A candidate as a device's front has it.
    init(_ candidate: ScoredCandidate) {
        let evaluation = candidate.evaluation
        self.init(
            id: candidate.id, quality: QualityAnswer(evaluation.quality), fidelity: evaluation.fidelity,
            costs: CostsAnswer(candidate.score), macs: evaluation.macs, parameters: evaluation.parameters,
            isFeasible: candidate.isFeasible && evaluation.quality != nil, isPareto: candidate.isPareto,
            isFinalist: candidate.isFinalist, status: candidate.shownStatus, reason: candidate.shownReason,
            architecture: evaluation.architecture, compression: evaluation.compression)
    }
}

extension QualityAnswer {
    /// A quality, or the keys of one where the candidate could not be evaluated.
    init(_ quality: Quality?) {
        self.init(
            .accuracy, value: quality?.accuracy, standardError: quality?.standardError,
            test: quality?.testAccuracy, testStandardError: quality?.testStandardError)
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
