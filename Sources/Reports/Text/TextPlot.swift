/// A scatter plot in a terminal: the front as a staircase with ● at its members, everything else as single dots, or as ▾ at the
/// foot where it is worse than all that the staircase reaches.
public struct TextPlot: Sendable {
    /// One point of the plot.
    public struct Point: Sendable {
        /// The cost and the quality.
        public let x, y: Double
        /// Whether it belongs to the front.
        public let isOnFront: Bool

        /// A point.
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
    private let xUnit: Double

    /// `x` (a cost, drawn on a logarithmic axis) must be positive and `y` (a quality) at most 10³⁰⁰; other points are left out.
    ///
    /// - Parameters:
    ///   - width: characters of a line with its labels, at least 30.
    ///   - height: lines of the canvas.
    ///   - xUnit: ticks of x are round multiples of it.
    public init(_ points: [Point], title: String, width: Int = 78, height: Int = 16, xUnit: Double = 1) {
        self.points = points.filter { $0.x > 0 && $0.x.isFinite && abs($0.y) <= 1e300 }
        self.title = title
        self.width = max(width, 30)
        self.height = height
        self.xUnit = xUnit
    }

    /// The plot with round numbers along both axes.
    public func text(xLabel: (Double) -> String, yLabel: (Double) -> String) -> String {
        let stairs = staircase(of: points.filter(\.isOnFront)) { ($0.x, $0.y) }
        guard let x = PlotAxis(points.map(\.x), isLogarithmic: true, unit: xUnit),
            let y = PlotAxis((stairs.isEmpty ? points : stairs).map(\.y))
        else { return "\(title): nothing to plot\n" }
        // A number of three hundred digits may not push the picture out of its lines.
        let ticks = y.ticks.filter { y.share($0).isFinite }.map {
            (row(of: y.share($0)), yLabel($0).withoutIdleZeros.shortened(to: 12))
        }
        let labels = Dictionary(ticks) { first, _ in first }
        let margin = labels.values.map(\.count).max() ?? 0
        let canvas = drawn(columns: width - margin - 2, x: x, y: y, stairs: stairs)
        var lines = [String(repeating: " ", count: margin + 2) + title]
        for (row, line) in canvas.lines.enumerated() {
            let label = labels[row] ?? ""
            let space = String(repeating: " ", count: margin - label.count)
            lines.append("\(space)\(label) \(label.isEmpty ? "│" : "┤")\(line)")
        }
        lines += foot(x, columns: canvas.columns, label: xLabel).map {
            String(repeating: " ", count: margin + 1) + $0
        }
        return lines.map(\.withoutTrailingSpaces).joined(separator: "\n") + "\n"
    }

    private func row(of share: Double) -> Int {
        height - 1 - Int((min(max(share, 0), 1) * Double(height - 1)).rounded())
    }

    private func drawn(columns: Int, x: PlotAxis, y: PlotAxis, stairs: [Point]) -> BrailleCanvas {
        var canvas = BrailleCanvas(columns: columns, rows: height)
        func place(_ point: Point) -> (x: Int, y: Int) {
            let across = min(max(x.share(point.x), 0), 1), up = min(max(y.share(point.y), 0), 1)
            return (
                Int((across * Double(canvas.width - 1)).rounded()),
                canvas.height - 1 - Int((up * Double(canvas.height - 1)).rounded())
            )
        }
        for (from, to) in zip(stairs, stairs.dropFirst()) {
            let (start, end) = (place(from), place(to))
            for across in start.x...max(end.x, start.x) { canvas.set(x: across, y: start.y) }
            for down in min(start.y, end.y)...max(start.y, end.y) { canvas.set(x: end.x, y: down) }
        }
        for point in points where !point.isOnFront {
            let (across, down) = place(point)
            if y.share(point.y) < 0 {
                canvas.mark(x: across, y: down, "▾")
            } else {
                canvas.set(x: across, y: down)
            }
        }
        for point in points where point.isOnFront {
            let (across, down) = place(point)
            canvas.mark(x: across, y: down, "●")
        }
        return canvas
    }

    /// The axis below the canvas, and the labels that have room under it.
    private func foot(_ x: PlotAxis, columns: Int, label: (Double) -> String) -> [String] {
        var axis = [Character](repeating: "─", count: columns),
            texts = [Character](repeating: " ", count: columns)
        var free = 0
        for tick in x.ticks where x.share(tick).isFinite {
            let column = Int((min(max(x.share(tick), -1), 2) * Double(columns - 1)).rounded())
            let text = Array(label(tick).withoutIdleZeros.prefix(columns))
            let start = min(max(column - text.count / 2, 0), columns - text.count)
            guard axis.indices.contains(column), start >= free, start + text.count <= columns else {
                continue
            }
            axis[column] = "┬"
            for (offset, character) in text.enumerated() { texts[start + offset] = character }
            free = start + text.count + 1
        }
        return ["└" + String(axis), " " + String(texts)]
    }
}

extension String {
    fileprivate var withoutTrailingSpaces: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
