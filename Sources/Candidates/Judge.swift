import Datasets
import Engine
public import ModelGraph
public import Search

/// Runs a built network on samples in the engine and says how good it is.
public struct Judge: Sendable {
    public let data: PreparedData
    public let task: TaskRules
    public let threads: Int

    /// - Parameter task: nil for the data's own; another metric of the same task judges by that.
    public init(data: PreparedData, task: TaskRules? = nil, threads: Int = 1) {
        self.data = data
        self.task = task ?? data.task
        self.threads = threads
    }

    /// The quality on the validation part.
    public func validate(_ graph: Graph) throws -> Quality {
        let predictions = try predictions(of: graph, on: data.split.validation)
        return Quality(
            accuracy: task.value(of: predictions), standardError: task.standardError(of: predictions),
            sampleResults: predictions.resultBits)
    }

    /// The same with the test part beside it, and what was predicted there; for finalists, once.
    public func validateAndTest(_ graph: Graph) throws -> (quality: Quality, tested: Predictions) {
        var quality = try validate(graph)
        let tested = try predictions(of: graph, on: data.split.test)
        quality.testAccuracy = task.value(of: tested)
        quality.testStandardError = task.standardError(of: tested)
        return (quality, tested)
    }

    /// What the network predicts for each sample, as it is deployed.
    public func predictions(of graph: Graph, on indices: [Int]) throws -> Predictions {
        let outputs = try evaluate(graph, samples: data.samples(indices), threads: threads)
        guard outputs.count == indices.count * task.outputCount else {
            throw GraphError.invalid(
                node: graph.name,
                detail: "gives \(outputs.count / indices.count) outputs for \(task.outputCount) classes")
        }
        guard outputs.allSatisfy(\.isFinite) else {
            throw GraphError.invalid(node: graph.name, detail: "its outputs are not finite")
        }
        return task.predictions(of: outputs, for: indices, in: data.dataset)
    }
}
