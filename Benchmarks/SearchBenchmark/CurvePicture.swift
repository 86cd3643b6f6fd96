import Foundation

/// A picture of the hypervolume against evaluations, drawn from the files that `--curves` writes here and in search_peers.py.
struct CurvePicture {
    /// The median over the seeds of one strategy on one column.
    private struct Curve {
        let strategy: String
        let column: String
        /// After 1, 2, 3, … evaluations.
        let shares: [Double]
    }

    private let curves: [Curve]
    private let columns: [String]
    private let strategies: [String]

    /// - Parameters:
    ///   - paths: CSV files with the header strategy,column,seed,shares.
    ///   - wanted: the columns to draw, a panel each.
    init(_ paths: [String], columns wanted: [String]) throws {
        var races: [String: [[Double]]] = [:]
        var order: [(strategy: String, column: String)] = []
        for path in paths {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            for line in text.split(separator: "\n").dropFirst() {
                let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                guard fields.count == 4, wanted.contains(fields[1]) else { continue }
                let key = "\(fields[0]),\(fields[1])"
                if races[key] == nil { order.append((fields[0], fields[1])) }
                races[key, default: []].append(fields[3].split(separator: " ").compactMap { Double($0) })
            }
        }
        curves = order.map { strategy, column in
            Curve(
                strategy: strategy, column: column,
                shares: CurvePicture.median(races["\(strategy),\(column)"] ?? []))
        }
        columns = wanted.filter { column in order.contains { $0.column == column } }
        strategies = order.map(\.strategy).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    private static let most = 300

    /// Races that ended keep their last share.
    private static func median(_ races: [[Double]]) -> [Double] {
        (0..<most).map { index in
            let values = races.map { $0.indices.contains(index) ? $0[index] : $0.last ?? 0 }.sorted()
            guard !values.isEmpty else { return 0 }
            return (values[(values.count - 1) / 2] + values[values.count / 2]) / 2
        }
    }

    // MARK: Drawing

    private static let colours = [
        "#0b6bcb", "#7a8794", "#c2c9d1", "#c2410c", "#15803d", "#9333ea", "#b45309", "#0891b2",
    ]
    private static let width = 400.0, height = 250.0
    private static let left = 44.0, right = 12.0, top = 30.0, bottom = 30.0
    private static let leastShare = 0.5

    /// Two panels a row, the names of the strategies below them.
    var svg: String {
        let rows = (columns.count + 1) / 2
        let whole = (width: 2 * CurvePicture.width, height: Double(rows) * CurvePicture.height + 30)
        let panels = columns.enumerated().map { index, column in
            let origin = (
                x: Double(index % 2) * CurvePicture.width, y: Double(index / 2) * CurvePicture.height
            )
            return "<g transform=\"translate(\(Int(origin.x)) \(Int(origin.y)))\">\n\(panel(column))\n</g>"
        }
        let names = strategies.enumerated().map { index, strategy in
            let x = 44 + index * (Int(whole.width) - 60) / max(strategies.count, 1),
                y = Int(whole.height) - 14
            return "<path stroke=\"\(colour(strategy))\" stroke-width=\"3\" d=\"M\(x) \(y)h18\"/>"
                + "<text x=\"\(x + 23)\" y=\"\(y + 4)\">\(strategy)</text>"
        }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(whole.width)) \(Int(whole.height))" \
            font-family="sans-serif" font-size="11" fill="#3b4754">
            <rect width="100%" height="100%" fill="#ffffff"/>
            \((panels + names).joined(separator: "\n"))
            </svg>

            """
    }

    private func colour(_ strategy: String) -> String {
        CurvePicture.colours[(strategies.firstIndex(of: strategy) ?? 0) % CurvePicture.colours.count]
    }

    private func panel(_ column: String) -> String {
        let shares = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1]
        let lines = shares.map { share in
            let y = place(share: share)
            return
                "<path stroke=\"\(share == 0.95 ? "#8a97a5" : "#e4e9ee")\" d=\"M\(Int(CurvePicture.left)) \(y)H\(text(CurvePicture.width - CurvePicture.right))\"/>"
                + "<text text-anchor=\"end\" x=\"\(Int(CurvePicture.left) - 5)\" y=\"\(y)\">\(Int(share * 100))\(share == 1 ? " %" : "")</text>"
        }
        let ticks = [0, 50, 100, 150, 200, 250, 300].map { count in
            "<text text-anchor=\"middle\" x=\"\(place(count: count))\" y=\"\(text(CurvePicture.height - CurvePicture.bottom + 15))\">\(count)</text>"
        }
        let drawn = curves.filter { $0.column == column }.reversed().map { curve in
            // A point every third evaluation is all that can be seen.
            let points = stride(from: 0, to: curve.shares.count, by: 3).filter {
                curve.shares[$0] >= CurvePicture.leastShare
            }.map { "\(place(count: $0 + 1)) \(place(share: curve.shares[$0]))" }
            return
                "<path fill=\"none\" stroke=\"\(colour(curve.strategy))\" stroke-width=\"1.6\" d=\"M\(points.joined(separator: "L"))\"/>"
        }
        let title = "<text font-size=\"12\" x=\"\(Int(CurvePicture.left))\" y=\"18\">\(column)</text>"
        return ([title] + lines + ticks + drawn).joined(separator: "\n")
    }

    private func place(count: Int) -> String {
        let width = CurvePicture.width - CurvePicture.left - CurvePicture.right
        return text(CurvePicture.left + width * Double(count) / Double(CurvePicture.most))
    }

    private func place(share: Double) -> String {
        let height = CurvePicture.height - CurvePicture.top - CurvePicture.bottom
        let part = (share - CurvePicture.leastShare) / (1 - CurvePicture.leastShare)
        return text(CurvePicture.top + height * (1 - part))
    }

    private func text(_ number: Double) -> String { String(format: "%.1f", number) }
}
