import Candidates
import Datasets
import Determinism
import Jobs
import Search
import SearchSpaces

/// `swiftlet search --dry-run`: the resolved plan, what the devices can have, and how long it will take.
public func plan(of request: SearchRequest) throws -> Answer {
    let job = try request.source().resolved()
    let work = try job.work(data: request.data, database: request.database)
    let problem = try job.problem(work, pricer: nil)
    let times = try ExpectedTimes(job, work, width: request.width)
    guard case .record(var record) = Field(job.identity) else {
        preconditionFailure("an identity is a record")
    }
    record.append(
        "budget",
        .record([
            "max_evaluations": .integer(job.search.maxEvaluations),
            "max_seconds": .number(orUnknown: job.search.maxSeconds), "threads": .integer(request.width),
        ]))
    record.append("expected", .record(times.record))
    if case .training(let training) = work, let accuracy = try job.givenAccuracy(training) {
        record.append("model_accuracy_on_train_slice", .number(accuracy))
    }
    record.append("feasible_share", .record(Record(feasibleShares(problem))))
    return Answer(
        json: .record(record), columns: ["key", "value"], rows: rows(record), table: text(record))
}

/// Of random points of the space, how many each device can have within the limits on costs.
private func feasibleShares(_ problem: Problem) -> [(String, Field)] {
    var random = RandomStream(seed: problem.seed, .proposal, .max)
    let points = (0..<200).map { _ in problem.priced(problem.space.sample(using: &random)).costs }
    return problem.targets.map { target in
        let feasible = points.count { problem.violation(of: $0, on: target) == 0 }
        return (target.device, .number(Double(feasible) / 200))
    }
}

private func rows(_ record: Record, prefix: String = "") -> [Record] {
    record.entries.flatMap { entry -> [Record] in
        if case .record(let inner) = entry.value { return rows(inner, prefix: "\(prefix)\(entry.key).") }
        return [["key": .text(prefix + entry.key), "value": .text(entry.value.oneLine)]]
    }
}

private func text(_ record: Record) -> String {
    rows(record).map { row in
        guard case .text(let key)? = row["key"], case .text(let value)? = row["value"] else { return "" }
        return "\(key.padded(to: 26)) \(value)\n"
    }.joined()
}

extension Field {
    fileprivate var oneLine: String {
        if case .list(let items) = self { items.map(\.plain).joined(separator: ", ") } else { plain }
    }
}

/// How long a job will take, from a fraction of a second of real training.
private struct ExpectedTimes {
    let record: Record

    init(_ job: ResolvedJob, _ work: JobWork, width: Int) throws {
        guard case .training(let training) = work else {
            record = ["search_seconds": .number(0)]
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
        record = [
            "seconds_per_evaluation": .number(evaluation),
            "search_seconds": .number(min(search, limit.map { $0 * job.searchShareOfTime } ?? .infinity)),
            "finalist_seconds": .number(
                min(finalists, limit.map { $0 * (1 - job.searchShareOfTime) } ?? .infinity)),
            "share_of_time_for_search": .number(job.searchShareOfTime),
        ]
    }
}
