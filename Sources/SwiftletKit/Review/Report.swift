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

    /// - Parameter drawn: the candidates that the picture shows.
    func section(
        of front: DeviceFront, drawn: [ScoredCandidate], _ scale: QualityScale
    ) throws -> ReportPage.Section {
        let job = front.job
        let recommended = try selection(SelectionRequest(preference: .knee), among: front)
        return ReportPage.Section(
            front: try front.answer(picture: front.picture(of: drawn)),
            recommendation: recommended,
            baseline: try front.baseline().map { CandidateAnswer($0, scale) },
            candidates: front.outlines.count,
            infeasible: front.outlines.infeasibleCounts,
            trace: try trace(beside: front),
            tested: try recommended.candidate.flatMap {
                try TestedAnswer(job.bestEvaluation(of: $0.id), of: job)
            })
    }

    /// Where the hypervolume changed in the course of the search; empty where the device does not guide it.
    ///
    /// - Parameter front: of the proposed candidates, unless finalists are shown in their place.
    private func trace(
        beside front: DeviceFront
    ) throws -> [(evaluations: Int, hypervolume: Double, seconds: Double)] {
        let (job, target) = (front.job, front.target)
        guard target.guidesSearch else { return [] }
        let isSearch =
            try job.proposalCount() == front.outlines.count && front.outlines.allSatisfy(\.isProposed)
        let history = try isSearch ? front.outlines : job.proposedOutlines(on: target.device)
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
        of target: Target, _ history: [Outline]
    ) -> [(evaluations: Int, hypervolume: Double, seconds: Double)] {
        var front: [Outline] = []
        var seconds = 0.0
        let length = (history.count + 99) / 100
        return stride(from: 0, to: history.count, by: length).map { start in
            let end = min(start + length, history.count)
            let contenders = front + history[start..<end]
            front = target.frontIndices(of: contenders).map { contenders[$0] }
            seconds += history[start..<end].reduce(0) { $0 + $1.seconds }
            return (end, target.hypervolume(ofFeasible: front), seconds)
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
        let known = outlines.indices.compactMap { index in
            outlines[index].isFeasible
                ? outlines[index].value(of: .accuracy).map { (index: index, value: $0) } : nil
        }
        let best = known.sorted { a, b in
            a.value == b.value
                ? outlines[a.index].precedesByID(outlines[b.index]) : a.value > b.value
        }
        return try candidates(best.prefix(1000).map { outlines[$0.index] })
            .first { $0.evaluation.compression == "none" }
    }
}

extension String {
    /// A list as a job's keys have it, `["a", "b"]`, as people read it.
    fileprivate var asList: String {
        let items = try? JSONDecoder().decode([String].self, from: Data(utf8))
        return items?.joined(separator: ", ") ?? self
    }
}

extension [Outline] {
    fileprivate var infeasibleCounts: [(status: String, count: Int)] {
        var counts: [Status: Int] = [:]
        for outline in self {
            let status = outline.isEvaluated ? outline.status : .failed
            if status != .ok { counts[status, default: 0] += 1 }
        }
        return Status.allCases.compactMap { status in counts[status].map { (status.rawValue, $0) } }
    }
}
