public import Datasets
public import Quantities
import Training

/// What a task decides on a data set: how many outputs a network has, which loss trains it, what its outputs predict, how
/// good predictions are and which direction is better.
///
/// The only place that knows what outputs mean.
public enum TaskRules: Hashable, Sendable, Codable {
    /// One logit a class; the largest one names the class.
    case classification(classes: Int, metric: QualityMetric)
    /// One number; what is predicted is `offset + scale · output`.
    case regression(offset: Float, scale: Float, metric: QualityMetric)
    /// The normalised sample again; how far it is off tells anomalies. `disturbs`: validation holds nothing but normal samples,
    /// so that each is joined by a disturbed copy which counts as an anomaly when candidates are compared.
    case anomaly(values: Int, metric: QualityMetric, disturbs: Bool)

    /// Throws where the data set does not hold what the goal predicts.
    ///
    /// - Parameter standardises: whether numbers to predict are learned in deviations from their mean; a given model answers
    ///   in their own unit.
    public init(
        _ goal: LearningGoal, for dataset: Dataset, split: DataSplit, standardises: Bool = true
    ) throws(DatasetError) {
        guard goal.metric.tasks.contains(goal.task) else {
            throw .file(
                dataset.name,
                detail: "the metric '\(goal.metric.rawValue)' does not judge \(goal.task.rawValue)")
        }
        switch (goal.task, dataset.target) {
        case (.classification, .classes(_, let names)):
            self = .classification(classes: names.count, metric: goal.metric)
        case (.regression, .values(let values)):
            let (mean, deviation) = standardises ? split.train.map { values[$0] }.meanAndDeviation : (0, 1)
            self = .regression(offset: mean, scale: deviation, metric: goal.metric)
        case (.anomaly, .anomalies(let flags)):
            guard split.train.contains(where: { !flags[$0] }) else {
                throw .file(dataset.name, detail: "leaves no normal sample to train on")
            }
            self = .anomaly(
                values: dataset.sampleSize, metric: goal.metric,
                disturbs: !split.validation.contains { flags[$0] })
        case (.classification, .values), (.classification, .anomalies), (.regression, .classes),
            (.regression, .anomalies), (.anomaly, .classes), (.anomaly, .values):
            throw .file(dataset.name, detail: "holds nothing that \(goal.task.rawValue) predicts")
        }
    }

    /// Task and metric.
    public var goal: LearningGoal {
        switch self {
        case .classification(_, let metric): LearningGoal(task: .classification, metric: metric)
        case .regression(_, _, let metric): LearningGoal(task: .regression, metric: metric)
        case .anomaly(_, let metric, _): LearningGoal(task: .anomaly, metric: metric)
        }
    }

    /// The same task judged in the way that is easiest to compare with guessing.
    public var plain: TaskRules {
        switch self {
        case .classification(let classes, _): .classification(classes: classes, metric: .accuracy)
        case .regression, .anomaly: self
        }
    }

    /// Values that a network gives for one sample.
    public var outputCount: Int {
        switch self {
        case .classification(let classes, _): classes
        case .regression: 1
        case .anomaly(let values, _, _): values
        }
    }

    /// By what candidates are compared on validation.
    var validationMetric: QualityMetric {
        switch self {
        case .classification(_, let metric), .regression(_, _, let metric), .anomaly(_, let metric, _): metric
        }
    }

    /// Whether validation is joined by disturbed copies of its samples.
    public var disturbsValidation: Bool {
        if case .anomaly(_, _, let disturbs) = self { disturbs } else { false }
    }

    /// The goodness that nothing exceeds.
    public var bestGoodness: Double { validationMetric.bestGoodness }
}

extension TaskRules {
    /// What training minimises.
    func loss() -> TrainingRecipe.Loss {
        switch self {
        case .classification: .crossEntropy
        case .regression, .anomaly: .meanSquaredError
        }
    }

    /// The goodness of predictions over all samples, for comparing candidates on validation: larger is better.
    public func value(of predictions: Predictions) -> Double { validationMetric.goodness(of: predictions) }

    /// The sampling error of `value`; nil where there are too few samples to tell.
    public func standardError(of predictions: Predictions) -> Double? {
        validationMetric.standardError(of: predictions)
    }

    /// What guessing reaches on these samples: the most frequent class, the mean of the training part, or zeros for all of
    /// them.
    public func valueOfGuessing(_ indices: [Int], in dataset: Dataset) -> Double {
        let groups = [Int]()
        switch (self, dataset.target) {
        case (.classification(let classes, _), .classes(let labels, _)):
            let truth = indices.map { Int(labels[$0]) }
            var counts = [Int](repeating: 0, count: classes)
            for label in truth { counts[label] += 1 }
            let usual = counts.indices.max { counts[$0] < counts[$1] } ?? 0
            // Of equal scores the most frequent classes come first.
            let logits = truth.flatMap { _ in counts.map(Float.init) }
            return value(
                of: Predictions(
                    .classes(
                        predicted: truth.map { _ in usual }, truth: truth, classCount: classes, logits: logits
                    ),
                    groups: groups))
        case (.regression(let offset, _, _), .values(let values)):
            let truth = indices.map { values[$0] }
            return value(of: Predictions(.values(predicted: truth.map { _ in offset }, truth: truth)))
        case (.anomaly, .anomalies(let flags)):
            var truth = indices.map { flags[$0] }
            if disturbsValidation { truth += truth.map { _ in true } }
            let ones = [Float](repeating: 1, count: truth.count)
            return value(
                of: Predictions(.anomalies(errors: ones, powers: ones, truth: truth, threshold: 0)))
        case (.classification, .values), (.classification, .anomalies), (.regression, .classes),
            (.regression, .anomalies), (.anomaly, .classes), (.anomaly, .values):
            preconditionFailure("TaskRules: data of another task")
        }
    }
}

extension [Float] {
    /// Mean and deviation; of a constant the deviation is 1.
    fileprivate var meanAndDeviation: (Float, Float) {
        let mean = reduce(0.0) { $0 + Double($1) } / Double(Swift.max(count, 1))
        let variance =
            reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(Swift.max(count, 1))
        let deviation = variance.squareRoot()
        return (Float(mean), deviation > 1e-6 * mean.magnitude && deviation > 0 ? Float(deviation) : 1)
    }
}
