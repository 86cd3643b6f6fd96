import Devices
import Foundation
import Numerics

/// Picks at a limit: the most accurate cell whose predicted latency is below it.
func selectionTable(_ context: Context) throws {
    let folder = "\(context.data)/nas-bench-201"
    let table = try NetworkTable(
        space: context.space("nas-bench-201"),
        files: ["\(folder)/latency.csv.gz", "\(folder)/accuracy.csv.gz"],
        limit: context.limit, keep: \.dependsOnInput)
    let accuracy = table.column("cifar10_valid_12_epochs_pct").map { $0 ?? 0 }
    print(
        "\nSelection: \(FewShot.sets) sets of 10 probes, 50 limits between the 10th and 70th latency percentile\n"
    )
    print(
        "| device | over the limit, point | at confidence 0.9 | regret, points | five measured: over | regret |"
    )
    print("|---|---|---|---|---|---|")
    for (column, name) in [
        ("raspberry_pi_4_tflite_ms", "raspberry-pi-4"), ("xeon_gold_6226_ms", "xeon-gold-6226"),
    ] {
        let few = FewShot(table.graphs, table.column(column), on: try context.profile(name))
        let picks = try selections(few, accuracy)
        print(
            "| \(name) | \(percent(picks.overByPoint)) | \(percent(picks.overAtConfidence)) | \(text(picks.regret, 2)) "
                + "| \(percent(picks.overMeasured)) | \(text(picks.regretMeasured, 2)) |")
    }
}

private struct Selections {
    var overByPoint, overAtConfidence, regret, overMeasured, regretMeasured: Double
}

private func selections(_ few: FewShot, _ accuracy: [Double]) throws -> Selections {
    var (point, upper, measured): ([Bool], [Bool], [Bool]) = ([], [], [])
    var (regret, regretMeasured): ([Double], [Double]) = ([], [])
    for set in 0..<FewShot.sets {
        let outcome = try few.outcome(set: set, probes: 10)
        // The most accurate first, so that a pick is the first that fits.
        let order = outcome.test.indices.sorted { accuracy[outcome.test[$0]] > accuracy[outcome.test[$1]] }
        let bounds = Bounds(outcome.prices)
        let truth = outcome.test.map { few.measured[$0] }
        for step in 0..<50 {
            guard let limit = few.measured.quantile(0.1 + 0.6 * Double(step) / 49),
                let best = order.first(where: { truth[$0] <= limit })
            else { continue }
            func loss(_ pick: Int) -> Double { accuracy[outcome.test[best]] - accuracy[outcome.test[pick]] }
            if let pick = order.first(where: { bounds.points[$0] <= limit }) {
                point.append(truth[pick] > limit)
            }
            if let pick = order.first(where: { bounds.uppers[$0] <= limit }) {
                upper.append(truth[pick] > limit)
                regret.append(loss(pick))
            }
            // Five are measured, and the most accurate that keeps the limit is accepted.
            let candidates = shortlist(order, bounds, limit: limit)
            if let pick = candidates.first(where: { truth[$0] <= limit }) {
                measured.append(false)
                regretMeasured.append(loss(pick))
            } else {
                measured.append(true)
            }
        }
    }
    func share(_ flags: [Bool]) -> Double { Double(flags.count { $0 }) / Double(max(flags.count, 1)) }
    return Selections(
        overByPoint: share(point), overAtConfidence: share(upper), regret: regret.mean,
        overMeasured: share(measured),
        regretMeasured: regretMeasured.mean)
}

/// Five to measure, most accurate first: three that the point prediction admits, the best at confidence 0.9, and as a
/// safe last one the best at 0.99 (or, where nothing is that safe, the one with the smallest bound).
private func shortlist(_ order: [Int], _ bounds: Bounds, limit: Double) -> [Int] {
    var chosen = Array(order.lazy.filter { bounds.points[$0] <= limit }.prefix(3))
    for upper in [bounds.uppers, bounds.safest] {
        let next =
            order.first { upper[$0] <= limit && !chosen.contains($0) }
            ?? order.filter { !chosen.contains($0) }.min { upper[$0] < upper[$1] }
        if let next { chosen.append(next) }
    }
    return order.filter(chosen.contains)
}

/// Predicted latencies, and what they do not exceed at confidence 0.9 and 0.99.
private struct Bounds {
    let points, uppers, safest: [Double]

    init(_ prices: [Price]) {
        points = prices.map { $0.latencyMilliseconds ?? .infinity }
        uppers = prices.map { $0.latencyMilliseconds(confidence: 0.9) ?? .infinity }
        safest = prices.map { $0.latencyMilliseconds(confidence: 0.99) ?? .infinity }
    }
}
