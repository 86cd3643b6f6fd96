import Devices
import Foundation
import Numerics

/// What a table of NAS-Bench-201 times can be predicted to at all, by a flexible model that has seen the first `known` cells.
///
/// The profile is fitted to all of them, and what it leaves is explained by ridge regression on every choice and every pair
/// of choices of the cell (406 features), with Student's t so that outliers bend it no more than they bend ours.
func ceiling(_ few: FewShot, architectures: [String], known count: Int) throws -> Agreement {
    let known = Array(few.measured.indices.prefix(count)), test = few.measured.indices.dropFirst(count)
    let rows = known.map { Measurement(line: $0, model: "\($0)", latencyMilliseconds: few.measured[$0]) }
    let pieces = few.pieces(under: few.profile)
    let fitted = try few.profile.calibrated(with: rows, file: "table", note: "") { row, profile in
        profile.runtime.policy == few.profile.runtime.policy
            ? pieces[row.line] : PricedPiece(few.graphs[row.line], on: profile)
    }.profile
    let priced = few.pieces(under: fitted)
    let base = few.measured.indices.map { log(fitted.price(priced[$0]).latencyMilliseconds ?? 1) }
    let features = architectures.map(CellFeatures.init)
    var weights = [Double](repeating: 0, count: CellFeatures.count)
    for _ in 0..<4 {
        var fit = LeastSquares(unknowns: CellFeatures.count)
        for index in known {
            let target = log(few.measured[index]) - base[index]
            let error = (target - features[index].value(weights)) / 0.05
            fit.add(features[index].row, target: target, weight: 5 / (4 + error * error))
        }
        for unknown in 0..<CellFeatures.count { fit.addPrior(unknown, value: 0, precision: 1) }
        weights = fit.solve() ?? weights
    }
    return Agreement(
        test.map { exp(base[$0] + features[$0].value(weights)) }, test.map { few.measured[$0] })
}

/// The choices of a cell's six edges, and every pair of them, as zeros and ones.
private struct CellFeatures {
    private let ones: [Int]

    static let operations = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"]
    static let count = 1 + 6 * 5 + 15 * 25

    init(_ architecture: String) {
        let choices = architecture.split(whereSeparator: { "|+".contains($0) }).map { edge in
            CellFeatures.operations.firstIndex { edge.hasPrefix($0) } ?? 0
        }
        var ones = [0] + choices.indices.map { 1 + $0 * 5 + choices[$0] }
        var pair = 0
        for second in choices.indices {
            for first in 0..<second {
                ones.append(31 + pair * 25 + choices[second] * 5 + choices[first])
                pair += 1
            }
        }
        self.ones = ones
    }

    var row: [Double] {
        var row = [Double](repeating: 0, count: CellFeatures.count)
        for one in ones { row[one] = 1 }
        return row
    }

    func value(_ weights: [Double]) -> Double { ones.reduce(0) { $0 + weights[$1] } }
}
