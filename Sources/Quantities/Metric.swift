private import Foundation

/// What a candidate is judged by; the raw value is the name in job files, JSON and CSV, with its unit.
public enum Metric: String, CaseIterable, Codable, Hashable, Sendable {
    /// The job's quality metric in [0, 1], larger is better.
    case accuracy
    case latency = "latency_ms"
    case energy = "energy_mj"
    case peakRAM = "peak_ram_bytes"
    case flash = "flash_bytes"
    case modelSize = "model_bytes"
    case macs
    case parameters

    /// Whether larger values are better; all other metrics are costs.
    public var isQuality: Bool { self == .accuracy }

    /// Whether the metric differs from device to device.
    public var dependsOnDevice: Bool {
        switch self {
        case .latency, .energy, .peakRAM, .flash, .modelSize: true
        case .accuracy, .macs, .parameters: false
        }
    }

    /// The value on the axis that fronts and hypervolumes use: error, or the cost's decimal logarithm;
    /// smaller is better.
    public func minimised(_ value: Double) -> Double { isQuality ? 1 - value : log10OfCost(value) }
}

/// The logarithm of a cost; a cost of zero (a network that the runtime removes) is the smallest positive
/// number.
private func log10OfCost(_ cost: Double) -> Double { log10(max(cost, .leastNormalMagnitude)) }
