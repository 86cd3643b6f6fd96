private import Foundation

/// What a quantity is written in; bare numbers in files and on the command line are in it already.
public enum Unit: Hashable, Sendable {
    case milliseconds, seconds, millijoules, bytes, count
    /// A share of one.
    case share

    /// The suffixes a value may carry, each with what it multiplies by to reach the unit; the longer of two
    /// with the same end comes first.
    public var suffixes: [(suffix: String, factor: Double)] {
        switch self {
        case .milliseconds: [("us", 0.001), ("µs", 0.001), ("ms", 1), ("s", 1000)]
        case .seconds: [("ms", 0.001), ("us", 1e-6), ("µs", 1e-6), ("s", 1), ("m", 60), ("h", 3600)]
        case .millijoules: [("uJ", 0.001), ("µJ", 0.001), ("mJ", 1), ("J", 1000)]
        case .bytes: [("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824), ("B", 1)]
        case .count: [("k", 1e3), ("M", 1e6), ("G", 1e9)]
        case .share: [("%", 0.01)]
        }
    }

    /// Reads a value such as `5`, `5ms`, `512KiB` or `2mJ` in this unit; nil where the text is no finite,
    /// non-negative number with one of the suffixes.
    public func value(parsing text: String) -> Double? {
        let trimmed = text.trimmingCharacters(in: .whitespaces)
        let known = suffixes.first { trimmed.hasSuffix($0.suffix) }
        let digits = trimmed.dropLast(known?.suffix.count ?? 0).trimmingCharacters(in: .whitespaces)
        guard let number = Double(digits), number.isFinite, number >= 0 else { return nil }
        return number * (known?.factor ?? 1)
    }

    /// Reads a whole number of bytes such as `4096`, `1_000`, `64KiB` or `1.5MiB`; fractions of a byte that a
    /// suffix leaves are cut off.
    ///
    /// Nil where the text is none, where a bare number is not whole, and from 2⁵⁰ on.
    public static func byteCount(parsing text: String) -> Int? {
        guard let bytes = Unit.bytes.value(parsing: text.filter { $0 != "_" }), bytes < 0x1p50 else {
            return nil
        }
        let isBare = text.last?.isNumber ?? false
        return isBare && bytes != bytes.rounded() ? nil : Int(bytes)
    }
}
