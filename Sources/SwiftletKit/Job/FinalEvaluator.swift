import Candidates
import ExperimentStore
import ModelGraph
import Quantities
import Search
import SearchSpaces

/// Evaluates candidates to the end: trained, compressed, validated, tested once, their models kept in the job's folder.
struct FinalEvaluator: Evaluator {
    let builder: CandidateBuilder
    let judge: Judge
    let store: JobStore

    init(_ job: ResolvedJob, _ training: TrainingWork, store: JobStore) {
        builder = job.builder(training, job.finalSettings)
        judge = Judge(data: training.data, metric: training.metric)
        self.store = store
    }

    var fidelity: Fidelity { .final }

    /// Names the candidate: a quality taken over from another job would come without a model.
    func accuracyKey(of genotype: Genotype) -> String {
        let candidate = builder.space.id(of: genotype)
        return
            "final \(store.name) \(candidate) \(judge.metric.rawValue) \(builder.accuracyKey(of: genotype))"
    }

    func evaluate(_ genotype: Genotype) async throws -> Outcome {
        try outcome { try judged(builder.build(genotype), as: genotype) }
    }

    /// The same for a candidate that may lose at most `maximumDrop` (in the metric's unit) by its compression: the point that
    /// results, its outcome, and a sentence where even the best loses more.
    func evaluate(
        _ genotype: Genotype, losingAtMost maximumDrop: Double
    ) throws -> (genotype: Genotype, outcome: Outcome, shortfall: String?) {
        var (result, shortfall) = (genotype, String?.none)
        let outcome = try outcome {
            let built = try builder.build(genotype, losingAtMost: maximumDrop, of: judge.metric)
            (result, shortfall) = (built.genotype, built.shortfall)
            return try judged(built.graph, as: result)
        }
        return (result, outcome, shortfall)
    }

    /// Validates, tests once, and keeps the model.
    private func judged(_ graph: Graph, as genotype: Genotype) throws -> Quality {
        let (quality, tested) = try judge.validateAndTest(graph)
        let (space, candidate) = (builder.space, builder.space.id(of: genotype))
        try store.keepCandidate(
            candidate, architecture: space.architecture(of: genotype),
            compression: space.compression(of: genotype))
        try ModelFile(job: store, candidate: candidate).write(graph, on: judge.data, tested: tested)
        return quality
    }

    private func outcome(_ quality: () throws -> Quality) throws -> Outcome {
        do {
            return .evaluated(try quality())
        } catch let error as CancellationError {
            throw error
        } catch let error as CommandError {
            throw error
        } catch let error as StoreError {
            throw error
        } catch {
            return .failed(reason: String(describing: error))
        }
    }
}
