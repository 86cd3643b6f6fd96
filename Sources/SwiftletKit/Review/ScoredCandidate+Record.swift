import Quantities
import Search

extension ScoredCandidate {
    /// The keys of a candidate in every JSON and CSV answer, in their order.
    static let columns = [
        "id", "accuracy", "accuracy_se", "fidelity", "test_accuracy", "test_accuracy_se", "latency_ms",
        "latency_ms_p10",
        "latency_ms_p90", "provenance", "energy_mj", "peak_ram_bytes", "flash_bytes", "model_bytes", "macs",
        "parameters",
        "is_feasible", "is_pareto", "is_finalist", "status", "reason", "architecture", "compression",
    ]

    var record: Record {
        let quality = evaluation.quality
        return [
            "id": .text(id),
            "accuracy": .number(orUnknown: quality?.accuracy),
            "accuracy_se": .number(orUnknown: quality?.standardError),
            "fidelity": .text(evaluation.fidelity.rawValue),
            "test_accuracy": .number(orUnknown: quality?.testAccuracy),
            "test_accuracy_se": .number(orUnknown: quality?.testStandardError),
            "latency_ms": .number(orUnknown: score.latency),
            "latency_ms_p10": .number(orUnknown: score.latencyP10),
            "latency_ms_p90": .number(orUnknown: score.latencyP90),
            "provenance": .text(score.provenance.rawValue),
            "energy_mj": .number(orUnknown: score.energy),
            "peak_ram_bytes": .integer(orUnknown: score.peakRAM),
            "flash_bytes": .integer(orUnknown: score.flash),
            "model_bytes": .integer(orUnknown: score.modelSize),
            "macs": .integer(orUnknown: evaluation.macs),
            "parameters": .integer(orUnknown: evaluation.parameters),
            "is_feasible": .flag(isFeasible && quality != nil),
            "is_pareto": .flag(isPareto),
            "is_finalist": .flag(isFinalist),
            "status": .text(shownStatus.rawValue),
            "reason": .text(orUnknown: shownReason),
            "architecture": .text(evaluation.architecture),
            "compression": .text(evaluation.compression),
        ]
    }

    /// A candidate that could not be evaluated has failed, whatever its price.
    var shownStatus: Status { evaluation.quality == nil ? .failed : score.status }

    var shownReason: String? {
        if case .failed(let reason) = evaluation.outcome { return reason }
        return score.reason
    }

    /// The most wanted first: a narrow terminal cuts lines.
    static let headings: [(String, TextTable.Alignment)] = [
        ("candidate", .left), ("accuracy", .right), ("test", .right), ("latency (80 % interval)", .right),
        ("model", .right), ("RAM", .right), ("energy", .right), ("source", .left), ("compression", .left),
        ("architecture", .left),
    ]

    var cells: [String] {
        let quality = evaluation.quality
        return [
            String(id.prefix(8)) + (isPareto ? "" : " ·"),
            Human.percent(quality?.accuracy, error: quality?.standardError),
            Human.percent(quality?.testAccuracy),
            Human.milliseconds(score.latency, from: score.latencyP10, to: score.latencyP90),
            Human.bytes(score.modelSize), Human.bytes(score.peakRAM),
            score.energy.map { "\(Human.number($0)) mJ" } ?? "–", score.provenance.rawValue,
            evaluation.compression, evaluation.architecture,
        ]
    }
}
