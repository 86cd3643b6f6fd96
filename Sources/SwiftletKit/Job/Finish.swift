import Candidates
import Devices
import Engine
import ExperimentStore
import Foundation
import ModelGraph
import Quantities
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
        let finished = try await finish(union)
        for (device, finalists) in chosen {
            let candidates = try finalists.map { finalist in
                let key = try key(of: finalist)
                return finished.first { $0.accuracyKey == key }?.candidate ?? finalist.candidate
            }
            try store.keepFinalists(candidates, on: device)
        }
    }

    /// Under which a candidate's end is recorded; accuracy control may give it another id.
    private func key(of evaluation: Evaluation) throws -> String {
        evaluator.accuracyKey(of: try genotype(of: evaluation))
    }

    private func genotype(of evaluation: Evaluation) throws -> Genotype {
        try job.space.genotype(architecture: evaluation.architecture, compression: evaluation.compression)
    }

    private func finals(_ keys: Set<String>) throws -> [Evaluation] {
        try store.evaluations().filter { $0.fidelity == .final && keys.contains($0.accuracyKey) }
    }

    /// Trains candidates to the end, `width` at a time, measures them when all others are done, and returns what came of them.
    func finish(_ candidates: [Evaluation]) async throws -> [Evaluation] {
        let keys = Set(try candidates.map(key))
        let done = Set(try finals(keys).map(\.accuracyKey))
        // The longest trainings first, so that no core waits long for the last of them.
        let waiting = try candidates.filter { !done.contains(try key(of: $0)) }
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
                    try record(finished)
                    progress(counter.report(adding: finished))
                }
                startNext()
            }
        }
        try Task.checkCancellation()
        try measureOnHost(finals(keys))
        return try finals(keys)
    }

    /// Records what came of a candidate; accuracy control may lead to one that is there already.
    private func record(_ finished: Evaluation) throws {
        let isKnown = try store.evaluations().contains {
            $0.fidelity == .final && $0.candidate == finished.candidate
        }
        if !isKnown { try store.record(finished) }
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
        let genotype = try genotype(of: evaluation)
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
        let genotype = try genotype(of: evaluation)
        var result = evaluation
        do {
            if let drop = job.file.compression.maxDrop, genotype.keptLayers.isEmpty {
                result = try controlled(evaluation, genotype, maximumDrop: drop / 100)
            } else {
                result.outcome = try await evaluator.evaluate(genotype)
            }
        } catch is CancellationError {
            return nil
        }
        result.proposal = nil
        result.fidelity = .final
        result.accuracyKey = evaluator.accuracyKey(of: genotype)
        result.seconds = (ContinuousClock.now - begun) / .seconds(1)
        return result
    }

    /// The end of a candidate that may lose little: where layers stay in float32 it is another candidate with costs of its own.
    private func controlled(
        _ evaluation: Evaluation, _ genotype: Genotype, maximumDrop: Double
    ) throws -> Evaluation {
        let end = try evaluator.evaluate(genotype, losingAtMost: maximumDrop)
        var result = evaluation
        if end.genotype != genotype {
            result = try job.problem(.training(training), pricing: pricing).priced(end.genotype)
        }
        result.outcome = end.outcome
        if let shortfall = end.shortfall {
            for index in result.scores.indices where result.scores[index].isFeasible {
                result.scores[index].reason = shortfall
            }
        }
        return result
    }

    // MARK: Measurement

    /// Times every finished candidate on this computer, one after the other, while nothing else runs.
    private func measureOnHost(_ finals: [Evaluation]) throws {
        guard let host = job.profiles.first(where: { $0.name == "host-cpu" })?.name else { return }
        for evaluation in finals where evaluation.quality != nil {
            try Task.checkCancellation()
            guard let score = evaluation.score(on: host), score.provenance != .measured else { continue }
            progress(
                JobProgress(
                    phase: "measure", text: "measuring \(evaluation.candidate.prefix(8)) on this computer"))
            let graph = try ModelFile(job: store, candidate: evaluation.candidate).read()
            try store.keep(HostMachine.current())
            let timing = measureLatency(of: try Plan(graph), seconds: 0.3)
            let measured = score.measured(latency: timing.median, p10: timing.p10, p90: timing.p90)
            try store.replaceScore(job.constraints.judgedAnew(measured, of: evaluation), of: evaluation)
        }
    }
}
