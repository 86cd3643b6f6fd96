package import ExperimentStore
package import Search

extension JobRun {
    /// Trains one candidate to the end and leaves the job in the state it was in; answers with the id of what came out.
    package func finish(_ evaluation: Evaluation, leaving state: JobState) async throws -> String {
        do {
            guard case .training(let training) = try withKeptWeights(.unlimited) else {
                throw JobError(
                    "job '\(job.name)' looks its candidates up in a table; there is nothing to train")
            }
            let settled = try JobSchedule(
                stored: store.schedule(), lengths: job.lengths, open: job.openLengths
            ).settledEpochs
            let finish = try Finish(
                job: job.finishing(settled), training: training,
                pricer: try hostCalibrated(job, work) ?? training.pricer,
                store: store, width: width, clock: .unlimited, progress: progress)
            let finished = try await finish.finish([evaluation])
            for result in finished {
                for score in result.scores where score.isFeasible {
                    try store.addFinalist(result.candidate, on: score.device)
                }
            }
            try store.end(state, after: elapsed)
            return finished.first?.candidate ?? evaluation.candidate
        } catch {
            try? store.end(state, after: elapsed)
            throw error
        }
    }
}
