import Candidates
import Datasets
import ExperimentStore
import Quantities
import Search
import SearchSpaces

extension JobRun {
    /// Trains the finalists, for as long as was settled when the search was done.
    func finish(_ pricer: SpacePricer?, _ clock: TimeKeeper) async throws {
        guard case .training(let training) = work, job.finalists.choice != .perDevice(0) else { return }
        let pace = try pace(training, clock.speed)
        func finish(_ job: ResolvedJob) throws -> Finish {
            try Finish(
                job: job, training: training, pricer: pricer ?? training.pricer, store: store, width: width,
                clock: clock, pace: pace, progress: progress)
        }
        let planned = try finish(job)
        let chosen = try planned.chooseFinalists()
        let settled = try settledEpochs(
            planned, FinalistOrder.interleaved(chosen.map(\.finalists)), training)
        try await finish(job.finishing(settled)).finish(chosen)
    }

    /// What the trainings of the search took beside what the plan expected of them.
    private func pace(_ training: TrainingWork, _ speed: TrainingSpeed?) throws -> Pace {
        guard let speed, job.searchFidelity == .trained else { return Pace() }
        let samples = Double(training.data.split.train.count)
        return Pace(
            try store.proposedEvaluations().filter { $0.quality != nil }.map { evaluation in
                let genotype = try job.space.genotype(
                    architecture: evaluation.architecture, compression: evaluation.compression)
                let network = job.space.uncompressed(genotype)
                let expected = speed.seconds(
                    training: job.rungSettings[evaluation.rung].epochs * samples,
                    operations: Double(training.pricer.costs(of: network).macs ?? 0))
                return (evaluation.candidate, evaluation.seconds, expected)
            })
    }

    /// Passes of the finalists' training: as settled before, else by the time that the search left, which is then kept.
    ///
    /// Nil where the file sets them, the time is not limited, or a finalist was trained as planned already.
    private func settledEpochs(
        _ finish: Finish, _ finalists: [Evaluation], _ training: TrainingWork
    ) throws -> Double? {
        var schedule = try JobSchedule(
            stored: store.schedule(), lengths: job.lengths, open: job.openLengths)
        if let settled = schedule.settledEpochs { return settled }
        guard job.openLengths.contains(.finalEpochs), job.finalists.choice != .everyone,
            try !store.evaluations().contains(where: { $0.fidelity == .final })
        else { return nil }
        let choice = try LengthChoice(job, training)
        guard
            let settled = try finish.settledEpochs(
                of: finalists, least: choice.leastFinalEpochs(after: job.searchSettings.epochs),
                most: choice.enoughEpochs)
        else { return nil }
        schedule.settledEpochs = settled
        try store.keep(schedule: schedule.stored)
        progress(.planned(try sentence(about: schedule)))
        return settled
    }

    /// What was searched and what finalists get, with the lines of a job file that make it the same elsewhere.
    private func sentence(about schedule: JobSchedule) throws -> String {
        var lengths = schedule.current
        let planned = lengths.evaluations
        lengths.evaluations = try store.proposedEvaluations().count
        let cut = lengths.evaluations < planned ? " of \(planned)" : ""
        let lines = lengths.lines(of: schedule.chosen).joined(separator: "\n  ")
        let most =
            lengths.mostFinalEpochs.map { ", small ones up to \(Human.number(max($0, lengths.finalEpochs)))" }
            ?? ""
        return "plan: the search made \(lengths.evaluations)\(cut) evaluations, so that finalists get "
            + "\(Human.number(lengths.finalEpochs)) epoch\(lengths.finalEpochs == 1 ? "" : "s")\(most); the same "
            + "elsewhere:\n  \(lines)"
    }
}

extension ResolvedJob {
    /// The job whose finalists are trained in so many passes; as planned where that is nil.
    func finishing(_ epochs: Double?) -> ResolvedJob {
        epochs.map { with(finalEpochs: $0) } ?? self
    }
}
