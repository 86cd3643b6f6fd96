import Foundation
import Quantities
import SearchSpaces

/// What a predictor may know of points: categories first, then numbers, column by column.
struct FeatureTable {
    /// One a feature, each with a value a point; a category is a whole number.
    private(set) var columns: [[Double]]
    /// So many columns hold categories.
    let categories: Int
    let count: Int

    init(columns: [[Double]], categories: Int, count: Int) {
        self.columns = columns
        self.categories = categories
        self.count = count
    }

    /// The distance of two values of a column: whether categories differ, or how far numbers are apart.
    func distance(_ column: Int, _ a: Double, _ b: Double) -> Double {
        column < categories ? (a == b ? 0 : 1) : abs(a - b)
    }

    /// Divides the numbers by scales, one a column after the categories; a scale of 0 leaves zeros.
    func scaled(by scales: [Double]) -> FeatureTable {
        var result = self
        for (column, scale) in zip(categories..., scales) {
            result.columns[column] = columns[column].map { scale > 0 ? $0 / scale : 0 }
        }
        return result
    }

    /// The standard deviation of each column of numbers.
    var deviations: [Double] {
        columns[categories...].map { column in
            let mean = column.reduce(0, +) / Double(max(count, 1))
            let sum = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            return (sum / Double(max(count, 1))).squareRoot()
        }
    }

    /// Some rows, in the order given.
    func rows(_ rows: [Int]) -> FeatureTable {
        FeatureTable(
            columns: columns.map { column in rows.map { column[$0] } }, categories: categories,
            count: rows.count)
    }
}

extension FeatureTable {
    /// Choices, how often each option is chosen, the paths through a cell, the rung of the training, and what is known of the costs: counts and the
    /// first costs that the targets ask for, as logarithms.
    init(_ genotypes: [Genotype], rungs: [Int], _ prices: PriceList, in problem: Problem) {
        let choices = genotypes.map { problem.space.features(of: $0) }
        let dimensions = problem.space.dimensions.count
        let categories = (0..<dimensions).map { dimension in choices.map { Double($0[dimension]) } }
        let counts = problem.space.sharedOptions.flatMap { group in
            (0..<group.options).map { option in
                choices.map { choice in Double(group.dimensions.count { choice[$0] == option }) }
            }
        }
        let areas = genotypes.compactMap { problem.space.kernelArea(of: $0).map { log(Double(1 + $0)) } }
        let paths = FeatureTable.columns(genotypes.compactMap(problem.space.pathFeatures))
        let costs = FeatureTable.logCosts(prices, problem)
        self.init(
            columns: categories + counts + [rungs.map(Double.init)] + (areas.isEmpty ? [] : [areas]) + paths
                + costs,
            categories: dimensions,
            count: genotypes.count)
    }

    /// Rows of the same length as columns.
    private static func columns(_ rows: [[Double]]) -> [[Double]] {
        (rows.first?.indices).map { columns in columns.map { column in rows.map { $0[column] } } } ?? []
    }

    /// More cost columns than this say little new, and slow the fit.
    private static let mostCosts = 6

    private static func logCosts(_ prices: PriceList, _ problem: Problem) -> [[Double]] {
        var columns = [prices.points.map(\.macs), prices.points.map(\.parameters)]
        for metric in problem.targets.flatMap(\.objectives).map(\.metric).uniqued()
        where metric.dependsOnDevice {
            for device in problem.guidingPositions {
                columns.append(prices.column(of: metric, device: device))
            }
        }
        let known = columns.filter { column in column.contains { $0 > 0 } }
        return known.prefix(mostCosts).map(FeatureTable.logarithms)
    }

    /// Unknown costs, and costs of nothing, count as the smallest known.
    private static func logarithms(_ costs: [Double]) -> [Double] {
        let smallest = costs.lazy.filter { $0 > 0 && $0.isFinite }.min() ?? 1
        return costs.map { log($0 > 0 && $0.isFinite ? $0 : smallest) }
    }
}

extension Sequence where Element: Hashable {
    /// Each element once, in the order of first appearance.
    func uniqued() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
