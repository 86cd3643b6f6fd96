/// How well predictions agree with the truth; the raw value is the name in job files.
public enum QualityMetric: String, CaseIterable, Codable, Hashable, Sendable {
    /// Share of samples whose class is right.
    case accuracy
    /// Mean over classes of the share that is right; classes without samples are left out.
    case balancedAccuracy = "balanced_accuracy"
    /// Mean over classes of 2·TP / (2·TP + FP + FN); classes neither present nor predicted are left out.
    case macroF1 = "macro_f1"
}
