import Devices
import Foundation
import Numerics

/// The few-shot fit to beat on NAS-Bench-201.
///
/// A constant and five counts of operations, under the treatment of dead branches under which ten probes of a mixed
/// design predict one another best.
struct AdditiveFloor {
    static let treatments: [DeadBranches] = [.run, .removedBackward, .removedBothWays]
    /// By treatment and cell: 1, then how many live edges each operation has.
    let features: [[[Double]]]

    init(_ architectures: [String]) {
        let cells = architectures.map(CellEdges.init)
        features = AdditiveFloor.treatments.map { treatment in cells.map { $0.counts(treatment) } }
    }

    /// Ridge regression of the relative error.
    static func fit(_ rows: [[Double]], _ values: [Double]) -> [Double] {
        normalEquations(rows, values).solve() ?? [Double](repeating: 0, count: rows[0].count)
    }

    private static func normalEquations(_ rows: [[Double]], _ values: [Double]) -> LeastSquares {
        var squares = LeastSquares(unknowns: rows[0].count)
        for (row, value) in zip(rows, values) {
            squares.add(row, target: value, weight: 1 / (value * value))
        }
        for unknown in 0..<squares.unknowns { squares.addPrior(unknown, value: 0, precision: 1e-3) }
        return squares
    }

    /// Ten probes of a pool: shares of work that are informative under every treatment (D-optimal); every second one also
    /// tells treatments apart.
    func design(_ pool: [Int], count: Int) -> [Int] {
        var information = features.map { _ in
            var start = LeastSquares(unknowns: 6)
            for unknown in 0..<6 { start.addPrior(unknown, value: 0, precision: 1e-2) }
            return start
        }
        let shares = features.map { rows in
            pool.map { cell in
                let total = 1 + rows[cell].reduce(0, +)
                return rows[cell].map { $0 / total }
            }
        }
        let apart = pool.map { cell in
            [(0, 1), (1, 2), (0, 2)].reduce(0.0) { sum, pair in
                sum + (features[pair.0][cell] == features[pair.1][cell] ? 0 : 1)
            }
        }
        var chosen: [Int] = []
        for step in 0..<count {
            let factors = information.map(\.factorized)
            let scores = pool.indices.map { place in
                var score = step % 2 == 1 ? 0.6 * apart[place] : 0
                for (factor, shares) in zip(factors, shares) {
                    score += log1p(factor?.quadratic(shares[place]) ?? 0)
                }
                return score
            }
            let open = pool.indices.filter { !chosen.contains($0) }
            guard let best = open.max(by: { scores[$0] < scores[$1] }) else { break }
            chosen.append(best)
            for policy in information.indices { information[policy].add(shares[policy][best], target: 0) }
        }
        return chosen.map { pool[$0] }
    }

    /// The treatment under which the probes predict one another best.
    func pick(_ probes: [Int], _ values: [Double]) -> Int {
        let costs = features.map { rows -> Double in
            let probes = probes.map { rows[$0] }
            let squares = AdditiveFloor.normalEquations(probes, values)
            guard let factor = squares.factorized, let solution = squares.solve() else { return .infinity }
            let errors = zip(probes, values).map { row, value in
                let fitted = zip(row, solution).reduce(0) { $0 + $1.0 * $1.1 } / value
                let leverage = factor.quadratic(row) / (value * value)
                return abs(1 - fitted) / (1 - min(max(leverage, 0), 0.98))
            }
            let bounded = errors.map { min($0, 0.5) * min($0, 0.5) }.mean
            return (errors.median ?? .infinity) + 0.5 * bounded.squareRoot()
        }
        return costs.indices.min { costs[$0] < costs[$1] } ?? 0
    }

    func predictions(_ treatment: Int, fittedTo probes: [Int], _ values: [Double], of cells: [Int])
        -> [Double]
    {
        let solution = AdditiveFloor.fit(probes.map { features[treatment][$0] }, values)
        return cells.map { cell in
            zip(features[treatment][cell], solution).reduce(0) { $0 + $1.0 * $1.1 }
        }
    }

    /// The treatment whose fit to all cells has the least median error.
    func best(_ values: [Double]) -> Int {
        let all = Array(values.indices)
        let errors = features.indices.map { treatment in
            zip(predictions(treatment, fittedTo: all, values, of: all), values).map { abs($0 / $1 - 1) }
                .median ?? .infinity
        }
        return errors.indices.min { errors[$0] < errors[$1] } ?? 0
    }
}

/// The six edges of a cell of NAS-Bench-201 and which of them are live.
struct CellEdges {
    private static let ends = [(1, 0), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2)]
    private static let operations = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"]
    /// Index into `operations`, in the order of `ends`.
    private let edges: [Int]

    init(_ architecture: String) {
        edges = architecture.split { $0 == "|" || $0 == "+" }.map { edge in
            CellEdges.operations.firstIndex(of: String(edge.prefix { $0 != "~" })) ?? 0
        }
    }

    /// 1, then how many live edges each operation has.
    func counts(_ treatment: DeadBranches) -> [Double] {
        let reachesOutput = nodes(from: 3, along: { ($0.0, $0.1) }, order: Array(edges.indices).reversed())
        let reachedByInput = nodes(from: 0, along: { ($0.1, $0.0) }, order: Array(edges.indices))
        var counts = [1.0, 0, 0, 0, 0, 0]
        for (edge, operation) in edges.enumerated() where operation != 0 {
            let (end, start) = CellEdges.ends[edge]
            let isLive =
                switch treatment {
                case .run: true
                case .removedBackward, .foldedIntoWeights: reachesOutput.contains(end)
                case .removedBothWays, .removedBothWaysButSums:
                    reachesOutput.contains(end) && reachedByInput.contains(start)
                }
            if isLive { counts[1 + operation] += 1 }
        }
        return counts
    }

    private func nodes(from first: Int, along: ((Int, Int)) -> (Int, Int), order: [Int]) -> Set<Int> {
        var reached: Set = [first]
        for edge in order where edges[edge] != 0 {
            let (known, next) = along(CellEdges.ends[edge])
            if reached.contains(known) { reached.insert(next) }
        }
        return reached
    }
}
