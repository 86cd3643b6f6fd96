import Engine
import Kernels
import Quantities

extension ModelCommands {
    /// Every step of a plan timed on one thread, for `benchmark --layers`.
    ///
    /// - Parameters:
    ///   - seconds: about how long to measure.
    ///   - median: of a whole run, in milliseconds.
    static func stepTimings(
        _ plan: Plan, seconds: Double, median: Double
    ) -> (records: [Record], table: TextTable) {
        let peak = plan.kernels.measurePeak()
        let timings = plan.measureSteps(runs: min(max(Int(seconds * 1000 / max(median, 1e-3)), 10), 1000))
        let total = timings.map(\.microseconds).reduce(0, +)
        var table = TextTable([
            ("layer", .left), ("kernel", .left), ("time", .right), ("of all", .right), ("work", .right),
            ("of peak", .right),
        ])
        let records = timings.map { timing -> Record in
            let share = timing.multipliesAndAdds ? peak.map { timing.share(of: $0) } : nil
            table.append([
                timing.layer.shortened(to: 40), timing.kernel, Human.milliseconds(timing.microseconds / 1000),
                Human.percent(timing.microseconds / total), Human.count(Int(timing.work)),
                Human.percent(share),
            ])
            return [
                "layer": .text(timing.layer), "kernel": .text(timing.kernel),
                "latency_ms": .number(timing.microseconds / 1000), "work": .number(timing.work),
                "peak_share": .number(orUnknown: share),
            ]
        }
        return (records, table)
    }
}
