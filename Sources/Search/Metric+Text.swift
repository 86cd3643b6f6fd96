import Foundation

extension Metric {
    /// The suffixes a value may carry, each with what it multiplies by to reach the metric's unit.
    private var suffixes: [(suffix: String, factor: Double)] {
        switch self {
        case .latency: [("us", 0.001), ("µs", 0.001), ("ms", 1), ("s", 1000)]
        case .energy: [("uJ", 0.001), ("µJ", 0.001), ("mJ", 1), ("J", 1000)]
        case .peakRAM, .flash, .modelSize:
            [("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824), ("B", 1)]
        case .accuracy: [("%", 0.01)]
        case .macs, .parameters: [("k", 1e3), ("M", 1e6), ("G", 1e9)]
        }
    }

    /// Reads a value such as `5`, `5ms`, `512KiB` or `2mJ` in the metric's unit; bare numbers are in it
    /// already.
    ///
    /// Throws where the text is no finite, non-negative number with a suffix of this metric, or an accuracy
    /// above one.
    public func value(parsing text: String) throws(SearchError) -> Double {
        let trimmed = text.trimmingCharacters(in: .whitespaces)
        let known = suffixes.first { trimmed.hasSuffix($0.suffix) }
        let digits = trimmed.dropLast(known?.suffix.count ?? 0).trimmingCharacters(in: .whitespaces)
        guard let number = Double(digits), number.isFinite, number >= 0 else {
            throw .invalidValue(metric: self, text: text, suffixes: suffixes.map(\.suffix))
        }
        let value = number * (known?.factor ?? 1)
        guard !isQuality || value <= 1 else { throw .accuracyAboveOne(text) }
        return value
    }

    /// The value as people read it: `4.2 ms`, `512 KiB`, `0.9870`.
    public func text(_ value: Double) -> String {
        switch self {
        case .accuracy: format(value, decimals: 4)
        case .latency: format(value, decimals: value < 0.1 ? 4 : value < 10 ? 3 : 1) + " ms"
        case .energy: format(value, decimals: value < 0.1 ? 4 : value < 10 ? 3 : 1) + " mJ"
        case .peakRAM, .flash, .modelSize: bytesText(value)
        case .macs, .parameters: countText(value)
        }
    }
}

private func bytesText(_ bytes: Double) -> String {
    switch bytes {
    case ..<1024: format(bytes, decimals: 0) + " B"
    case ..<1_048_576: format(bytes / 1024, decimals: 1) + " KiB"
    default: format(bytes / 1_048_576, decimals: 1) + " MiB"
    }
}

private func countText(_ count: Double) -> String {
    switch count {
    case ..<10_000: format(count, decimals: 0)
    case ..<1e6: format(count / 1e3, decimals: 1) + " k"
    default: format(count / 1e6, decimals: 2) + " M"
    }
}

/// A number with a fixed count of decimals, always with a point.
func format(_ value: Double, decimals: Int) -> String { String(format: "%.\(decimals)f", value) }
