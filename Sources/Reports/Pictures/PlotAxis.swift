import Foundation

/// One axis of a chart: what it spans, where a value lies on it, and its ticks.
public struct PlotAxis: Sendable {
    /// Whether equal factors are equally far apart; all values must be positive then.
    private let isLogarithmic: Bool
    /// Ticks are round multiples of it.
    private let unit: Double
    private let span: ClosedRange<Double>

    /// Spans the values with some room at both ends; nil without values.
    ///
    /// What has no place on the axis counts for nothing.
    public init?(_ values: [Double], isLogarithmic: Bool = false, unit: Double = 1) {
        let scaled = values.map { Self.scaled($0, isLogarithmic) }.filter(\.isFinite)
        guard let low = scaled.min(), let high = scaled.max() else { return nil }
        let room = high > low ? (high - low) * 0.04 : max(abs(low) * 0.01, 1e-6)
        span = low - room...high + room
        self.isLogarithmic = isLogarithmic
        self.unit = unit
    }

    /// How far along the axis a value lies, from 0 to 1.
    public func share(_ value: Double) -> Double {
        (Self.scaled(value, isLogarithmic) - span.lowerBound) / (span.upperBound - span.lowerBound)
    }

    /// The place on the scale; numbers so large that their differences are none become the largest that are not.
    private static func scaled(_ value: Double, _ isLogarithmic: Bool) -> Double {
        isLogarithmic
            ? log(value > 0 ? max(value, .leastNormalMagnitude) : value)
            : value.isFinite ? min(max(value, -1e300), 1e300) : value
    }

    /// The value at a place of the scale; what lies beyond the ends of numbers becomes their end.
    private func unscaled(_ place: Double) -> Double {
        isLogarithmic ? min(max(exp(place), .leastNormalMagnitude), .greatestFiniteMagnitude) : place
    }

    /// A handful of round numbers within the span.
    public var ticks: [Double] {
        let (low, high) = (unscaled(span.lowerBound), unscaled(span.upperBound))
        let powers = isLogarithmic ? Self.powers(from: low / unit, to: high / unit) : []
        return (powers.count >= 3 ? powers : Self.multiples(from: low / unit, to: high / unit))
            .map { $0 * unit }.filter { (0...1).contains(share($0)) }
    }

    /// 1, 2 and 5 times powers of ten; of powers alone where those are too many.
    private static func powers(from low: Double, to high: Double) -> [Double] {
        let exponents = Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up))
        func within(_ factors: [Double], every stride: Int = 1) -> [Double] {
            exponents.filter { $0 % stride == 0 }.flatMap { exponent in
                factors.map { $0 * pow(10, Double(exponent)) }
            }
            .filter { $0 >= low && $0 <= high }
        }
        let choices = [within([1, 2, 5])] + (1...8).map { within([1], every: $0) }
        return choices.first { $0.count <= 7 } ?? []
    }

    /// Three to eight multiples of 1, 2 or 5 times a power of ten.
    private static func multiples(from low: Double, to high: Double) -> [Double] {
        let decade = pow(10, log10((high - low) / 3).rounded(.down))
        let step = decade * ([5, 2, 1].first { $0 * decade * 3 <= high - low } ?? 1)
        guard step > 0 else { return [] }
        let first = (low / step).rounded(.up), last = (high / step).rounded(.down)
        guard first <= last else { return [] }
        return stride(from: first, through: last, by: 1).map { $0 * step }
    }
}
