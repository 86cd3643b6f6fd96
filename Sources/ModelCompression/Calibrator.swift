import Engine

/// How the range of an activation is chosen from what was seen of it.
public enum Calibrator: Hashable, Sendable, CustomStringConvertible {
    /// From the smallest to the largest.
    case minMax
    /// Without the outermost values: `percentile(99.99)` leaves out one of ten thousand, half of them at each end.
    case percentile(Double)
    /// The range under which rounding to 256 steps makes the smallest mean squared error.
    case meanSquaredError

    /// Name of the rule, for tables.
    public var description: String {
        switch self {
        case .minMax: "min-max"
        case .percentile(let percentile): "percentile \(percentile)"
        case .meanSquaredError: "mean squared error"
        }
    }

    /// Reads `min-max`, `percentile(99.99)` or `mean-squared-error`; nil where the text is none of them.
    public init?(parsing text: String) {
        switch text {
        case "min-max": self = .minMax
        case "mean-squared-error": self = .meanSquaredError
        default:
            guard text.hasPrefix("percentile("), text.hasSuffix(")"),
                let percentile = Double(text.dropFirst(11).dropLast()), (50...100).contains(percentile)
            else { return nil }
            self = .percentile(percentile)
        }
    }
}

/// Chooses a range from how often values fell into equal bins between the smallest and the largest.
struct Histogram {
    private var numbers: NumberHistogram

    static let bins = 2048

    init(_ range: ClosedRange<Float>) { numbers = NumberHistogram(range, bins: Histogram.bins) }

    private var range: ClosedRange<Float> { numbers.range }
    private var width: Float { numbers.width }

    mutating func add(_ values: Span<Float>) { numbers.add(values) }

    /// The range the calibrator chooses.
    func range(by calibrator: Calibrator) -> ClosedRange<Float> {
        guard width > 0 else { return range }
        let counts = numbers.counts
        switch calibrator {
        case .minMax: return range
        case .percentile(let percentile):
            return range(leavingOut: 1 - min(max(percentile, 0), 100) / 100, of: counts)
        case .meanSquaredError: return rangeOfSmallestError(counts)
        }
    }

    private func range(leavingOut share: Double, of counts: [Int]) -> ClosedRange<Float> {
        let perEnd = Int(Double(counts.reduce(0, +)) * share / 2)
        var (low, high) = (0, Histogram.bins - 1)
        var left = perEnd
        while low < high, counts[low] <= left {
            left -= counts[low]
            low += 1
        }
        left = perEnd
        while high > low, counts[high] <= left {
            left -= counts[high]
            high -= 1
        }
        return edge(low)...edge(high + 1)
    }

    /// Tries ranges shrunk towards zero by up to 90 %, both ends alike.
    private func rangeOfSmallestError(_ counts: [Int]) -> ClosedRange<Float> {
        let (lower, upper) = (min(range.lowerBound, 0), max(range.upperBound, 0))
        let filled = counts.indices.lazy.filter { counts[$0] > 0 }.map { bin in
            FilledBin(centre: (edge(bin) + edge(bin + 1)) / 2, count: Double(counts[bin]))
        }
        let bins = Array(filled)
        var best = (range: lower...upper, error: Double.infinity)
        for share in stride(from: Float(1), through: 0.1, by: -0.02) {
            let candidate = lower * share...upper * share
            let error = squaredError(of: candidate, bins)
            if error < best.error { best = (candidate, error) }
        }
        return best.range
    }

    /// Σ (value − rounded value)² over the centres of bins; inside the range rounding errs by step² / 12 on average.
    private func squaredError(of candidate: ClosedRange<Float>, _ bins: [FilledBin]) -> Double {
        let (low, high) = (candidate.lowerBound, candidate.upperBound)
        let step = Double(high - low) / 255, rounding = step * step / 12
        var sum = 0.0
        for bin in bins {
            let excess = Double(max(low - bin.centre, bin.centre - high, 0))
            sum += bin.count * (excess > 0 ? excess * excess : rounding)
        }
        return sum
    }

    /// A bin into which numbers fell.
    private struct FilledBin {
        let centre: Float
        let count: Double
    }

    private func edge(_ bin: Int) -> Float {
        bin == Histogram.bins ? range.upperBound : range.lowerBound + Float(bin) * width
    }
}
