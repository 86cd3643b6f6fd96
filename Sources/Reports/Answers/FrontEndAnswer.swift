import Quantities

/// What the front-end of recordings takes on a microcontroller for one sample, beside the network.
public struct FrontEndAnswer: Codable, Hashable, Sendable {
    /// The device.
    public var device: String
    /// In milliseconds, estimated.
    public var latency, latencyP10, latencyP90: Double
    /// Working memory and flash.
    public var ramBytes, flashBytes: Int

    enum CodingKeys: String, CodingKey {
        case device
        case latency = "latency_ms"
        case latencyP10 = "latency_ms_p10"
        case latencyP90 = "latency_ms_p90"
        case ramBytes = "ram_bytes"
        case flashBytes = "flash_bytes"
    }

    /// A front-end's costs.
    public init(
        device: String, latency: Double, latencyP10: Double, latencyP90: Double, ramBytes: Int,
        flashBytes: Int
    ) {
        self.device = device
        self.latency = latency
        self.latencyP10 = latencyP10
        self.latencyP90 = latencyP90
        self.ramBytes = ramBytes
        self.flashBytes = flashBytes
    }

    /// A line of its own.
    var text: String {
        "\(device): the front-end before it takes \(Metric.latency.text(latency)) "
            + "(\(Metric.latency.text(latencyP10)) to \(Metric.latency.text(latencyP90))) a sample, "
            + "\(Metric.peakRAM.text(Double(ramBytes))) of RAM and \(Metric.flash.text(Double(flashBytes))) of flash\n"
    }
}
