import Datasets
import Engine
public import ModelGraph
public import Quantities
public import Search

/// Runs a built network on samples in the engine and says how good it is.
public struct Judge: Sendable {
    public let data: PreparedData
    public let metric: QualityMetric
    public let threads: Int

    public init(data: PreparedData, metric: QualityMetric, threads: Int = 1) {
        self.data = data
        self.metric = metric
        self.threads = threads
    }

    /// The quality on the validation part.
    public func validate(_ graph: Graph) throws -> Quality {
        let predictions = try predictions(of: graph, on: data.split.validation)
        return Quality(
            accuracy: metric.value(of: predictions), standardError: metric.standardError(of: predictions),
            sampleResults: predictions.resultBits)
    }

    /// The same with the test part beside it, and what was predicted there; for finalists, once.
    public func validateAndTest(_ graph: Graph) throws -> (quality: Quality, tested: Predictions) {
        var quality = try validate(graph)
        let tested = try predictions(of: graph, on: data.split.test)
        quality.testAccuracy = metric.value(of: tested)
        quality.testStandardError = metric.standardError(of: tested)
        return (quality, tested)
    }

    /// The predicted class of each sample, by the network as it is deployed.
    public func predictions(of graph: Graph, on indices: [Int]) throws -> Predictions {
        let logits = try evaluate(graph, samples: data.samples(indices), threads: threads)
        let classCount = data.dataset.classNames.count
        guard logits.count == indices.count * classCount else {
            throw GraphError.invalid(
                node: graph.name,
                detail: "gives \(logits.count / indices.count) outputs for \(classCount) classes")
        }
        guard logits.allSatisfy(\.isFinite) else {
            throw GraphError.invalid(node: graph.name, detail: "its outputs are not finite")
        }
        return data.predictions(Predictions.classes(ofLogits: logits, classCount: classCount), for: indices)
    }
}
