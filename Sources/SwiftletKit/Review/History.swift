import ExperimentStore
import Quantities
public import Reports
import Search

extension Review {
    /// One entry an evaluation in proposal order; host times are left out, for they differ from run to run.
    ///
    /// A page behind the beginning reads all evaluations before it, because the hypervolume is that of all until then; to go
    /// through the whole history, take the pages of one `HistoryReader`.
    public func history(of job: String, page: Page = .all) throws -> HistoryAnswer {
        var reader = try HistoryReader(store.job(named: job))
        let (indices, next) = try page.range(of: reader.total)
        try reader.skip(indices.lowerBound)
        var answer = HistoryAnswer(job: job, evaluations: [], next: next)
        while answer.evaluations.count < indices.count {
            let part = try reader.read(min(indices.count - answer.evaluations.count, 1000))
            guard !part.isEmpty else { break }
            answer.evaluations += part
        }
        return answer
    }

    /// Goes through a job's evaluations in proposal order, a page at a time.
    public func historyReader(of job: String) throws -> HistoryReader {
        try HistoryReader(store.job(named: job))
    }
}

/// A job's evaluations in proposal order, a page at a time, however many there are.
public struct HistoryReader {
    private let job: JobStore
    private let targets: [Target]
    private let scale: QualityScale
    private var traces: [HypervolumeTrace]
    private var position = 0
    /// How many evaluations there were when the reader was made.
    public let total: Int

    init(_ job: JobStore) throws {
        self.job = job
        targets = try job.targets()
        scale = try QualityScale(job)
        traces = targets.map { HypervolumeTrace($0) }
        total = try job.proposalCount()
    }

    /// The next page of at most so many evaluations; nil behind the last one.
    public mutating func next(_ count: Int = 1000) throws -> HistoryAnswer? {
        let evaluations = try read(min(count, total - position))
        guard !evaluations.isEmpty else { return nil }
        return HistoryAnswer(
            job: job.name, evaluations: evaluations, next: position < total ? String(position) : nil)
    }

    fileprivate mutating func read(_ count: Int) throws -> [EvaluationAnswer] {
        let scale = scale
        return try advance(count) { evaluation, traces in
            EvaluationAnswer(
                evaluation, scale, targets: traces.map(\.target), hypervolumes: traces.map(\.hypervolume))
        }
    }

    fileprivate mutating func skip(_ count: Int) throws {
        while position < count {
            let before = position
            _ = try advance(min(count - position, 1000)) { _, _ in () }
            if position == before { break }
        }
    }

    private mutating func advance<Element>(
        _ count: Int, _ element: (Evaluation, [HypervolumeTrace]) -> Element
    ) throws -> [Element] {
        guard count > 0 else { return [] }
        let evaluations = try job.proposedEvaluations(skipping: position, count: count)
        position += evaluations.count
        return evaluations.map { evaluation in
            for place in traces.indices { traces[place].add(evaluation) }
            return element(evaluation, traces)
        }
    }
}

extension EvaluationAnswer {
    /// - Parameter hypervolumes: one a target, of all evaluations until this one.
    fileprivate init(
        _ evaluation: Evaluation, _ scale: QualityScale, targets: [Target], hypervolumes: [Double]
    ) {
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
            compression: evaluation.compression, quality: QualityAnswer(evaluation.quality, scale),
            modelSize: evaluation.scores.lazy.compactMap(\.modelSize).first, values: costs + volumes)
    }
}

extension Target {
    /// The costs among the objectives, without times that were measured on the host.
    fileprivate var shownCosts: [Metric] {
        objectives.map(\.metric).filter { !$0.isQuality && (guidesSearch || $0 != .latency && $0 != .energy) }
    }
}
