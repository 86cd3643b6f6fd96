import Devices
import Engine
import Evaluation
import ExperimentStore
import Foundation
import ModelGraph
import Search
import SearchSpaces

/// Trains candidates to the end: compressed, validated, tested once, measured on this computer.
struct Finish: Sendable {
    let job: ResolvedJob
    let training: TrainingWork
    let pricing: Pricing
    let store: JobStore
    let width: Int
    /// Later finalists are left out once it has passed.
    let deadline: ContinuousClock.Instant?
    let progress: @Sendable (JobProgress) -> Void
    let evaluator: FinalEvaluator

    init(
        job: ResolvedJob, training: TrainingWork, pricing: Pricing, store: JobStore, width: Int,
        deadline: ContinuousClock.Instant?, progress: @escaping @Sendable (JobProgress) -> Void
    ) {
        self.job = job
        self.training = training
        self.pricing = pricing
        self.store = store
        self.width = width
        self.deadline = deadline
        self.progress = progress
        evaluator = FinalEvaluator(job, training, store: store)
    }

    /// The finalists of every device, those already finished left alone.
    func finalists() async throws {
        let chosen = try chooseFinalists()
        var union: [Evaluation] = []
        for evaluation in chosen.flatMap(\.finalists)
        where !union.contains(where: { $0.candidate == evaluation.candidate }) {
            union.append(evaluation)
        }
        try await finish(union)
        for (device, finalists) in chosen { try store.keepFinalists(finalists.map(\.candidate), on: device) }
    }

    /// Trains candidates to the end, `width` at a time, and measures them when all others are done.
    func finish(_ candidates: [Evaluation]) async throws {
        let done = Set(try store.evaluations().filter { $0.fidelity == .final }.map(\.candidate))
        // The longest trainings first, so that no core waits long for the last of them.
        let waiting = candidates.filter { !done.contains($0.candidate) }
            .sorted { ($0.macs ?? 0, $0.candidate) > ($1.macs ?? 0, $1.candidate) }
        let counter = FinishCounter(total: candidates.count, done: candidates.count - waiting.count)
        try await withThrowingTaskGroup(of: Evaluation?.self) { group in
            var rest = waiting[...]
            func startNext() {
                guard let next = rest.first, !Task.isCancelled, deadline.map({ .now < $0 }) ?? true else {
                    return
                }
                rest.removeFirst()
                group.addTask { try await finished(next) }
            }
            for _ in 0..<width { startNext() }
            progress(counter.report())
            while let finished = try await group.next() {
                if let finished {
                    try store.record(finished)
                    progress(counter.report(adding: finished))
                }
                startNext()
            }
        }
        try Task.checkCancellation()
        try measureOnHost(candidates)
    }

    /// The front of each device at search fidelity, thinned to the number that the job asks for.
    ///
    /// Host times order nothing unless the job says so: its finalists follow from the estimate.
    private func chooseFinalists() throws -> [(device: String, finalists: [Evaluation])] {
        let evaluations = try store.proposedEvaluations()
        return try store.targets().map { target in
            let ranked =
                target.guidesSearch
                ? evaluations : try evaluations.map { try estimated($0, on: target.device) }
            guard !job.file.finalists.isEveryone else {
                return (target.device, ranked.filter { $0.quality != nil })
            }
            return (target.device, target.finalists(job.file.finalists.perDevice, from: ranked))
        }
    }

    /// The evaluation with a device's score replaced by its estimate before any measurement.
    private func estimated(_ evaluation: Evaluation, on device: String) throws -> Evaluation {
        let genotype = try job.space.genotype(
            architecture: evaluation.architecture, compression: evaluation.compression)
        guard let score = training.pricing.costs(of: genotype).scores.first(where: { $0.device == device })
        else {
            return evaluation
        }
        var copy = evaluation
        copy.scores = copy.scores.map { $0.device == device && $0.status != .constraint ? score : $0 }
        return copy
    }

    private func finished(_ evaluation: Evaluation) async throws -> Evaluation? {
        let begun = ContinuousClock.now
        let genotype = try job.space.genotype(
            architecture: evaluation.architecture, compression: evaluation.compression)
        var result = evaluation
        result.proposal = nil
        result.fidelity = .final
        result.accuracyKey = evaluator.accuracyKey(of: genotype)
        do {
            result.outcome = try await evaluator.evaluate(genotype)
        } catch is CancellationError {
            return nil
        }
        result.seconds = (ContinuousClock.now - begun) / .seconds(1)
        return result
    }

    // MARK: Measurement

    /// Times every finished candidate on this computer, one after the other, while nothing else runs.
    private func measureOnHost(_ candidates: [Evaluation]) throws {
        guard let host = job.profiles.first(where: { $0.name == "host-cpu" })?.name else { return }
        let wanted = Set(candidates.map(\.candidate))
        let finals = try store.evaluations().filter { $0.fidelity == .final && wanted.contains($0.candidate) }
        for evaluation in finals where evaluation.quality != nil {
            try Task.checkCancellation()
            guard let score = evaluation.score(on: host), score.provenance != .measured else { continue }
            progress(
                JobProgress(
                    phase: "measure", text: "measuring \(evaluation.candidate.prefix(8)) on this computer"))
            let graph = try ModelFile(job: store, candidate: evaluation.candidate).read()
            try store.replaceScore(
                score.measured(measureLatency(of: try Plan(graph), seconds: 0.3)), of: evaluation)
        }
    }
}

extension Score {
    fileprivate func measured(_ timing: LatencyMeasurement) -> Score {
        var score = self
        score.latency = timing.median
        score.latencyP10 = timing.p10
        score.latencyP90 = timing.p90
        score.provenance = .measured
        return score
    }
}
