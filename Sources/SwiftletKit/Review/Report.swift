import ExperimentStore
import Foundation
import Quantities
public import Reports
import Search

extension Review {
    /// Writes one page, complete in itself: what was asked, what is recommended for each device, and how it came about.
    ///
    /// - Parameter replacing: whether a file that is there may be replaced.
    public func report(on job: String, output: String, replacing: Bool = false) throws -> ReportAnswer {
        let file = try OutputPath(output, replacing: replacing)
        try file.write(page(about: job).html)
        return ReportAnswer(job: job, report: output)
    }

    /// What a report says; for each device the balanced model is recommended.
    public func page(about job: String) throws -> ReportPage { try parts(of: job, most: 6000).page }

    func section(
        of job: JobStore, for target: Target, _ front: DeviceFront, _ scale: QualityScale
    ) throws -> ReportPage.Section {
        let recommended = try selection(
            of: job, for: target, SelectionRequest(preference: .knee), among: front.all)
        return ReportPage.Section(
            front: try front.answer(hasPicture: true, page: .all),
            recommendation: recommended,
            baseline: try front.baseline().map { CandidateAnswer($0, scale) },
            candidates: front.all.count,
            infeasible: front.all.infeasibleCounts,
            trace: try trace(of: target, in: job, beside: front.all),
            tested: try recommended.candidate.flatMap {
                try TestedAnswer(job.bestEvaluation(of: $0.id), of: job)
            })
    }

    /// Where the hypervolume changed in the course of the search; empty where the device does not guide it.
    ///
    /// - Parameter shown: candidates that are the proposed ones, unless finalists are shown in their place.
    private func trace(
        of target: Target, in job: JobStore, beside shown: [ScoredCandidate]
    ) throws -> [(evaluations: Int, hypervolume: Double, seconds: Double)] {
        guard target.guidesSearch else { return [] }
        let isSearch =
            try job.proposalCount() == shown.count && shown.allSatisfy { $0.evaluation.proposal != nil }
        let history =
            try isSearch ? shown.map(\.evaluation) : job.proposedOutlines(on: target.device)
        guard history.count <= 2000 else { return coarseTrace(of: target, history) }
        var trace = HypervolumeTrace(target)
        var seconds = 0.0
        var steps: [(evaluations: Int, hypervolume: Double, seconds: Double)] = []
        for (index, evaluation) in history.enumerated() {
            let before = trace.hypervolume, now = trace.add(evaluation)
            seconds += evaluation.seconds
            guard now != before || index == 0 || index == history.count - 1 else { continue }
            steps.append((index + 1, now, seconds))
        }
        return steps
    }

    /// The same at a hundred places of a long history, each from the front until then.
    private func coarseTrace(
        of target: Target, _ history: [Evaluation]
    ) -> [(evaluations: Int, hypervolume: Double, seconds: Double)] {
        var front: [Evaluation] = []
        var seconds = 0.0
        let length = (history.count + 99) / 100
        return stride(from: 0, to: history.count, by: length).map { start in
            let end = min(start + length, history.count)
            front = target.front(of: front + history[start..<end])
            seconds += history[start..<end].reduce(0) { $0 + $1.seconds }
            return (end, target.hypervolume(of: front), seconds)
        }
    }

    /// What was asked, on what data, when and on what machine.
    func facts(of job: JobStore) throws -> [ReportPage.Fact] {
        let keys = try job.askedKeys()
        func fact(_ name: String, _ wanted: [(key: String, label: String)]) -> ReportPage.Fact? {
            let parts = wanted.compactMap { key, label in
                keys[key].map(\.asList).flatMap { text in
                    text.isEmpty ? nil : label.isEmpty ? text : "\(label) \(text)"
                }
            }
            return parts.isEmpty ? nil : ReportPage.Fact(name: name, text: parts.joined(separator: ", "))
        }
        let machines = try job.hostMachines().map { MachineAnswer($0).text }
        let environment = try job.environment()
        return [
            fact(
                "data",
                [
                    ("dataset.source", ""), ("dataset.task", ""), ("dataset.metric", "by"),
                    ("dataset.validation", "validation"), ("dataset.test", "test"),
                    ("dataset.split", "split by"), ("dataset.split_seed", "split seed"),
                ]),
            fact("space", [("space", ""), ("compression", "")]), fact("devices", [("devices", "")]),
            fact("objectives", [("objectives", "")]), fact("limits", [("constraints", "")]),
            fact(
                "training",
                [
                    ("training.mode", ""), ("training.epochs", "epochs"), ("training.batch", "batch"),
                    ("finalists.epochs", "finalists' epochs"),
                ]),
            fact(
                "search", [("search.strategy", ""), ("search.batch", "batch"), ("search.seed", "seed")]),
            ReportPage.Fact(name: "begun", text: try job.begunAt()),
            ReportPage.Fact(
                name: "machine",
                text: machines.isEmpty
                    ? "kernels \(environment.kernelSet), \(environment.openBLASVersion)"
                    : machines.joined(separator: "; ")),
        ].compactMap(\.self)
    }
}

extension DeviceFront {
    /// The most accurate uncompressed candidate that the device can have, among the thousand most accurate ones.
    fileprivate func baseline() throws -> ScoredCandidate? {
        let known = all.indices.compactMap { index in
            all[index].isFeasible
                ? all[index].evaluation.quality.map { (index: index, value: $0.accuracy) } : nil
        }
        let best = known.sorted { ($1.value, all[$0.index].id) < ($0.value, all[$1.index].id) }
        for entry in best.prefix(1000) {
            if let complete = try completed(all[entry.index]), complete.evaluation.compression == "none" {
                return complete
            }
        }
        return nil
    }
}

extension String {
    /// A list as a job's keys have it, `["a", "b"]`, as people read it.
    fileprivate var asList: String {
        let items = try? JSONDecoder().decode([String].self, from: Data(utf8))
        return items?.joined(separator: ", ") ?? self
    }
}

extension [ScoredCandidate] {
    fileprivate var infeasibleCounts: [(status: String, count: Int)] {
        var counts: [Status: Int] = [:]
        for candidate in self where candidate.shownStatus != .ok {
            counts[candidate.shownStatus, default: 0] += 1
        }
        return Status.allCases.compactMap { status in counts[status].map { (status.rawValue, $0) } }
    }
}
