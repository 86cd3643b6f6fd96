private import Foundation

/// Numbers as a person reads them in a table.
public enum Human {
    /// A number with a fixed count of decimals, always with a point.
    public static func fixed(_ value: Double, decimals: Int) -> String {
        String(format: "%.\(decimals)f", value)
    }

    /// Three significant digits: `0.00123`, `1.23`, `123`, `2.07e-07`.
    public static func number(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "–" }
        guard value != 0 else { return "0" }
        guard abs(value) < 1e9, abs(value) >= 1e-6 else { return String(format: "%.3g", value) }
        let magnitude = Int(log10(abs(value)).rounded(.down))
        return fixed(value, decimals: min(max(2 - magnitude, 0), 6))
    }

    /// A share of one as a percentage: `98.7 %`, with its standard error if known: `98.7 ± 0.3 %`.
    public static func percent(_ share: Double?, error: Double? = nil) -> String {
        guard let share, share.isFinite else { return "–" }
        let value = fixed(share * 100, decimals: 2)
        guard let error, error.isFinite else { return "\(value) %" }
        return "\(value) ± \(fixed(error * 100, decimals: 2)) %"
    }

    /// Milliseconds, with microseconds below 0.1: `45.2 µs`, `1.23 ms`, `2.1 s`; with its interval in the same unit
    /// where both ends are known: `1.23 (0.95–1.59) ms`.
    public static func milliseconds(_ value: Double?, from low: Double? = nil, to high: Double? = nil)
        -> String
    {
        guard let value, value.isFinite else { return "–" }
        let (unit, scale) = value < 0.1 ? ("µs", 1000) : value < 10_000 ? ("ms", 1) : ("s", 0.001)
        guard let low, let high else { return "\(number(value * scale)) \(unit)" }
        return "\(number(value * scale)) (\(number(low * scale))–\(number(high * scale))) \(unit)"
    }

    /// Binary multiples: `512 B`, `15.3 KiB`, `1.20 MiB`.
    public static func bytes(_ value: Int?) -> String {
        guard let value else { return "–" }
        if value < 1024 { return "\(value) B" }
        let kibi = Double(value) / 1024
        return kibi < 1024 ? number(kibi) + " KiB" : number(kibi / 1024) + " MiB"
    }

    /// Seconds as `8 s`, `2 min 05 s`, `1 h 10 min`; a dash for what is no time.
    public static func duration(_ seconds: Double) -> String {
        guard let whole = Int(exactly: seconds.rounded()), whole >= 0 else { return "–" }
        if whole < 60 { return seconds < 10 ? "\(fixed(seconds, decimals: 1)) s" : "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(String(format: "%02d", whole % 60)) s" }
        return "\(whole / 3600) h \(String(format: "%02d", whole / 60 % 60)) min"
    }

    /// Counts with SI multiples: `12.5 M`, `78.7 k`.
    public static func count(_ value: Int?) -> String {
        guard let value else { return "–" }
        if value < 10_000 { return "\(value)" }
        let thousands = Double(value) / 1000
        return thousands < 1000 ? number(thousands) + " k" : number(thousands / 1000) + " M"
    }
}
