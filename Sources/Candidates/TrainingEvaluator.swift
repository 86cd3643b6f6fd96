public import Quantities
public import Search
public import SearchSpaces

/// Evaluates candidates by training each from scratch, compressing it, and running the artefact on validation.
public struct TrainingEvaluator: Evaluator {
    public let builder: CandidateBuilder
    public let judge: Judge

    public init(builder: CandidateBuilder, judge: Judge) {
        self.builder = builder
        self.judge = judge
    }

    public var fidelity: Fidelity { .trained }

    public func accuracyKey(of genotype: Genotype) -> String {
        "\(fidelity.rawValue) \(judge.metric.rawValue) \(builder.accuracyKey(of: genotype))"
    }

    public func evaluate(_ genotype: Genotype) async throws -> Outcome {
        do {
            return .evaluated(try judge.validate(builder.build(genotype)))
        } catch let error as CancellationError {
            throw error
        } catch {
            return .failed(reason: String(describing: error))
        }
    }
}
