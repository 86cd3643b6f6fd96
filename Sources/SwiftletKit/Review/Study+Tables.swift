import ModelCompression
import Quantities
import Search

extension StudyRow {
    /// One row of the JSON and CSV answers.
    var record: Record {
        var record: Record = [
            "compression": .text(evaluation.compression), "architecture": .text(evaluation.architecture),
            "accuracy": .number(orUnknown: accuracy), "loss": .number(orUnknown: loss?.mean),
            "loss_bound": .number(orUnknown: loss?.bound),
            "loss_seeds": .list(loss?.seeds.map(Field.number) ?? []),
            "nominal_weight_bytes": .integer(orUnknown: accounts.first?.account.nominalBytes),
            "nominal_macs": .integer(orUnknown: accounts.first?.account.nominalMACs),
            "host_latency_ms": .number(orUnknown: hostMilliseconds),
            "host_speed_up": .number(orUnknown: hostSpeedUp),
            "failure": .text(orUnknown: failure),
        ]
        for score in evaluation.scores {
            let account = account(on: score.device)
            record.append("\(score.device):latency_ms", .number(orUnknown: score.latency))
            record.append("\(score.device):model_bytes", .integer(orUnknown: score.modelSize))
            record.append("\(score.device):peak_ram_bytes", .integer(orUnknown: score.peakRAM))
            record.append("\(score.device):effective_macs", .integer(orUnknown: account?.effectiveMACs))
            record.append("\(score.device):status", .text(score.status.rawValue))
            record.append("\(score.device):note", .text(orUnknown: note(on: score)))
        }
        return record
    }

    /// Why a device cannot have it, else where what it gives is not what was promised.
    fileprivate func note(on score: Score) -> String? {
        if let reason = failure ?? score.reason { return reason }
        let differences = account(on: score.device)?.differences ?? []
        return differences.isEmpty ? nil : differences.joined(separator: "; ")
    }
}

extension [StudyRow] {
    /// Quality, what was promised, and this computer's times.
    var summary: String {
        var table = TextTable([
            ("compression", .left), ("test accuracy", .right), ("loss, points", .right),
            ("95 % bound", .right), ("nominal weights", .right), ("nominal MACs", .right),
            ("host latency", .right), ("speed-up", .right), ("architecture", .left),
        ])
        for row in self {
            table.append([
                row.evaluation.compression, Human.percent(row.accuracy), row.loss?.mean.points ?? "–",
                row.loss?.bound.points ?? "–", Human.bytes(row.accounts.first?.account.nominalBytes),
                Human.count(row.accounts.first?.account.nominalMACs),
                Human.milliseconds(row.hostMilliseconds),
                row.hostSpeedUp.times, row.evaluation.architecture,
            ])
        }
        let failures = compactMap { row in row.failure.map { "\(row.evaluation.compression): \($0)\n" } }
        return table.text + failures.joined()
    }

    /// What a device makes of each compression.
    func table(on device: String) -> String {
        var table = TextTable([
            ("compression", .left), ("latency", .right), ("speed-up", .right), ("source", .left),
            ("model", .right), ("peak RAM", .right), ("MACs", .right), ("note", .left),
        ])
        for row in self {
            guard let score = row.evaluation.score(on: device) else { continue }
            let standard = baseline(of: row).flatMap { self[$0].evaluation.score(on: device)?.latency }
            table.append([
                row.evaluation.compression, Human.milliseconds(score.latency),
                score.latency.divided(standard).times, score.provenance.rawValue,
                Human.bytes(score.modelSize), Human.bytes(score.peakRAM),
                Human.count(row.account(on: device)?.effectiveMACs), row.note(on: score) ?? "",
            ])
        }
        return "\(device)\n\(table.text)"
    }
}

extension Double {
    /// A share of one in percentage points, with its sign.
    fileprivate var points: String {
        let hundredths = (self * 10_000).rounded() / 100
        // A loss that rounds to nothing has no sign.
        return hundredths == 0 ? "0.0" : (hundredths > 0 ? "+" : "") + "\(hundredths)"
    }
}

extension Double? {
    /// How many times faster a latency is than the baseline's.
    fileprivate func divided(_ baseline: Double?) -> Double? {
        guard let self, let baseline, self > 0 else { return nil }
        return baseline / self
    }

    fileprivate var times: String { map { "\(Human.number($0)) ×" } ?? "–" }
}
