extension Metric {
    /// What values of the metric are counted in.
    public var unit: Unit {
        switch self {
        case .accuracy: .share
        case .latency: .milliseconds
        case .energy: .millijoules
        case .peakRAM, .flash, .modelSize: .bytes
        case .macs, .parameters: .count
        }
    }

    /// Reads a value such as `5`, `5ms`, `512KiB` or `2mJ` in the metric's unit; bare numbers are in it
    /// already.
    ///
    /// Throws where the text is no finite, non-negative number with a suffix of this metric, or an accuracy
    /// above one.
    public func value(parsing text: String) throws(QuantityError) -> Double {
        guard let value = unit.value(parsing: text) else {
            throw .invalidValue(metric: self, text: text, suffixes: unit.suffixes.map(\.suffix))
        }
        guard !isQuality || value <= 1 else { throw .accuracyAboveOne(text) }
        return value
    }

    /// The value in a sentence, with fixed decimals: `4.200 ms`, `512.0 KiB`, `0.9870`.
    public func text(_ value: Double) -> String {
        switch self {
        case .accuracy: Human.fixed(value, decimals: 4)
        case .latency: Human.fixed(value, decimals: value < 0.1 ? 4 : value < 10 ? 3 : 1) + " ms"
        case .energy: Human.fixed(value, decimals: value < 0.1 ? 4 : value < 10 ? 3 : 1) + " mJ"
        case .peakRAM, .flash, .modelSize: bytesText(value)
        case .macs, .parameters: countText(value)
        }
    }

    /// The value in a table or a picture, with three significant digits: `4.20 ms`, `512 KiB`, `98.70 %`.
    public func shown(_ value: Double) -> String {
        switch self {
        case .accuracy: Human.percent(value)
        case .latency: Human.milliseconds(value)
        case .energy: "\(Human.number(value)) mJ"
        case .peakRAM, .flash, .modelSize: Human.bytes(Int(exactly: value.rounded()))
        case .macs, .parameters: Human.count(Int(exactly: value.rounded()))
        }
    }
}

private func bytesText(_ bytes: Double) -> String {
    switch bytes {
    case ..<1024: Human.fixed(bytes, decimals: 0) + " B"
    case ..<1_048_576: Human.fixed(bytes / 1024, decimals: 1) + " KiB"
    default: Human.fixed(bytes / 1_048_576, decimals: 1) + " MiB"
    }
}

private func countText(_ count: Double) -> String {
    switch count {
    case ..<10_000: Human.fixed(count, decimals: 0)
    case ..<1e6: Human.fixed(count / 1e3, decimals: 1) + " k"
    default: Human.fixed(count / 1e6, decimals: 2) + " M"
    }
}
