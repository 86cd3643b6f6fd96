import Candidates
import ExperimentStore
import Jobs
public import Quantities
public import Reports
public import Search

/// What a person asks of the model for a device.
public struct SelectRequest: Sendable {
    /// What the model must keep, on top of the job's own constraints.
    public var limits: [Limit]
    /// With which probability a limit on latency holds; nil for the predicted latency itself.
    public var confidence: Double?
    /// Which of the candidates within the limits to select.
    public var preference: Preference

    /// A limit on a metric: a quality is at least, a cost at most the value.
    public struct Limit: Hashable, Sendable {
        /// What is limited.
        public var metric: Metric
        /// In the metric's unit.
        public var value: Double

        /// A limit on a metric.
        public init(_ metric: Metric, _ value: Double) {
            self.metric = metric
            self.value = value
        }
    }

    /// A request without limits takes the most accurate candidate.
    public init(limits: [Limit] = [], confidence: Double? = nil, preference: Preference = .accuracy) {
        self.limits = limits
        self.confidence = confidence
        self.preference = preference
    }

    fileprivate func resolved() throws -> SelectionRequest {
        SelectionRequest(
            limits: try limits.map { limit in
                try Constraint(
                    limit.metric, limit.metric.isQuality ? .atLeast(limit.value) : .atMost(limit.value),
                    confidence: limit.metric == .latency ? confidence : nil)
            }, preference: preference)
    }
}

extension Review {
    /// The best model of a job for a device; where none keeps the limits, the nearest ones.
    public func selection(
        of job: String, for device: String, _ request: SelectRequest = SelectRequest()
    ) throws -> SelectionAnswer {
        let job = try store.job(named: job)
        return try selection(of: job, for: job.target(device), request.resolved())
    }

    /// The best model for each device of a job.
    public func selections(
        of job: String, _ request: SelectRequest = SelectRequest()
    ) throws -> SelectionsAnswer {
        let job = try store.job(named: job)
        let request = try request.resolved()
        return SelectionsAnswer(
            selections: try job.targets().map { try selection(of: job, for: $0, request) })
    }

    func selection(
        of job: JobStore, for target: Target, _ request: SelectionRequest
    ) throws -> SelectionAnswer {
        try selection(request, among: DeviceFront(job, device: target.device))
    }

    func selection(_ request: SelectionRequest, among front: DeviceFront) throws -> SelectionAnswer {
        let (job, target) = (front.job, front.target)
        var request = request
        let frontEnd = try job.frontEnd(
            on: target.device, sharing: request.limits.filter { $0.applies(to: target.device) })
        if let frontEnd { request.limits = request.limits.map { $0.leaving(frontEnd) } }
        var selection = target.select(request, from: front.outlines)
        if selection.candidate == nil {
            // A database that was copied alone has no job file; the job's limits only order the nearest candidates.
            request.jobLimits = (try? JobSource(of: job).resolved().constraints) ?? []
            selection = target.select(request, from: front.outlines)
        }
        let scale = try QualityScale(job)
        func answers(_ outlines: [Outline]) throws -> [CandidateAnswer] {
            try front.candidates(outlines).map { CandidateAnswer($0, scale) }
        }
        return SelectionAnswer(
            job: job.name, device: target.device,
            candidate: try answers([selection.candidate].compactMap(\.self)).first,
            why: selection.why
                + (frontEnd.map {
                    "\(selection.candidate == nil ? "." : "") \($0.remark(on: request.limits))"
                } ?? ""),
            runnerUp: try answers([selection.runnerUp].compactMap(\.self)).first,
            nearest: try answers(selection.nearest),
            blocking: try selection.candidate == nil ? selection.blocking ?? front.commonReason() : nil)
    }
}

extension DeviceFront {
    /// Why the device can have none of the candidates.
    fileprivate func commonReason() throws -> String {
        try candidates(outlines.filter(\.isEvaluated)).commonReason
    }
}

extension FrontEndCost {
    /// What it has taken of some limits, as a sentence.
    fileprivate func remark(on limits: [Constraint]) -> String {
        let parts = limits.filter { $0.isShared(with: self) }.compactMap { limit in
            part(of: limit.metric, confidence: limit.confidence).map {
                "\(limit.metric.text($0)) of \(limit.metric.rawValue)"
            }
        }
        return "Of the limits, the front-end before the model takes \(parts.joined(separator: " and "))."
    }
}
