import Datasets
import Engine
public import ModelGraph
import Quantities
public import Search

/// Runs a built network on samples in the engine and says how good it is.
public struct Judge: Sendable {
    /// The samples that networks are run on.
    public let data: PreparedData
    /// The task and the metric that quality is measured by.
    public let task: TaskRules
    /// Threads that samples are shared among.
    public let threads: Int

    /// Samples that are in memory at a time.
    private static let chunk = 1024

    /// - Parameter task: nil for the data's own; another metric of the same task judges by that.
    public init(data: PreparedData, task: TaskRules? = nil, threads: Int = 1) {
        self.data = data
        self.task = task ?? data.task
        self.threads = threads
    }

    /// The quality on the validation part.
    public func validate(_ graph: Graph) throws -> Quality {
        quality(of: try validated(graph))
    }

    /// What is predicted on validation; where that holds nothing but normal samples, disturbed copies of them follow.
    private func validated(_ graph: Graph) throws -> Predictions {
        let normal = try predictions(of: graph, on: data.split.validation)
        guard task.disturbsValidation, let threshold = normal.threshold else { return normal }
        let disturbance = Disturbance(shape: data.dataset.sampleShape)
        let kept = try outputs(of: graph, on: data.split.validation, disturbance)
        return normal.joined(by: kept, threshold: threshold)
    }

    private func quality(of predictions: Predictions) -> Quality {
        Quality(
            accuracy: task.value(of: predictions), standardError: task.standardError(of: predictions),
            sampleResults: predictions.resultBits)
    }

    /// The same with the test part beside it, and what was predicted there; for finalists, once.
    ///
    /// A threshold is chosen on validation and then holds for test.
    public func validateAndTest(_ graph: Graph) throws -> (quality: Quality, tested: Predictions) {
        let validated = try validated(graph)
        var quality = quality(of: validated)
        let tested = try predictions(of: graph, on: data.split.test, threshold: validated.threshold)
        quality.testAccuracy = task.goal.metric.goodness(of: tested)
        quality.testStandardError = task.goal.metric.standardError(of: tested)
        return (quality, tested)
    }

    /// What the network predicts for each sample, as it is deployed.
    ///
    /// - Parameter threshold: of anomalies; nil chooses it from these samples.
    public func predictions(
        of graph: Graph, on indices: [Int], threshold: Float? = nil
    ) throws -> Predictions {
        task.predictions(
            of: try outputs(of: graph, on: indices), for: indices, in: data.dataset, threshold: threshold)
    }

    /// What is kept of the outputs for samples, or for disturbed copies of them.
    private func outputs(
        of graph: Graph, on indices: [Int], _ disturbance: Disturbance? = nil
    ) throws -> [SampleOutputs] {
        var kept: [SampleOutputs] = []
        for start in stride(from: 0, to: indices.count, by: Judge.chunk) {
            let part = Array(indices[start..<min(start + Judge.chunk, indices.count)])
            let samples = data.samples(part)
            let inputs = disturbance?.moved(samples, of: part) ?? samples
            if let fault = data.dataset.fault { throw fault }
            let outputs = try evaluate(
                graph, samples: inputs, of: data.dataset.sampleSize, threads: threads)
            guard outputs.count == part.count * task.outputCount else {
                throw GraphError.invalid(
                    node: graph.name,
                    detail:
                        "gives \(outputs.count / part.count) outputs where \(task.outputCount) are expected")
            }
            guard outputs.allSatisfy(\.isFinite) else {
                throw GraphError.invalid(node: graph.name, detail: "its outputs are not finite")
            }
            kept.append(task.kept(outputs, inputs: inputs))
        }
        return kept
    }
}

extension Predictions {
    /// Predictions of anomalies with what was kept of made-up ones; these belong to the groups of the samples they are copies of.
    fileprivate func joined(by kept: [SampleOutputs], threshold: Float) -> Predictions {
        guard case .anomalies(let errors, let powers, let truth, _) = answers else { return self }
        return Predictions(
            .anomalies(
                errors: errors + kept.flatMap(\.values), powers: powers + kept.flatMap(\.powers),
                truth: truth + truth.map { _ in true }, threshold: threshold),
            groups: groups + groups)
    }

    /// The error from which on a sample counts as an anomaly; nil of other tasks.
    public var threshold: Float? {
        if case .anomalies(_, _, _, let threshold) = answers { threshold } else { nil }
    }
}
