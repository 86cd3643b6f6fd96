import Foundation

/// A chart as SVG: dots with a tooltip each, a staircase through some of them, labelled axes.
struct VectorPlot {
    struct Dot {
        let x, y: Double
        /// Shown while the pointer rests on it.
        let tooltip: String
        let isProminent: Bool
    }

    let title: String
    let dots: [Dot]
    /// Corners of the staircase, from left to right.
    let stairs: [(x: Double, y: Double)]
    /// Whether equal factors of x are equally far apart; all x must be positive then.
    let isLogarithmic: Bool
    let xLabel, yLabel: (Double) -> String

    private let width = 640.0, height = 320.0
    private let left = 80.0, right = 40.0, top = 34.0, bottom = 34.0

    /// Nothing where there is nothing to draw.
    var svg: String {
        let visible = dots.filter { $0.x.isFinite && $0.y.isFinite && (!isLogarithmic || $0.x > 0) }
        guard let x = axis((visible.map(\.x) + stairs.map(\.x)).map(scaled)),
            let y = axis(visible.map(\.y) + stairs.map(\.y))
        else { return "" }
        func place(_ px: Double, _ py: Double) -> (x: Double, y: Double) {
            (
                left + share(scaled(px), of: x) * (width - left - right),
                height - bottom - share(py, of: y) * (height - top - bottom)
            )
        }
        var parts = [
            "<svg viewBox=\"0 0 \(Int(width)) \(Int(height))\" role=\"img\" font-size=\"11\" fill=\"#5a6b7d\">",
            "<text font-size=\"13\" fill=\"#1c2733\" x=\"\(left)\" y=\"18\">\(title.escapedForHTML)</text>",
        ]
        for step in 0...4 {
            let part = Double(step) / 4
            let (atX, atY) = (
                x.lowerBound + part * (x.upperBound - x.lowerBound),
                y.lowerBound + part * (y.upperBound - y.lowerBound)
            )
            let point = place(unscaled(atX), atY)
            parts.append(
                "<line stroke=\"#dde3ea\" x1=\"\(left)\" x2=\"\(width - right)\" y1=\"\(short(point.y))\" y2=\"\(short(point.y))\"/>"
            )
            parts.append(label(yLabel(atY), x: left - 8, y: point.y + 4, anchor: "end"))
            parts.append(label(xLabel(unscaled(atX)), x: point.x, y: height - bottom + 18, anchor: "middle"))
        }
        if let first = stairs.first {
            let start = place(first.x, first.y)
            var path = "M\(short(start.x)) \(short(start.y))"
            for corner in stairs.dropFirst() {
                let end = place(corner.x, corner.y)
                path += "H\(short(end.x))V\(short(end.y))"
            }
            parts.append("<path fill=\"none\" stroke=\"#0b6bcb\" stroke-width=\"1.5\" d=\"\(path)\"/>")
        }
        for dot in visible.sorted(by: { !$0.isProminent && $1.isProminent }) {
            let point = place(dot.x, dot.y)
            parts.append(
                "<circle fill=\"\(dot.isProminent ? "#0b6bcb" : "#b6c2cf")\" cx=\"\(short(point.x))\" cy=\"\(short(point.y))\" r=\"\(dot.isProminent ? 5 : 3)\">"
                    + "<title>\(dot.tooltip.escapedForHTML)</title></circle>")
        }
        return parts.joined(separator: "\n") + "\n</svg>\n"
    }

    private func scaled(_ x: Double) -> Double { isLogarithmic ? log(x) : x }
    private func unscaled(_ x: Double) -> Double { isLogarithmic ? exp(x) : x }

    /// From the smallest to the largest, with some room at both ends.
    private func axis(_ values: [Double]) -> ClosedRange<Double>? {
        guard let low = values.min(), let high = values.max() else { return nil }
        let room = high > low ? (high - low) * 0.04 : max(abs(low) * 0.01, 1e-6)
        return low - room...high + room
    }

    private func share(_ value: Double, of range: ClosedRange<Double>) -> Double {
        (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    }

    private func short(_ value: Double) -> String { String(format: "%.1f", value) }

    private func label(_ text: String, x: Double, y: Double, anchor: String) -> String {
        "<text x=\"\(short(x))\" y=\"\(short(y))\" text-anchor=\"\(anchor)\">\(text.escapedForHTML)</text>"
    }
}

extension String {
    /// The text with the characters that HTML reads as markup replaced.
    var escapedForHTML: String {
        reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
    }
}
