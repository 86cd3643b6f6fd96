import Foundation
import Numerics
import Quantities

/// What a candidate took on the device itself, over one or more repeats.
public struct MeasuredCost: Hashable, Sendable {
    /// Median over the repeats, in milliseconds.
    public let latency: Double
    /// The interval in which the median of another repeat lies in 80 of 100 cases; nil where there was one repeat only.
    public let latencyP10, latencyP90: Double?
    /// Median over the repeats, in millijoules; nil where none was measured.
    public let energy: Double?
    /// How many times it was measured.
    public let repeats: Int

    /// A cost that was summed up before: milliseconds, millijoules.
    public init(latency: Double, latencyP10: Double?, latencyP90: Double?, energy: Double?, repeats: Int) {
        self.latency = latency
        self.latencyP10 = latencyP10
        self.latencyP90 = latencyP90
        self.energy = energy
        self.repeats = repeats
    }

    /// Sums up repeats, each the median of steady-state runs.
    ///
    /// Repeats scatter log-normally, and few of them say little of how far: the interval is Student's t for one more repeat,
    /// median · exp(± t₀.₉ · s · √(1 + 1/n)).
    /// - Parameters:
    ///   - latencies: in milliseconds, positive, at least one.
    ///   - energies: in millijoules, as many as were measured.
    public init(latencies: [Double], energies: [Double]) {
        guard let median = latencies.median else { preconditionFailure("MeasuredCost: needs a latency") }
        let count = latencies.count
        var spread: Double?
        if count > 1 {
            let logs = latencies.map { log($0) }
            let mean = logs.reduce(0, +) / Double(count)
            let variance = logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)
            spread = exp(
                StudentT.quantile(0.9, degrees: count - 1) * (variance * (1 + 1 / Double(count))).squareRoot()
            )
        }
        self.init(
            latency: median, latencyP10: spread.map { median / $0 }, latencyP90: spread.map { median * $0 },
            energy: energies.median, repeats: count)
    }
}

extension Score {
    /// The score with latency (and energy, where it was measured) replaced by what was measured; status and reason stay.
    public func replacing(by cost: MeasuredCost) -> Score {
        var score = measured(latency: cost.latency, p10: cost.latencyP10, p90: cost.latencyP90)
        score.energy = cost.energy ?? score.energy
        return score
    }

    /// The score with a measured latency and its interval, in milliseconds; predicted energy follows the measured time at the
    /// predicted power, all else stays.
    public func measured(latency: Double, p10: Double?, p90: Double?) -> Score {
        var score = self
        if let predicted = self.latency, predicted > 0 {
            score.energy = energy.map { $0 * latency / predicted }
        }
        (score.latency, score.latencyP10, score.latencyP90) = (latency, p10, p90)
        score.provenance = .measured
        return score
    }
}
