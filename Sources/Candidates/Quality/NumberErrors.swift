/// √(Σ (prediction − truth)² / n).
func rootMeanSquaredError(_ predicted: [Double], _ truth: [Double]) -> Double {
    (squaredError(predicted, truth) / Double(max(truth.count, 1))).squareRoot()
}

/// Σ |prediction − truth| / n.
func meanAbsoluteError(_ predicted: [Double], _ truth: [Double]) -> Double {
    zip(predicted, truth).reduce(0) { $0 + ($1.0 - $1.1).magnitude } / Double(max(truth.count, 1))
}

/// 1 − Σ (prediction − truth)² / Σ (truth − mean)²; of a constant truth 1 where it is met, else 0.
func determination(_ predicted: [Double], _ truth: [Double]) -> Double {
    let mean = truth.reduce(0, +) / Double(max(truth.count, 1))
    let variation = truth.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let error = squaredError(predicted, truth)
    guard variation > 0 else { return error == 0 ? 1 : 0 }
    return 1 - error / variation
}

private func squaredError(_ predicted: [Double], _ truth: [Double]) -> Double {
    zip(predicted, truth).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
}
