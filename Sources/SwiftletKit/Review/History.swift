import ExperimentStore
import Quantities
public import Reports
import Search

extension Review {
    /// One entry an evaluation in proposal order; host times are left out, for they differ from run to run.
    public func history(of job: String, page: Page = .all) throws -> HistoryAnswer {
        let job = try store.job(named: job)
        let targets = try job.targets()
        var traces = targets.map { HypervolumeTrace($0) }
        let evaluations = try job.proposedEvaluations()
        let (indices, next) = try page.range(of: evaluations.count)
        var rows: [EvaluationAnswer] = []
        for (index, evaluation) in evaluations[..<indices.upperBound].enumerated() {
            var volumes: [Double] = []
            for trace in traces.indices { volumes.append(traces[trace].add(evaluation)) }
            guard indices.contains(index) else { continue }
            rows.append(EvaluationAnswer(evaluation, targets: targets, hypervolumes: volumes))
        }
        return HistoryAnswer(job: job.name, evaluations: rows, next: next)
    }
}

extension EvaluationAnswer {
    /// - Parameter hypervolumes: one a target, of all evaluations until this one.
    fileprivate init(_ evaluation: Evaluation, targets: [Target], hypervolumes: [Double]) {
        let costs = targets.flatMap { target in
            target.shownCosts.map { metric in
                NamedNumber(
                    name: "\(target.device):\(metric.rawValue)",
                    value: evaluation.score(on: target.device).flatMap {
                        evaluation.value(of: metric, on: $0)
                    })
            }
        }
        let volumes = zip(targets, hypervolumes).filter { $0.0.guidesSearch }.map {
            NamedNumber(name: "\($0.device):hypervolume", value: $1)
        }
        self.init(
            evaluation: evaluation.proposal ?? 0, candidate: evaluation.candidate,
            fidelity: evaluation.fidelity, architecture: evaluation.architecture,
            compression: evaluation.compression, quality: QualityAnswer(evaluation.quality),
            modelSize: evaluation.scores.lazy.compactMap(\.modelSize).first, values: costs + volumes)
    }
}

extension Target {
    /// The costs among the objectives, without times that were measured on the host.
    fileprivate var shownCosts: [Metric] {
        objectives.map(\.metric).filter { !$0.isQuality && (guidesSearch || $0 != .latency && $0 != .energy) }
    }
}
