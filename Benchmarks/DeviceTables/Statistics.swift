import Foundation

/// How well predictions order and hit measurements.
struct Agreement {
    var spearman: Double
    /// Share of predictions within 10 % of the measurement.
    var within10: Double

    init(_ predicted: [Double], _ measured: [Double]) {
        spearman = correlation(ranks(predicted), ranks(measured))
        let hits = zip(predicted, measured).filter { abs($0 / $1 - 1) <= 0.1 }.count
        within10 = Double(hits) / Double(max(measured.count, 1))
    }
}

/// Ranks with ties shared.
func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
        var end = start
        while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
        for place in start...end { ranks[order[place]] = Double(start + end) / 2 }
        start = end + 1
    }
    return ranks
}

func correlation(_ a: [Double], _ b: [Double]) -> Double {
    let (meanA, meanB) = (a.mean, b.mean)
    var (ab, aa, bb) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
        ab += (x - meanA) * (y - meanB)
        aa += (x - meanA) * (x - meanA)
        bb += (y - meanB) * (y - meanB)
    }
    return ab / (aa * bb).squareRoot()
}

extension [Double] {
    var mean: Double { reduce(0, +) / Double(Swift.max(count, 1)) }
}

func text(_ value: Double?, _ digits: Int = 3) -> String {
    value.map { String(format: "%.\(digits)f", $0) } ?? "–"
}
func percent(_ share: Double?) -> String { share.map { String(format: "%.1f %%", $0 * 100) } ?? "–" }
