import Candidates
import Datasets
import Determinism
import Jobs
public import Reports
import Search
import SearchSpaces

/// The resolved job before any work: what decides its result, what the devices can have, and how long it will take.
public func plan(of request: SearchRequest) throws -> PlanAnswer {
    let source = try request.source()
    let known = try source.known(in: request.database)
    let prepared = try source.prepared(
        data: request.data, database: request.database, known: known, width: request.width, begun: .now)
    let (job, work) = (prepared.job, prepared.work)
    let problem = try job.problem(work, pricer: nil)
    var answer = PlanAnswer(
        guide: JSONObject(job.overview),
        budget: PlanAnswer.Budget(
            maxEvaluations: job.search.maxEvaluations, maxSeconds: job.search.maxSeconds,
            threads: request.width),
        chosen: JSONObject(prepared.schedule.entries.map { ($0.key.place, .text($0.text)) }),
        expected: try ExpectedTimesAnswer(prepared, width: request.width),
        modelAccuracy: try work.training.flatMap { try job.givenAccuracy($0) },
        feasibleShares: feasibleShares(problem))
    if let data = work.training?.data {
        answer.data = PlanAnswer.DataPlan(
            data, remarks: data.dataset.remarks + [job.spaceRemark].compactMap(\.self))
        answer.frontEnds = job.frontEnds(of: data.dataset.frontEndWork).map { FrontEndAnswer($0) }
    }
    return answer
}

extension JobWork {
    fileprivate var training: TrainingWork? {
        switch self {
        case .training(let training): training
        case .table: nil
        }
    }
}

extension PlanAnswer.DataPlan {
    fileprivate init(_ data: PreparedData, remarks: [String]) {
        let (dataset, split) = (data.dataset, data.split)
        self.init(
            samples: dataset.count, shape: dataset.sampleShape,
            classes: DataAnswer.ClassCount.all(dataset, split),
            parts: DataAnswer.Parts(
                train: split.train.count, validation: split.validation.count, test: split.test.count),
            remarks: remarks.isEmpty ? nil : remarks)
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
    /// From the speed of this computer, `width` candidates at a time.
    fileprivate init(_ prepared: PreparedJob, width: Int) throws {
        guard let training = prepared.work.training else {
            self.init(searchSeconds: 0)
            return
        }
        let times = try prepared.expectedSeconds(training, width: width)
        self.init(
            secondsPerEvaluation: times.evaluation, searchSeconds: times.search,
            finalistSeconds: times.finalists, shareOfTimeForSearch: prepared.schedule.time?.searchShare)
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
