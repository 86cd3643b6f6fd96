public import Engine
import Numerics

/// Batch-1 latency of a plan, from the caller's buffers to the outputs.
///
/// A repeat is a run of consecutive inferences; its median is one observation of the latency. Jitter is apart: `runP95`
/// is over single runs.
public struct LatencyMeasurement: Hashable, Sendable {
    /// Median of the repeats' medians, in milliseconds.
    public var median: Double
    /// The interval for that median: its 10 % and 90 % quantiles over the repeats, in milliseconds.
    public var p10, p90: Double
    /// 95 % quantile, smallest and mean of single runs, in milliseconds.
    public var runP95, minimum, mean: Double
    /// How many inferences were timed.
    public var runs: Int

    /// - Parameter repeats: times of single runs in milliseconds, at least one in each repeat.
    init(repeats: [[Double]]) {
        let medians = repeats.map { $0.median ?? .nan }, all = repeats.flatMap(\.self)
        (p10, median, p90) = (
            medians.quantile(0.1) ?? .nan, medians.median ?? .nan, medians.quantile(0.9) ?? .nan
        )
        (runP95, minimum) = (all.quantile(0.95) ?? .nan, all.min() ?? .nan)
        mean = all.reduce(0, +) / Double(all.count)
        runs = all.count
    }
}

/// The batch-1 latency of a plan on this computer; `seconds` is the time that measuring takes.
public func measureLatency(of plan: Plan, seconds: Double, threads: Int = 1) -> LatencyMeasurement {
    LatencyMeasurement(repeats: timeRuns(of: plan, seconds: seconds, threads: threads))
}
