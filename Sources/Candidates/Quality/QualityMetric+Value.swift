import Determinism
public import Quantities

extension QualityMetric {
    /// The metric over all samples; 0 where predictions are of another task or there are none.
    public func value(of predictions: Predictions) -> Double {
        value(of: predictions, at: Array(0..<predictions.count))
    }

    /// The goodness over all samples: larger is better.
    public func goodness(of predictions: Predictions) -> Double { turned(value(of: predictions)) }

    /// The sampling error of `value`: √(p(1 − p)/n) for independent samples' accuracy, else a bootstrap of 200
    /// resamples over groups (over samples where there are no groups).
    ///
    /// Efron, Tibshirani: An Introduction to the Bootstrap, 1993.
    public func standardError(of predictions: Predictions) -> Double? {
        let count = predictions.count
        guard count > 1 else { return nil }
        let members = predictions.groupMembers
        if self == .accuracy, members.count < 2 {
            let value = value(of: predictions)
            return (value * (1 - value) / Double(count)).squareRoot()
        }
        var random = RandomStream(seed: 0, .bootstrap)
        let values = (0..<200).map { _ -> Double in
            let sample =
                members.count < 2
                ? (0..<count).map { _ in random.index(below: count) }
                : members.indices.flatMap { _ in members[random.index(below: members.count)] }
            return value(of: predictions, at: sample)
        }
        let mean = values.reduce(0, +) / 200
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 199).squareRoot()
    }

    private func value(of predictions: Predictions, at samples: [Int]) -> Double {
        guard !samples.isEmpty else { return 0 }
        switch predictions.answers {
        case .classes(let predicted, let truth, let classCount, let logits):
            return value(
                ofClasses: samples.map { predicted[$0] }, truth: samples.map { truth[$0] }, classCount,
                logits: logits.isEmpty
                    ? [] : samples.flatMap { logits[$0 * classCount..<($0 + 1) * classCount] })
        case .values(let predicted, let truth):
            return value(
                ofNumbers: samples.map { Double(predicted[$0]) }, truth: samples.map { Double(truth[$0]) })
        case .anomalies(let errors, let powers, let truth, let threshold):
            return value(
                ofErrors: samples.map { Double(errors[$0]) }, powers: samples.map { Double(powers[$0]) },
                truth: samples.map { truth[$0] }, threshold: Double(threshold))
        }
    }

    private func value(
        ofClasses predicted: [Int], truth: [Int], _ classCount: Int, logits: [Float]
    ) -> Double {
        let counts = Confusion(predicted: predicted, truth: truth, classCount: classCount)
        switch self {
        case .accuracy: return counts.accuracy
        case .balancedAccuracy: return counts.balancedAccuracy
        case .macroF1: return counts.macroF1
        case .topFive: return topAccuracy(5, logits: logits, truth: truth, classCount: classCount)
        case .averagePrecision:
            return meanOverClasses(logits, truth, classCount) {
                Ranking(scores: $0, truth: $1).averagePrecision
            }
        case .rocAUC:
            return meanOverClasses(logits, truth, classCount) { Ranking(scores: $0, truth: $1).areaUnderROC }
        case .f1, .explainedVariance, .rmse, .mae, .r2: return 0
        }
    }

    private func value(ofNumbers predicted: [Double], truth: [Double]) -> Double {
        switch self {
        case .rmse: rootMeanSquaredError(predicted, truth)
        case .mae: meanAbsoluteError(predicted, truth)
        case .r2: determination(predicted, truth)
        case .accuracy, .balancedAccuracy, .macroF1, .topFive, .averagePrecision, .rocAUC, .f1,
            .explainedVariance:
            0
        }
    }

    private func value(ofErrors errors: [Double], powers: [Double], truth: [Bool], threshold: Double)
        -> Double
    {
        switch self {
        case .rocAUC: return Ranking(scores: errors, truth: truth).areaUnderROC
        case .averagePrecision: return Ranking(scores: errors, truth: truth).averagePrecision
        case .f1: return Ranking(scores: errors, truth: truth).f1(from: threshold)
        case .explainedVariance:
            let normal = truth.indices.filter { !truth[$0] }
            let power = normal.reduce(0) { $0 + powers[$1] }
            return power > 0 ? 1 - normal.reduce(0) { $0 + errors[$1] } / power : 0
        case .accuracy, .balancedAccuracy, .macroF1, .topFive, .rmse, .mae, .r2: return 0
        }
    }
}
