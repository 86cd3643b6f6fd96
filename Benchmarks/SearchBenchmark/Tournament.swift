import Datasets
import Dispatch
import Foundation
import Search
import SearchSpaces
import Synchronization

/// All strategies on all tables.
struct Tournament {
    private let columns: [Column]
    private let strategies: [StrategyName]
    private let seeds, limit, batch: Int
    private let curves: String?

    /// A column of costs with what belongs to it.
    struct Column {
        let name: String
        let space: SearchSpace
        let rows: [MeasuredTable.Row]
        let leastAccuracy: Double?
    }

    init(_ options: Options) throws {
        let data = options.text("data") ?? "../shared/data"
        let spaces = options.text("spaces") ?? "search-spaces"
        let wanted = options.list("columns")
        columns = try Tournament.columns(data, spaces).filter { column in
            wanted?.contains { column.name.contains($0) } ?? true
        }
        strategies = (options.list("strategies") ?? ["guided"]).compactMap(StrategyName.init)
        seeds = options.number("seeds", 20)
        limit = options.number("limit", 600)
        batch = options.number("batch", 10)
        curves = options.text("curves")
    }

    func run() throws {
        var lines: [String] = []
        var totals: [StrategyName: [Int?]] = [:]
        print(
            "table column, strategy, evaluations to 90, 95, 98 % (median of \(seeds)), lowest – highest to 95 %, ms a proposal"
        )
        for column in columns {
            for strategy in strategies {
                let races = try races(column, strategy)
                let to95 = races.map { $0.evaluations(to: 0.95) }
                totals[strategy, default: []] += to95
                print(summary(column, strategy, races))
                lines += races.enumerated().map { seed, race in
                    "\(strategy.rawValue),\(column.name),\(seed),"
                        + race.shares.map { String(format: "%.4f", $0) }.joined(separator: " ")
                }
            }
        }
        for strategy in strategies {
            print(
                "\(strategy.rawValue): median of all to 95 %: \(text(median(totals[strategy, default: []])))")
        }
        if let curves {
            try ("strategy,column,seed,shares\n" + lines.joined(separator: "\n") + "\n")
                .write(toFile: curves, atomically: true, encoding: .utf8)
        }
    }

    /// One a seed, on all cores.
    private func races(_ column: Column, _ strategy: StrategyName) throws -> [Race] {
        let tables = try (0..<seeds).map { seed in
            try MeasuredTable(
                column.space, column.rows, name: column.name, leastAccuracy: column.leastAccuracy,
                seed: UInt64(seed))
        }
        let races = Mutex([Race?](repeating: nil, count: seeds))
        DispatchQueue.concurrentPerform(iterations: seeds) { seed in
            let race = Race(tables[seed], strategy.strategy, batch: batch, until: 0.98, limit: limit)
            races.withLock { $0[seed] = race }
        }
        return races.withLock { $0.compactMap(\.self) }
    }

    private func summary(_ column: Column, _ strategy: StrategyName, _ races: [Race]) -> String {
        let medians = [0.9, 0.95, 0.98].map { share in text(median(races.map { $0.evaluations(to: share) })) }
        let counts = races.map { $0.evaluations(to: 0.95) ?? limit }
        let time = races.map(\.millisecondsPerProposal).max() ?? 0
        return "\(column.name), \(strategy.rawValue), \(medians.joined(separator: ", ")), "
            + "\(counts.min() ?? 0) – \(counts.max() ?? 0), \(String(format: "%.2f", time))"
    }

    private func text(_ count: Double?) -> String { count.map { String(format: "%.0f", $0) } ?? "> \(limit)" }
}

extension Tournament {
    /// Every measured column of NAS-Bench-201 and of FBNet; estimates of their sources are left out.
    private static func columns(_ data: String, _ spaces: String) throws -> [Column] {
        let cell = try SearchSpace(contentsOf: "\(spaces)/nas-bench-201.yaml")
        let accuracy = try CSVTable(contentsOf: "\(data)/nas-bench-201/accuracy.csv.gz")
        var columns: [Column] = []
        for file in ["latency", "latency_unseen", "latency_1999"] {
            let costs = try CSVTable(contentsOf: "\(data)/nas-bench-201/\(file).csv.gz")
            for name in costs.header.dropFirst() {
                let rows = try MeasuredTable.rows(
                    accuracy, quality: "cifar10_valid_12_epochs_pct", costs, cost: name, cell)
                columns.append(Column(name: name, space: cell, rows: rows, leastAccuracy: 0.8))
            }
        }
        let layers = try SearchSpace(contentsOf: "\(spaces)/fbnet.yaml")
        let quality = try CSVTable(contentsOf: "\(data)/fbnet/synthetic_quality.csv.gz")
        let costs = try CSVTable(contentsOf: "\(data)/fbnet/latency.csv.gz")
        for name in costs.header.dropFirst() {
            let rows = try MeasuredTable.rows(
                quality, quality: "synthetic_accuracy_pct", costs, cost: name, layers)
            columns.append(Column(name: "fbnet_\(name)", space: layers, rows: rows, leastAccuracy: nil))
        }
        return columns
    }
}
