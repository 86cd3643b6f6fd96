import ExperimentStore
import Quantities
import Search

extension Review {
    /// `swiftlet history`: one row an evaluation in proposal order; host times are left out, for they differ from run to run.
    public func history(job name: String) throws -> Answer {
        let job = try store.job(named: name)
        let targets = try job.targets()
        var traces = targets.map { HypervolumeTrace($0) }
        let rows = try job.proposedEvaluations().map { evaluation -> Record in
            var record: Record = [
                "evaluation": .integer(evaluation.proposal ?? 0), "candidate": .text(evaluation.candidate),
                "fidelity": .text(evaluation.fidelity.rawValue),
                "architecture": .text(evaluation.architecture),
                "compression": .text(evaluation.compression),
                "accuracy": .number(orUnknown: evaluation.quality?.accuracy),
                "accuracy_se": .number(orUnknown: evaluation.quality?.standardError),
                "model_bytes": .integer(orUnknown: evaluation.scores.lazy.compactMap(\.modelSize).first),
            ]
            for target in targets {
                for metric in target.shownCosts {
                    let value = evaluation.score(on: target.device).flatMap {
                        evaluation.value(of: metric, on: $0)
                    }
                    record.append("\(target.device):\(metric.rawValue)", .number(orUnknown: value))
                }
            }
            for index in targets.indices where targets[index].guidesSearch {
                record.append("\(targets[index].device):hypervolume", .number(traces[index].add(evaluation)))
            }
            return record
        }
        let columns = rows.first?.entries.map(\.key) ?? ["evaluation", "candidate"]
        var table = TextTable(columns.map { ($0, .right) })
        for row in rows { table.append(row.entries.map(\.value.plain)) }
        return Answer(
            json: .record(["job": .text(name), "evaluations": .list(rows.map(Field.record))]),
            columns: columns, rows: rows,
            table: table.text)
    }
}

extension Target {
    /// The costs among the objectives, without times that were measured on the host.
    fileprivate var shownCosts: [Metric] {
        objectives.map(\.metric).filter { !$0.isQuality && (guidesSearch || $0 != .latency && $0 != .energy) }
    }
}
