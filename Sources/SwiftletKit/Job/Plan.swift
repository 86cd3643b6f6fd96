import Candidates
import Datasets
import Determinism
import Jobs
public import Reports
import Search
import SearchSpaces

/// The resolved job before any work: what decides its result, what the devices can have, and how long it will take.
public func plan(of request: SearchRequest) throws -> PlanAnswer {
    let job = try request.source().resolved()
    let work = try job.work(data: request.data, database: request.database)
    let problem = try job.problem(work, pricer: nil)
    return PlanAnswer(
        guide: JSONObject(job.overview),
        budget: PlanAnswer.Budget(
            maxEvaluations: job.search.maxEvaluations, maxSeconds: job.search.maxSeconds,
            threads: request.width),
        expected: try ExpectedTimesAnswer(job, work, width: request.width),
        modelAccuracy: try work.training.flatMap { try job.givenAccuracy($0) },
        feasibleShares: feasibleShares(problem))
}

extension JobWork {
    fileprivate var training: TrainingWork? {
        switch self {
        case .training(let training): training
        case .table: nil
        }
    }
}

/// Of random points of the space, how many each device can have within the limits on costs.
private func feasibleShares(_ problem: Problem) -> [PlanAnswer.FeasibleShare] {
    var random = RandomStream(seed: problem.seed, .proposal, .max)
    let points = (0..<200).map { _ in problem.priced(problem.space.sample(using: &random)).costs }
    return problem.targets.map { target in
        let feasible = points.count { problem.violation(of: $0, on: target) == 0 }
        return PlanAnswer.FeasibleShare(device: target.device, share: Double(feasible) / 200)
    }
}

extension ExpectedTimesAnswer {
    /// Trains a candidate for a fraction of a second.
    fileprivate init(_ job: ResolvedJob, _ work: JobWork, width: Int) throws {
        guard let training = work.training else {
            self.init(searchSeconds: 0)
            return
        }
        let builder = job.builder(training, job.searchSettings)
        let perSample = try builder.trainingSecondsPerSample()
        let samples = Double(training.data.split.train.count) * perSample / Double(width)
        let evaluation = samples * builder.settings.epochs
        let finalists =
            Double(job.finalists.choice.countPerDevice * job.devices.count) * samples
            * job.finalSettings.epochs
        let search = evaluation * min(Double(job.search.maxEvaluations), Double(job.space.count))
        let limit = job.search.maxSeconds
        self.init(
            secondsPerEvaluation: evaluation,
            searchSeconds: min(search, limit.map { $0 * job.searchShareOfTime } ?? .infinity),
            finalistSeconds: min(finalists, limit.map { $0 * (1 - job.searchShareOfTime) } ?? .infinity),
            shareOfTimeForSearch: job.searchShareOfTime)
    }
}

extension JSONObject {
    /// What decides a job's result, under the job's own keys.
    fileprivate init(_ identity: Identity) {
        guard case .object(let object) = JSONValue(identity) else {
            preconditionFailure("a job's identity is a record")
        }
        self = object
    }
}

extension JSONValue {
    fileprivate init(_ identity: Identity) {
        switch identity {
        case .text(let text): self = .text(text)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .flag(let value): self = .flag(value)
        case .absent: self = .null
        case .list(let items): self = .list(items.map { JSONValue($0) })
        case .record(let entries): self = .object(JSONObject(entries.map { ($0.key, JSONValue($0.value)) }))
        }
    }
}
