import Candidates
import Datasets
import Devices
import Engine
import ExperimentStore
import Quantities
import Search
import SearchSpaces

/// Trains candidates to the end: compressed, validated, tested once, measured on this computer.
struct Finish: Sendable {
    let job: ResolvedJob
    let training: TrainingWork
    let pricer: SpacePricer
    let store: JobStore
    let width: Int
    let clock: TimeKeeper
    let progress: @Sendable (JobEvent) -> Void
    private let pace: Pace
    let worker: CandidateWorker

    init(
        job: ResolvedJob, training: TrainingWork, pricer: SpacePricer, store: JobStore, width: Int,
        clock: TimeKeeper, pace: Pace = Pace(), progress: @escaping @Sendable (JobEvent) -> Void
    ) throws {
        self.job = job
        self.training = training
        self.pricer = pricer
        self.store = store
        self.width = width
        self.clock = clock
        self.pace = pace
        self.progress = progress
        worker = CandidateWorker(job, training).after(try job.trials(of: store))
    }

    /// Trains the finalists of every device, those already finished left alone; then more of them, where the plan may choose
    /// how many and left time for them.
    func finish(_ chosen: [DeviceFinalists]) async throws {
        let finished = try await trainAndKeep(chosen)
        try await decidePicks(among: finished)
        guard clock.end != nil, let more = try chooseMore(beside: chosen) else { return }
        let all = try await trainAndKeep(more)
        guard all > finished else { return }
        try await decidePicks(among: all)
    }

    /// The finalists of a device, the most wanted first.
    typealias DeviceFinalists = (device: String, finalists: [Evaluation])

    /// Trains finalists, and keeps those that the time sufficed for as the devices'; answers with how many.
    private func trainAndKeep(_ chosen: [DeviceFinalists]) async throws -> Int {
        let finished = try await finish(FinalistOrder.interleaved(chosen.map(\.finalists)))
        for (device, finalists) in chosen {
            // What the time did not suffice for is no finalist.
            let candidates = try finalists.compactMap { finalist in
                let key = try key(of: finalist)
                return finished.first { $0.accuracyKey == key }?.candidate
            }
            try store.keepFinalists(candidates, on: device)
        }
        return finished.count
    }

    /// Under which a candidate's end is recorded; accuracy control may give it another id.
    private func key(of evaluation: Evaluation) throws -> String {
        worker.accuracyKey(of: try genotype(of: evaluation), at: .final)
    }

    func genotype(of evaluation: Evaluation) throws -> Genotype {
        try job.space.genotype(architecture: evaluation.architecture, compression: evaluation.compression)
    }

    private func finals(_ keys: Set<String>) throws -> [Evaluation] {
        try store.evaluations().filter { $0.fidelity == .final && keys.contains($0.accuracyKey) }
    }

    /// Trains candidates to the end, `width` at a time, measures them when all others are done, and returns what came of them.
    ///
    /// - Parameter candidates: the most wanted first; where the time does not suffice for all, others are left out.
    func finish(_ candidates: [Evaluation]) async throws -> [Evaluation] {
        let keys = Set(try candidates.map(key))
        let done = Set(try finals(keys).map(\.accuracyKey))
        let waiting = try candidates.filter { !done.contains(try key(of: $0)) }
        let order = FinalistOrder(
            try waiting.map { ($0, try seconds(of: $0)) }, clock: clock, width: width,
            measuring: measuringSeconds)
        let counter = FinishCounter(total: candidates.count, done: candidates.count - waiting.count)
        // One that takes much longer than expected is broken off, so that those before it can be measured.
        let measuring = Double(candidates.count) * measuringSeconds
        let end = clock.end.map { $0 + clock.tolerance - .seconds(measuring) }
        _ = try await before(end) { try await trainAll(order, counter) }
        try Task.checkCancellation()
        try measureOnHost(finals(keys))
        try measureByRunners(finals(keys))
        return try finals(keys)
    }

    /// For timing a finalist on this computer.
    private var measuringSeconds: Double { job.host == nil ? 0 : 0.35 }

    /// What the training of a candidate is expected to take; 0 where that is not known.
    private func seconds(of candidate: Evaluation) throws -> Double {
        guard let speed = clock.speed else { return 0 }
        return seconds(of: candidate, try operations(of: candidate), worker.finalSettings, speed)
    }

    private func seconds(
        of candidate: Evaluation, _ operations: Double, _ settings: TrainingSettings, _ speed: TrainingSpeed
    ) -> Double {
        let samples = Double(training.data.split.train.count) * settings.epochs(operations: operations)
        return pace[candidate.candidate] * speed.seconds(training: samples, operations: operations)
    }

    /// Multiply-accumulate operations of a candidate's network before its compression.
    private func operations(of candidate: Evaluation) throws -> Double {
        let network = job.space.uncompressed(try genotype(of: candidate))
        return Double(training.pricer.costs(of: network).macs ?? 0)
    }

    /// The passes of the largest networks with which the time left suffices for all of these, rounded down to two digits; nil
    /// where the time is not limited.
    /// - Parameters:
    ///   - least: passes of the largest of these below which none is trained, unless fewer were planned.
    ///   - most: passes after which more of them hardly help.
    func settledEpochs(of finalists: [Evaluation], least: Double, most: Double) throws -> Double? {
        guard let end = clock.end, let speed = clock.speed, !finalists.isEmpty else { return nil }
        let left = (end - .now) / .seconds(1) - Double(finalists.count) * measuringSeconds
        // Of several cores, some wait for the last of them.
        let budget = left * (width == 1 ? 0.95 : 0.9)
        // For trainings from a second seed, which are left out first where this computer is slower than it was.
        let reserve = 1 + 1 / Double(max(finalists.count, 8))
        let settings = worker.finalSettings
        let operations = try finalists.map(operations)
        func suffices(_ epochs: Double) -> Bool {
            let seconds = zip(finalists, operations).map {
                self.seconds(of: $0, $1, settings.with(epochs: epochs), speed)
            }
            return seconds.reduce(0, +) <= budget * Double(width) / reserve
                && seconds.allSatisfy { $0 <= budget }
        }
        let longer = settings.with(epochs: 1).epochs(operations: operations.max() ?? 0)
        let lowest = min(settings.epochs, least / longer)
        return largest(in: lowest...max(lowest, most, settings.epochs), where: suffices).roundedToTwoDigits
    }

    /// The largest number that passes, where smaller ones do too; the lower end where none does.
    private func largest(in range: ClosedRange<Double>, where passes: (Double) -> Bool) -> Double {
        guard !passes(range.upperBound) else { return range.upperBound }
        var (low, high) = (range.lowerBound, range.upperBound)
        for _ in 0..<50 {
            let middle = (low + high) / 2
            if passes(middle) { low = middle } else { high = middle }
        }
        return low
    }

    private func trainAll(_ order: FinalistOrder, _ counter: FinishCounter) async throws {
        var order = order
        try await withThrowingTaskGroup(of: FinishedCandidate?.self) { group in
            func startNext() {
                guard !Task.isCancelled, let next = order.next() else { return }
                group.addTask { try await finished(next) }
            }
            for _ in 0..<width { startNext() }
            progress(.finishing(counter.report()))
            while let finished = try await group.next() {
                if let finished {
                    try record(finished)
                    order.learn(finished.ordered, seconds: finished.evaluation.seconds)
                    progress(.finishing(counter.report(adding: finished.evaluation)))
                }
                startNext()
            }
        }
    }

    /// Records what came of a candidate; accuracy control may lead to one that is there already.
    private func record(_ finished: FinishedCandidate) throws {
        let isKnown = try store.evaluations().contains {
            $0.fidelity == .final && $0.candidate == finished.evaluation.candidate
        }
        if !isKnown { try store.record(finished.evaluation, keeping: finished.files) }
    }

    /// The front of each device at search fidelity, thinned to the number that the job asks for.
    ///
    /// Host times order nothing unless the job says so: its finalists follow from the estimate.
    func chooseFinalists() throws -> [DeviceFinalists] {
        let evaluations = try compared()
        var shared: [Evaluation] = []
        return try store.targets().map { target in
            let ranked = try ranked(evaluations, on: target)
            switch job.finalists.choice {
            case .everyone: return (target.device, ranked.filter { $0.quality != nil })
            case .perDevice(let count):
                let chosen = target.finalists(count, from: ranked, sharing: shared)
                shared += chosen
                return (target.device, chosen)
            }
        }
    }

    /// The same finalists and half as many more, where the file leaves open how many; nil where it does not, or where there are
    /// no others.
    private func chooseMore(beside chosen: [DeviceFinalists]) throws -> [DeviceFinalists]? {
        guard case .perDevice(let count) = job.finalists.choice, job.openLengths.contains(.finalists) else {
            return nil
        }
        let evaluations = try compared()
        let more = try zip(store.targets(), chosen).map { target, known in
            target.finalists(count / 2, beside: known.finalists, from: try ranked(evaluations, on: target))
        }
        guard more.contains(where: { !$0.isEmpty }) else { return nil }
        return zip(chosen, more).map { ($0.device, $0.finalists + $1) }
    }

    /// What the search compared, at its longest training.
    private func compared() throws -> [Evaluation] {
        try store.evaluations().filter { $0.proposal != nil }.ofLongestTraining
    }

    /// With the scores by which finalists of a device are chosen.
    private func ranked(_ evaluations: [Evaluation], on target: Target) throws -> [Evaluation] {
        target.guidesSearch ? evaluations : try evaluations.map { try estimated($0, on: target.device) }
    }

    /// The evaluation with a device's score replaced by its estimate before any measurement.
    private func estimated(_ evaluation: Evaluation, on device: String) throws -> Evaluation {
        let genotype = try genotype(of: evaluation)
        guard let score = training.pricer.costs(of: genotype).score(on: device) else { return evaluation }
        var copy = evaluation
        copy.scores = copy.scores.map { $0.device == device && $0.status != .constraint ? score : $0 }
        return copy
    }

    /// Nil where the task was cancelled meanwhile.
    private func finished(_ evaluation: Evaluation) async throws -> FinishedCandidate? {
        let begun = ContinuousClock.now
        let genotype = try genotype(of: evaluation)
        let maximumDrop = genotype.keptLayers.isEmpty ? job.finalists.maximumDrop : nil
        do {
            let result = try worker.result(
                of: worker.order(for: genotype, at: .final, losingAtMost: maximumDrop))
            return FinishedCandidate(
                ordered: evaluation.candidate,
                evaluation: try ended(
                    evaluation, genotype, result, seconds: (ContinuousClock.now - begun) / .seconds(1)),
                files: result.finding.files)
        } catch is CancellationError {
            return nil
        }
    }

    /// The end of a candidate; where accuracy control kept layers in float32 it is another one with costs of its own.
    private func ended(
        _ evaluation: Evaluation, _ genotype: Genotype, _ result: EvaluationResult, seconds: Double
    ) throws -> Evaluation {
        let built = try job.space.genotype(
            architecture: result.architecture, compression: result.compression)
        var end = evaluation
        if built != genotype {
            end = try job.problem(.training(training), pricer: pricer).priced(built).evaluated(
                result.finding.outcome, proposal: nil, fidelity: .final, accuracyKey: "")
        }
        end.outcome = result.finding.outcome
        if let shortfall = result.shortfall {
            for index in end.scores.indices where end.scores[index].isFeasible {
                end.scores[index].reason = shortfall
            }
        }
        end.proposal = nil
        (end.fidelity, end.rung) = (.final, 0)
        end.accuracyKey = worker.accuracyKey(of: genotype, at: .final)
        end.seconds = seconds
        return end
    }

    // MARK: Measurement

    /// How long a finalist is timed, where so many wait: shorter where the time runs out.
    private func timingSeconds(before waiting: Int) -> Double {
        guard let end = clock.end else { return 0.3 }
        return min(0.3, max(0.05, (end - .now) / .seconds(1) / Double(waiting)))
    }

    /// Times every finished candidate on this computer, one after the other, while nothing else runs.
    private func measureOnHost(_ finals: [Evaluation]) throws {
        guard let host = job.host?.name else { return }
        for (index, evaluation) in finals.enumerated() where evaluation.quality != nil {
            try Task.checkCancellation()
            guard let score = evaluation.score(on: host), score.provenance != .measured else { continue }
            progress(.measuring(candidate: evaluation.candidate))
            let graph = try ModelFile(job: store, candidate: evaluation.candidate).read()
            try store.keep(HostMachine.current())
            let timing = measureLatency(
                of: try Plan(graph), seconds: timingSeconds(before: finals.count - index))
            let measured = score.measured(latency: timing.median, p10: timing.p10, p90: timing.p90)
            try store.replaceScore(job.constraints.judgedAnew(measured, of: evaluation), of: evaluation)
        }
    }
}

/// A candidate trained to the end, and what is to last of it.
private struct FinishedCandidate: Sendable {
    /// The id of the candidate that was to be trained; accuracy control may lead to another.
    let ordered: String
    let evaluation: Evaluation
    let files: [CandidateFile]
}
