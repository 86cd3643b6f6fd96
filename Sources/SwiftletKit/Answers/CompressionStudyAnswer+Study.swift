import ModelCompression
import Reports
import Search

extension CompressionStudyAnswer {
    /// - Parameter baseline: the same architecture without compression.
    init(_ row: StudyRow, baseline: Evaluation?) {
        let account = row.accounts.first?.account
        self.init(
            compression: row.evaluation.compression, architecture: row.evaluation.architecture,
            accuracy: row.accuracy,
            loss: row.loss.map { Loss(mean: $0.mean, bound: $0.bound, seeds: $0.seeds) },
            nominalWeightBytes: account?.nominalBytes, nominalMACs: account?.nominalMACs,
            hostLatency: row.hostMilliseconds, hostSpeedUp: row.hostSpeedUp, failure: row.failure,
            devices: row.evaluation.scores.map { score in
                OnDevice(score, of: row, baseline: baseline?.score(on: score.device))
            })
    }
}

extension CompressionStudyAnswer.OnDevice {
    fileprivate init(_ score: Score, of row: StudyRow, baseline: Score?) {
        self.init(
            device: score.device, latency: score.latency,
            speedUp: score.latency.flatMap { latency in
                latency > 0 ? baseline?.latency.map { $0 / latency } : nil
            },
            provenance: score.provenance, modelSize: score.modelSize, peakRAM: score.peakRAM,
            effectiveMACs: row.account(on: score.device)?.effectiveMACs, status: score.status,
            note: row.note(on: score))
    }
}

extension StudyRow {
    /// Why a device cannot have it, else where what it gives is not what was promised.
    fileprivate func note(on score: Score) -> String? {
        if let reason = failure ?? score.reason { return reason }
        let differences = account(on: score.device)?.differences ?? []
        return differences.isEmpty ? nil : differences.joined(separator: "; ")
    }
}
