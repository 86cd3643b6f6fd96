import Search

/// A metric as pictures show it.
extension Metric {
    var title: String {
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

    func shown(_ value: Double) -> String {
        switch self {
        case .accuracy: Human.percent(value)
        case .latency: Human.milliseconds(value)
        case .energy: "\(Human.number(value)) mJ"
        case .peakRAM, .flash, .modelSize: Human.bytes(Int(exactly: value.rounded()))
        case .macs, .parameters: Human.count(Int(exactly: value.rounded()))
        }
    }

    /// Values that read well are round multiples of it.
    var roundUnit: Double {
        switch self {
        case .peakRAM, .flash, .modelSize: 1024
        case .accuracy, .latency, .energy, .macs, .parameters: 1
        }
    }
}
