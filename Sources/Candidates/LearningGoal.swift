public import Datasets
public import Quantities
import Training

/// What a job's networks are to learn, and how it is judged how well they do.
public struct LearningGoal: Hashable, Sendable, Codable {
    public let task: LearningTask
    public let metric: QualityMetric

    public init(task: LearningTask, metric: QualityMetric) {
        self.task = task
        self.metric = metric
    }

    /// Whether this release can train for it.
    public var isSupported: Bool {
        switch task {
        case .classification: true
        case .regression, .anomaly: false
        }
    }
}

/// What a task decides on a data set: how many outputs a network has, which loss trains it, what its outputs predict, how
/// good predictions are and which direction is better.
///
/// The only place that knows what outputs mean.
public enum TaskRules: Hashable, Sendable, Codable {
    /// One logit a class; the largest one names the class.
    case classification(classes: Int, metric: QualityMetric)

    /// Throws where the data set does not hold what the goal predicts.
    public init(_ goal: LearningGoal, for dataset: Dataset) throws(DatasetError) {
        switch goal.task {
        case .classification where !dataset.classNames.isEmpty:
            self = .classification(classes: dataset.classNames.count, metric: goal.metric)
        case .classification, .regression, .anomaly:
            throw .file(
                dataset.name, detail: "holds numbers to predict; only classification is supported so far")
        }
    }

    public var goal: LearningGoal {
        switch self {
        case .classification(_, let metric): LearningGoal(task: .classification, metric: metric)
        }
    }

    /// The same task judged in the way that is easiest to compare with guessing.
    public var plain: TaskRules {
        switch self {
        case .classification(let classes, _): .classification(classes: classes, metric: .accuracy)
        }
    }

    /// Values that a network gives for one sample.
    public var outputCount: Int {
        switch self {
        case .classification(let classes, _): classes
        }
    }

    /// Whether a larger value of the metric is better.
    public var isLargerBetter: Bool {
        switch self {
        case .classification: true
        }
    }
}

extension TaskRules {
    /// What training minimises.
    func loss() -> TrainingRecipe.Loss {
        switch self {
        case .classification: .crossEntropy
        }
    }

    /// What outputs say of samples, beside the truth.
    ///
    /// - Parameter outputs: `outputCount` values a sample, in the order of `indices`.
    public func predictions(
        of outputs: [Float], for indices: [Int], in dataset: Dataset
    ) -> Predictions {
        switch self {
        case .classification(let classes, _):
            let labels = dataset.labels
            return Predictions(
                predicted: Predictions.classes(ofLogits: outputs, classCount: classes),
                truth: indices.map { Int(labels[$0]) }, classCount: classes,
                groups: dataset.groups.isEmpty ? [] : indices.map { Int(dataset.groups[$0]) })
        }
    }

    /// The metric over all samples.
    public func value(of predictions: Predictions) -> Double {
        switch self {
        case .classification(_, let metric): metric.value(of: predictions)
        }
    }

    /// The sampling error of `value`; nil where there are too few samples to tell.
    public func standardError(of predictions: Predictions) -> Double? {
        switch self {
        case .classification(_, let metric): metric.standardError(of: predictions)
        }
    }

    /// What guessing reaches on these samples: the most frequent class for all of them.
    public func valueOfGuessing(_ indices: [Int], in dataset: Dataset) -> Double {
        switch self {
        case .classification(let classes, _):
            var counts = [Int](repeating: 0, count: classes)
            let labels = dataset.labels
            for index in indices { counts[Int(labels[index])] += 1 }
            return Double(counts.max() ?? 0) / Double(max(indices.count, 1))
        }
    }
}
