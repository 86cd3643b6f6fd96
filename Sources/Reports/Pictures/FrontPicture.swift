public import Quantities

/// The candidates of a device as points of a chart: quality over one cost.
public struct FrontPicture: Hashable, Sendable {
    /// What the picture is called.
    public var title: String
    /// What x is.
    public var cost: Metric
    /// Every candidate that can be drawn.
    public var points: [Point]

    /// One candidate.
    public struct Point: Hashable, Sendable {
        /// In the cost's unit.
        public var cost: Double
        /// In the quality's unit.
        public var quality: Double
        /// Whether it belongs to the front.
        public var isOnFront: Bool
        /// Which candidate it is, in words.
        public var label: String

        /// A candidate's place.
        public init(cost: Double, quality: Double, isOnFront: Bool, label: String) {
            self.cost = cost
            self.quality = quality
            self.isOnFront = isOnFront
            self.label = label
        }
    }

    /// A picture of these candidates.
    public init(title: String, cost: Metric, points: [Point]) {
        self.title = title
        self.cost = cost
        self.points = points
    }

    /// The title, and how many candidates a logarithmic axis has no place for.
    private var heading: String {
        let left = points.count { !($0.cost > 0) }
        return left == 0 ? title : "\(title); \(left) at 0 not drawn"
    }

    /// As characters, in lines of at most this width.
    func text(width: Int?) -> String {
        TextPlot(
            points.map { TextPlot.Point(x: $0.cost, y: $0.quality, isOnFront: $0.isOnFront) }, title: heading,
            width: min(width ?? 78, 120), xUnit: cost.roundUnit
        ).text(xLabel: cost.shown, yLabel: { Human.percent($0) })
    }

    /// As SVG; nothing where there is nothing to draw.
    var svg: String {
        let dots = points.filter { $0.cost > 0 }.map { point in
            VectorPlot.Dot(
                x: point.cost, y: point.quality,
                tooltip: {
                    "\(point.label.prefix(8)): \(cost.shown(point.cost)), "
                        + "\(Human.percent(point.quality))\(point.label.dropFirst(8))"
                },
                isProminent: point.isOnFront)
        }
        let stairs = staircase(of: dots.filter(\.isProminent)) { ($0.x, $0.y) }
        return VectorPlot(
            title: heading, dots: dots, stairs: stairs.map { ($0.x, $0.y) }, isLogarithmic: true,
            xUnit: cost.roundUnit, xLabel: cost.shown, yLabel: { Human.percent($0) }
        ).svg
    }
}

extension Metric {
    /// What the metric is called in pictures.
    public var title: String {
        switch self {
        case .accuracy: "accuracy"
        case .latency: "latency"
        case .energy: "energy"
        case .peakRAM: "peak RAM"
        case .flash: "flash"
        case .modelSize: "model size"
        case .macs: "multiplications"
        case .parameters: "parameters"
        }
    }

    /// Values that read well are round multiples of it.
    fileprivate var roundUnit: Double {
        switch self {
        case .peakRAM, .flash, .modelSize: 1024
        case .accuracy, .latency, .energy, .macs, .parameters: 1
        }
    }
}
