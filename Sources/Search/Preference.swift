import Quantities

/// Which of the candidates inside the limits to select.
public enum Preference: String, CaseIterable, Hashable, Sendable {
    case accuracy, latency, size, energy
    /// The balanced one: where the front bends most.
    case knee

    /// The metric to be best in; nil for the knee.
    var metric: Metric? {
        switch self {
        case .accuracy: .accuracy
        case .latency: .latency
        case .size: .modelSize
        case .energy: .energy
        case .knee: nil
        }
    }
}

/// The index of the point furthest towards the ideal from the plane through the front's extremes; nil for no
/// points.
///
/// Points are minimised objectives; each axis is scaled by the front's own range, and the point with the
/// smallest sum is the one furthest from that plane (Das: On characterizing the "knee" of the Pareto curve,
/// Structural Optimization 1999).
public func kneePoint(_ front: [[Double]]) -> Int? {
    guard let dimensions = front.first?.count else { return nil }
    var sums = [Double](repeating: 0, count: front.count)
    for axis in 0..<dimensions {
        let values = front.map { $0[axis] }
        guard let low = values.min(), let high = values.max(), high > low else { continue }
        for index in front.indices { sums[index] += (values[index] - low) / (high - low) }
    }
    return front.indices.min { (sums[$0], $0) < (sums[$1], $1) }
}
