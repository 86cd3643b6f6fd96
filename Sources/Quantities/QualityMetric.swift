/// How well predictions agree with the truth; the raw value is the name in job files.
///
/// Searches compare candidates by the goodness of a metric, larger is better: its value, or for errors its negative.
public enum QualityMetric: String, CaseIterable, Codable, Hashable, Sendable {
    /// Share of samples whose class is right.
    case accuracy
    /// Mean over classes of the share that is right; classes without samples are left out.
    case balancedAccuracy = "balanced_accuracy"
    /// Mean over classes of 2·TP / (2·TP + FP + FN); classes neither present nor predicted are left out.
    case macroF1 = "macro_f1"
    /// Share of samples whose class is among the five likeliest.
    case topFive = "top_5_accuracy"
    /// Mean precision over all recalls; of more than two classes the mean over classes, each against the others.
    case averagePrecision = "average_precision"
    /// Chance that a positive sample ranks above a negative one; of more than two classes the mean over classes.
    case rocAUC = "roc_auc"
    /// 2·TP / (2·TP + FP + FN) of anomalies, at a threshold chosen on validation.
    case f1
    /// Share of the variance of normal samples that a reconstruction explains.
    case explainedVariance = "explained_variance"
    /// Square root of the mean squared error.
    case rmse
    /// Mean absolute error.
    case mae
    /// 1 − squared error / variance of the truth.
    case r2

    /// The tasks that a metric judges.
    public var tasks: [LearningTask] {
        switch self {
        case .accuracy, .balancedAccuracy, .macroF1, .topFive: [.classification]
        case .averagePrecision, .rocAUC: [.classification, .anomaly]
        case .f1, .explainedVariance: [.anomaly]
        case .rmse, .mae, .r2: [.regression]
        }
    }

    /// Whether larger values are better.
    public var isLargerBetter: Bool {
        switch self {
        case .accuracy, .balancedAccuracy, .macroF1, .topFive, .averagePrecision, .rocAUC, .f1,
            .explainedVariance, .r2:
            true
        case .rmse, .mae: false
        }
    }

    /// The goodness of a value, and the value of a goodness.
    public func turned(_ number: Double) -> Double { isLargerBetter ? number : -number }

    /// The goodness that nothing exceeds.
    public var bestGoodness: Double { isLargerBetter ? 1 : 0 }

    /// What a task is judged by where a job does not say.
    public static func usual(for task: LearningTask) -> QualityMetric {
        switch task {
        case .classification: .accuracy
        case .regression: .rmse
        case .anomaly: .rocAUC
        }
    }
}
