import Foundation
import Quantities

/// A chart as SVG: dots with a tooltip each, a staircase through some of them, labelled axes.
struct VectorPlot {
    struct Dot {
        let x, y: Double
        /// Shown while the pointer rests on it; made for dots that are drawn only.
        let tooltip: () -> String
        let isProminent: Bool
    }

    let title: String
    let dots: [Dot]
    /// Corners of the staircase, from left to right.
    let stairs: [(x: Double, y: Double)]
    /// Whether equal factors of x are equally far apart; what is not positive is not drawn then.
    let isLogarithmic: Bool
    /// Ticks of x are round multiples of it.
    var xUnit = 1.0
    let xLabel, yLabel: (Double) -> String

    /// Nothing where there is nothing to draw.
    var svg: String {
        let visible = dots.filter { isDrawn($0.x, $0.y) }
        let stairs = stairs.filter(isDrawn)
        guard
            let x = PlotAxis(visible.map(\.x) + stairs.map(\.x), isLogarithmic: isLogarithmic, unit: xUnit),
            let y = PlotAxis(visible.map(\.y) + stairs.map(\.y))
        else { return "" }
        let frame = Frame(x: x, y: y)
        let heading =
            "<text font-size=\"13\" fill=\"#1c2733\" x=\"\(Frame.left)\" y=\"18\">\(title.escapedForHTML)</text>"
        let drawn =
            [heading] + frame.scales(xLabel: xLabel, yLabel: yLabel) + staircase(stairs, in: frame)
            + frame.thinned(visible.filter { !$0.isProminent }).map { circle($0, in: frame) }
            + visible.filter(\.isProminent).map { circle($0, in: frame) }
        return """
            <svg viewBox="0 0 \(Int(Frame.width)) \(Int(Frame.height))" role="img" font-size="11" fill="#5a6b7d">
            \(drawn.joined(separator: "\n"))
            </svg>

            """
    }

    private func isDrawn(_ x: Double, _ y: Double) -> Bool {
        x.isFinite && y.isFinite && (!isLogarithmic || x > 0)
    }

    private func staircase(_ stairs: [(x: Double, y: Double)], in frame: Frame) -> [String] {
        guard let first = stairs.first else { return [] }
        let corners = stairs.dropFirst().map { "H\(frame.place(x: $0.x))V\(frame.place(y: $0.y))" }
        let path = "M\(frame.place(x: first.x)) \(frame.place(y: first.y))\(corners.joined())"
        return ["<path fill=\"none\" stroke=\"#0b6bcb\" stroke-width=\"1.5\" d=\"\(path)\"/>"]
    }

    private func circle(_ dot: Dot, in frame: Frame) -> String {
        "<circle fill=\"\(dot.isProminent ? "#0b6bcb" : "#b6c2cf")\" cx=\"\(frame.place(x: dot.x))\" "
            + "cy=\"\(frame.place(y: dot.y))\" r=\"\(dot.isProminent ? 5 : 3)\">"
            + "<title>\(dot.tooltip().escapedForHTML)</title></circle>"
    }
}

/// Where a chart's values lie on its canvas.
private struct Frame {
    static let width = 640.0, height = 320.0
    static let left = 80.0, right = 40.0, top = 34.0, bottom = 34.0

    let x, y: PlotAxis

    /// One dot of each small square: more of them would only hide one another and fill the page.
    func thinned(_ dots: [VectorPlot.Dot]) -> [VectorPlot.Dot] {
        var taken: Set<Int> = []
        return dots.filter { dot in
            let across = min(max(x.share(dot.x), -1), 2), up = min(max(y.share(dot.y), -1), 2)
            return taken.insert(1000 * Int(100 * across) + Int(45 * up)).inserted
        }
    }

    func place(x value: Double) -> String {
        short(Frame.left + x.share(value) * (Frame.width - Frame.left - Frame.right))
    }

    func place(y value: Double) -> String {
        short(Frame.height - Frame.bottom - y.share(value) * (Frame.height - Frame.top - Frame.bottom))
    }

    /// A line across at each tick of y, and what the ticks of both axes are.
    func scales(xLabel: (Double) -> String, yLabel: (Double) -> String) -> [String] {
        let (start, end) = (short(Frame.left), short(Frame.width - Frame.right))
        let rows = y.ticks.map { tick in
            let height = place(y: tick)
            return
                "<line stroke=\"#dde3ea\" x1=\"\(start)\" x2=\"\(end)\" y1=\"\(height)\" y2=\"\(height)\"/>"
                + label(yLabel(tick), x: short(Frame.left - 8), y: height, "text-anchor=\"end\" dy=\"4\"")
        }
        let foot = short(Frame.height - Frame.bottom + 18)
        return rows + x.ticks.map { label(xLabel($0), x: place(x: $0), y: foot, "text-anchor=\"middle\"") }
    }

    private func label(_ text: String, x: String, y: String, _ attributes: String) -> String {
        return "<text x=\"\(x)\" y=\"\(y)\" \(attributes)>\(text.withoutIdleZeros.escapedForHTML)</text>"
    }

    private func short(_ value: Double) -> String { String(format: "%.1f", value) }
}

extension String {
    /// The text with the characters that HTML reads as markup replaced, and control characters as escapes.
    var escapedForHTML: String {
        printable.reduce(into: "") { result, character in
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

extension String {
    /// The label of a round tick: 0.500 ms says no more than 0.5 ms.
    var withoutIdleZeros: String {
        replacing(/\.(\d*?)0+(?=\D|$)/) { $0.1.isEmpty ? "" : ".\($0.1)" }
    }
}
