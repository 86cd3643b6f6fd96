package import Candidates
import Determinism
import ModelGraph
package import Quantities
package import Search
package import SearchSpaces

/// Works evaluations out: a pure function of the job, its data and the order; writes nothing.
package struct CandidateWorker: Sendable {
    private let job: ResolvedJob
    /// One a length of training, the shortest first.
    private let searching: [CandidateBuilder]
    private let finishing: CandidateBuilder
    /// Trains finalists from a second seed, the one after the job's.
    private let repeating: CandidateBuilder
    private let judge: Judge
    /// Who inherits from whom; nil where nobody inherits.
    private var lineage: Lineage?

    package init(_ job: ResolvedJob, _ training: TrainingWork) {
        self.job = job
        let networks = job.inheritedNetworks(training)
        searching = job.rungSettings.map { job.builder(training, $0, inheriting: networks) }
        finishing = job.builder(training, job.finalSettings, inheriting: networks, trainsOn: true)
        repeating = job.builder(training, job.finalSettings, seed: job.seed &+ 1)
        judge = Judge(data: training.data)
        lineage = networks.map { _ in Lineage(job.space, batchSize: job.search.batch) }
    }

    /// How finalists are trained.
    var finalSettings: TrainingSettings { finishing.settings }

    /// The worker for candidates that come after some trials of the job, from whose networks they may inherit.
    package func after(_ history: [Trial]) -> CandidateWorker {
        var worker = self
        worker.lineage?.add(history)
        return worker
    }

    /// What came of an order.
    ///
    /// Throws `CancellationError` where the task is cancelled; what is wrong with the candidate is an outcome.
    package func result(of order: EvaluationOrder) throws -> EvaluationResult {
        let genotype = try job.space.genotype(
            architecture: order.architecture, compression: order.compression)
        do {
            return try evaluated(genotype, order)
        } catch let error as CancellationError {
            throw error
        } catch {
            return EvaluationResult(
                order: order, finding: Finding(.failed(reason: String(describing: error))))
        }
    }

    private func evaluated(_ genotype: Genotype, _ order: EvaluationOrder) throws -> EvaluationResult {
        switch order.fidelity {
        case .final:
            let record = TrainingRecord()
            guard let maximumDrop = order.maximumDrop else {
                let built = try finishing.build(genotype, after: order.ancestors, record: record)
                return EvaluationResult(order: order, finding: try finished(built, record.curve))
            }
            let built = try finishing.build(
                genotype, losingAtMost: maximumDrop, after: order.ancestors, record: record)
            var result = EvaluationResult(order: order, finding: try finished(built.graph, record.curve))
            result.architecture = job.space.architecture(of: built.genotype)
            result.compression = job.space.compression(of: built.genotype)
            result.shortfall = built.shortfall
            return result
        case .inherited, .trained, .table:
            let quality = try judge.validate(searching[order.rung].build(genotype, after: order.ancestors))
            return EvaluationResult(order: order, finding: Finding(.evaluated(quality)))
        }
    }

    /// Validated, tested once, with everything that lasts of it.
    private func finished(_ graph: Graph, _ curve: TrainingCurve) throws -> Finding {
        let (quality, tested) = try judge.validateAndTest(graph)
        return Finding(
            .evaluated(quality),
            files: try graph.files(on: judge.data, tested: tested) + [try curve.file])
    }

    /// What a point reaches on validation when it is trained to the end from the second seed, and the key of that quality.
    ///
    /// For networks that are trained from scratch. Throws `CancellationError` where the task is cancelled; what is wrong with
    /// the candidate is an outcome.
    package func second(_ genotype: Genotype) throws -> (outcome: Outcome, accuracyKey: String) {
        let identity: Identity = [
            "version": .integer(1), "fidelity": .text(Fidelity.final.rawValue),
            "rung": .integer(FinalTraining.second), "accuracy": repeating.accuracyIdentity(of: genotype),
            "candidate": .text(job.space.id(of: genotype)),
        ]
        do {
            return (.evaluated(try judge.validate(repeating.build(genotype))), identity.hash)
        } catch let error as CancellationError {
            throw error
        } catch {
            return (.failed(reason: String(describing: error)), identity.hash)
        }
    }

    /// Under which the accuracy of a point is kept: the hash of everything that decides it, and of nothing else.
    ///
    /// That of a finalist names the candidate too, whose model it comes with.
    package func accuracyKey(of genotype: Genotype, at fidelity: Fidelity, rung: Int = 0) -> String {
        let builder =
            switch fidelity {
            case .final: finishing
            case .inherited, .trained, .table: searching[rung]
            }
        var identity: Identity = [
            "version": .integer(1), "fidelity": .text(fidelity.rawValue), "rung": .integer(rung),
            "accuracy": builder.accuracyIdentity(of: genotype, after: ancestors(of: genotype)),
        ]
        if fidelity == .final {
            identity.append("candidate", .text(job.space.id(of: genotype)))
            identity.append("maximum_drop", .number(orAbsent: job.finalists.maximumDrop))
        }
        return identity.hash
    }

    private func ancestors(of genotype: Genotype) -> [Ancestor] { lineage?.ancestors(of: genotype) ?? [] }

    /// The order for a point of the job's space.
    package func order(
        for genotype: Genotype, at fidelity: Fidelity, rung: Int = 0, losingAtMost maximumDrop: Double? = nil
    ) -> EvaluationOrder {
        EvaluationOrder(
            architecture: job.space.architecture(of: genotype),
            compression: job.space.compression(of: genotype), fidelity: fidelity, rung: rung,
            weights: job.weights, ancestors: ancestors(of: genotype),
            maximumDrop: maximumDrop)
    }
}

/// What came of an order, complete: it may come from another process.
package struct EvaluationResult: Hashable, Sendable, Codable {
    package let order: EvaluationOrder
    /// The point that was built: the order's own, unless layers had to stay as they are.
    package var architecture: String
    package var compression: String
    package var finding: Finding
    /// One sentence where even the best network found loses more than the order allows.
    package var shortfall: String?

    init(order: EvaluationOrder, finding: Finding) {
        self.order = order
        architecture = order.architecture
        compression = order.compression
        self.finding = finding
    }
}

/// Evaluates what a search proposes, at one fidelity.
package struct WorkerEvaluator: Evaluator {
    let worker: CandidateWorker
    package let fidelity: Fidelity
    package let rungs: Int

    package var keepsFiles: Bool { fidelity == .final }

    package func after(_ history: [Trial]) -> WorkerEvaluator {
        WorkerEvaluator(worker: worker.after(history), fidelity: fidelity, rungs: rungs)
    }

    package func accuracyKey(of genotype: Genotype, rung: Int) -> String {
        worker.accuracyKey(of: genotype, at: fidelity, rung: rung)
    }

    package func evaluate(_ genotype: Genotype, rung: Int) async throws -> Finding {
        try worker.result(of: worker.order(for: genotype, at: fidelity, rung: rung)).finding
    }
}
