import Foundation

/// A scatter plot in a terminal: the front as a staircase of ●, everything else as ·, or as ▾ at the foot where it is worse
/// than all that the staircase reaches.
public struct TextPlot: Sendable {
    public struct Point: Sendable {
        public let x, y: Double
        public let isOnFront: Bool
        public init(x: Double, y: Double, isOnFront: Bool) {
            self.x = x
            self.y = y
            self.isOnFront = isOnFront
        }
    }

    private let points: [Point]
    private let title: String
    private let width: Int
    private let height: Int

    /// `x` (a cost, drawn on a logarithmic axis) must be positive and `y` (a quality) at most 10³⁰⁰; other points are left out.
    public init(_ points: [Point], title: String, width: Int = 68, height: Int = 18) {
        self.points = points.filter { $0.x > 0 && $0.x.isFinite && abs($0.y) <= 1e300 }
        self.title = title
        self.width = width
        self.height = height
    }

    /// The plot, with `xLabel` (given the two ends of its axis) below and `yLabel` for the two ends on the left.
    public func text(xLabel: (Double) -> String, yLabel: (Double) -> String) -> String {
        guard let frame = Frame(points, stairs: stairs) else { return "\(title): nothing to plot\n" }
        let cells = canvas(frame)
        let labels = [
            0: yLabel(frame.y.upperBound), height - 1: yLabel(frame.y.lowerBound),
            height / 2: yLabel(frame.y(at: 1 - Double(height / 2) / Double(height - 1))),
        ]
        let margin = labels.values.map(\.count).max() ?? 0
        var lines = [String(repeating: " ", count: margin + 2) + title]
        for (row, cell) in cells.enumerated() {
            let label = labels[row] ?? ""
            lines.append(String(repeating: " ", count: margin - label.count) + label + " │" + String(cell))
        }
        lines.append(String(repeating: " ", count: margin + 1) + "└" + String(repeating: "─", count: width))
        let (left, right) = (xLabel(exp(frame.logX.lowerBound)), xLabel(exp(frame.logX.upperBound)))
        let gap = String(repeating: " ", count: max(width - left.count - right.count, 1))
        lines.append(String(repeating: " ", count: margin + 2) + left + gap + right)
        return lines.joined(separator: "\n") + "\n"
    }

    private struct Frame {
        let logX, y: ClosedRange<Double>

        init?(_ points: [Point], stairs: [Point]) {
            let logs = points.map { log($0.x) }
            let ys = stairs.isEmpty ? points.map(\.y) : stairs.map(\.y)
            guard let minX = logs.min(), let maxX = logs.max(), let minY = ys.min(), let maxY = ys.max()
            else { return nil }
            logX = maxX > minX ? minX...maxX : minX - 0.5...maxX + 0.5
            let room = max(abs(minY) * 0.01, 0.005)
            y = maxY > minY ? minY...maxY : minY - room...maxY + room
        }

        /// The value at a share of the height.
        func y(at share: Double) -> Double { y.lowerBound + share * (y.upperBound - y.lowerBound) }
    }

    private func canvas(_ frame: Frame) -> [[Character]] {
        var cells = [[Character]](repeating: [Character](repeating: " ", count: width), count: height)
        func place(_ point: Point) -> (row: Int, column: Int) {
            let x = (log(point.x) - frame.logX.lowerBound) / (frame.logX.upperBound - frame.logX.lowerBound)
            let y = (point.y - frame.y.lowerBound) / (frame.y.upperBound - frame.y.lowerBound)
            let row = height - 1 - Int((min(max(y, 0), 1) * Double(height - 1)).rounded())
            return (row, Int((x * Double(width - 1)).rounded()))
        }
        for (from, to) in zip(stairs, stairs.dropFirst()) { Self.step(place(from), place(to), in: &cells) }
        for point in points where !point.isOnFront {
            let (row, column) = place(point)
            cells[row][column] = point.y < frame.y.lowerBound ? "▾" : "·"
        }
        for point in points where point.isOnFront {
            let (row, column) = place(point)
            cells[row][column] = "●"
        }
        return cells
    }

    private var stairs: [Point] { staircase(of: points.filter(\.isOnFront)) { ($0.x, $0.y) } }

    /// What the front attains between two of its members: level, then up.
    private static func step(
        _ from: (row: Int, column: Int), _ to: (row: Int, column: Int), in cells: inout [[Character]]
    ) {
        for column in from.column..<max(to.column, from.column) { cells[from.row][column] = "─" }
        for row in min(to.row, from.row)...max(to.row, from.row) { cells[row][to.column] = "│" }
        if from.row != to.row { cells[from.row][to.column] = "┘" }
    }
}
