import Quantities
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

    /// Values that read well are round multiples of it.
    var roundUnit: Double {
        switch self {
        case .peakRAM, .flash, .modelSize: 1024
        case .accuracy, .latency, .energy, .macs, .parameters: 1
        }
    }
}
