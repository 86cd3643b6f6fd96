import ExperimentStore
import Quantities
public import Reports
import Search

extension Review {
    /// Writes one page, complete in itself, with what each device's front looks like and how it came about.
    ///
    /// - Parameter replacing: whether a file that is there may be replaced.
    public func report(on job: String, output: String, replacing: Bool = false) throws -> ReportAnswer {
        let file = try OutputPath(output, replacing: replacing)
        try file.write(page(about: job).html)
        return ReportAnswer(job: job, report: output)
    }

    /// What a report says.
    public func page(about job: String) throws -> ReportPage {
        let job = try store.job(named: job)
        let history = try job.proposedEvaluations()
        let sections = try job.targets().map { target in
            let front = try DeviceFront(job, device: target.device, nil, includesAll: false)
            return ReportPage.Section(
                front: try front.answer(hasPicture: true, page: .all), candidates: front.all.count,
                infeasible: front.all.infeasibleCounts, trace: target.trace(of: history))
        }
        return ReportPage(job: JobAnswer(try job.summary()), sections: sections)
    }
}

extension [ScoredCandidate] {
    fileprivate var infeasibleCounts: [(status: String, count: Int)] {
        let statuses = map(\.shownStatus).filter { $0 != .ok }.map(\.rawValue)
        return Set(statuses).sorted().map { status in (status, statuses.count { $0 == status }) }
    }
}

extension Target {
    /// The hypervolume after each evaluation; nil where the target does not guide the search.
    fileprivate func trace(of history: [Evaluation]) -> [Double]? {
        guard guidesSearch else { return nil }
        var trace = HypervolumeTrace(self)
        return history.map { trace.add($0) }
    }
}
