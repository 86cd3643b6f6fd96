import Foundation
import Quantities

/// Which of the candidates inside the limits to select.
public enum Preference: String, CaseIterable, Hashable, Sendable {
    case accuracy, latency, size, energy
    /// The balanced one, see `kneePoint`.
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

/// A candidate's place between quality and cost, as the knee is found by.
public struct TradeOff: Hashable, Sendable {
    /// 1 − quality, plus the sampling error of the quality.
    public let error: Double
    /// Decimal logarithms of the costs.
    public let costs: [Double]

    /// A place; an error below 10⁻⁴ counts as 10⁻⁴.
    public init(error: Double, costs: [Double]) {
        self.error = max(error, 1e-4)
        self.costs = costs
    }
}

/// The index of the balanced member of a front; nil for no members.
///
/// Quality and cost weigh alike. Quality enters as the logarithm of the error, so that 10 % → 5 % counts as much as 1 % → 0.5 %,
/// and what lies within the sampling error counts little; the costs together enter as the mean of their logarithms, so that a
/// second cost does not outvote the quality. Both are scaled by the front's own range, an axis that spans less than a factor of
/// two by that factor, so that a difference of a few per cent decides nothing. The balanced member has the smallest sum: it is
/// the one furthest from the line through the ends (Das: On characterizing the "knee" of the Pareto curve, Structural
/// Optimization 1999).
public func kneePoint(_ front: [TradeOff]) -> Int? {
    guard let axes = front.first?.costs.count else { return nil }
    var sums = scaled(front.map { log10($0.error) })
    for axis in 0..<axes {
        let cost = scaled(front.map { $0.costs[axis] })
        for index in front.indices { sums[index] += cost[index] / Double(axes) }
    }
    return front.indices.min { (sums[$0], $0) < (sums[$1], $1) }
}

/// Logarithms on an axis from 0 at the smallest to 1 at the largest, which lies a factor of two further at least.
private func scaled(_ logarithms: [Double]) -> [Double] {
    guard let low = logarithms.min(), let high = logarithms.max() else { return [] }
    let span = max(high - low, log10(2))
    return logarithms.map { ($0 - low) / span }
}
