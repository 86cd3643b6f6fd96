import ExperimentStore
import Jobs
public import Reports

/// Runs jobs one after another, and goes on where one of them fails.
///
/// Throws `CancellationError` where the task is cancelled; jobs that were run until then are kept.
/// - Parameter begins: called with the number of each job, from 0, before it begins.
public func search(
    all requests: [SearchRequest], begins: @Sendable (Int) -> Void = { _ in },
    progress: @escaping @Sendable (JobProgress) -> Void = { _ in }
) async throws -> SearchBatchAnswer {
    var runs: [SearchBatchAnswer.Run] = []
    for (index, request) in requests.enumerated() {
        begins(index)
        runs.append(try await run(request, progress))
    }
    return SearchBatchAnswer(jobs: runs)
}

/// How one job of several ended.
private func run(
    _ request: SearchRequest, _ progress: @escaping @Sendable (JobProgress) -> Void
) async throws -> SearchBatchAnswer.Run {
    do {
        let answer = try await search(request, progress: progress)
        return summed(request, answer.isFeasible ? .done : .infeasible, reason: nil)
    } catch let error as CancellationError {
        throw error
    } catch {
        try Task.checkCancellation()
        switch ErrorKind(of: error) {
        case .invalidInput: return summed(request, .invalid, reason: error.words)
        case .failure: return summed(request, .failed, reason: error.words)
        }
    }
}

/// With what the database knows of the job.
private func summed(
    _ request: SearchRequest, _ outcome: SearchBatchAnswer.Run.Outcome, reason: String?
) -> SearchBatchAnswer.Run {
    let name = try? request.source().resolved().name
    let job = try? name.flatMap { try ExperimentStore(reading: request.database).known($0) }
    let summary = try? job?.summary()
    return SearchBatchAnswer.Run(
        job: request.job, outcome: outcome, evaluations: summary?.evaluations, seconds: summary?.seconds,
        hypervolume: summary?.hypervolume, reason: reason)
}
