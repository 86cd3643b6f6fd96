public import Datasets
public import Devices
import ModelGraph
import Numerics
public import Quantities

/// What a front-end takes on a microcontroller, beside the network.
///
/// Elsewhere it hardly counts, and is no part of the costs.
public struct FrontEndCost: Hashable, Sendable {
    /// The device.
    public let device: String
    /// For one sample, in milliseconds: the median, and the interval that it lies in for 80 of 100 devices.
    public let latency, latencyP10, latencyP90: Double
    /// Working memory and flash, in bytes.
    public let ramBytes, flashBytes: Int

    /// The time of as many operations in a float32 convolution of one position at a time; nil on what is no
    /// microcontroller, and where the device's runtime has no such convolution.
    public init?(_ work: FrontEndWork, on profile: DeviceProfile) {
        guard profile.kind == .microcontroller, let graph = try? FrontEndCost.graph(of: work) else {
            return nil
        }
        let whole = price(graph, on: profile)
        guard let latency = whole.latencyMilliseconds else { return nil }
        self.latency = latency
        device = profile.name
        latencyP10 = whole.latencyMillisecondsP10 ?? latency
        latencyP90 = whole.latencyMillisecondsP90 ?? latency
        (ramBytes, flashBytes) = (work.ramBytes, work.flashBytes)
    }

    /// What it takes of a limit on a metric, in the metric's unit; nil where it takes nothing that is known.
    ///
    /// - Parameter confidence: of a latency, the probability that it stays below; nil for the median.
    public func part(of metric: Metric, confidence: Double? = nil) -> Double? {
        switch metric {
        case .latency:
            confidence.map { Normal.bound($0, median: latency, p10: latencyP10, p90: latencyP90) } ?? latency
        case .peakRAM: Double(ramBytes)
        case .flash: Double(flashBytes)
        case .accuracy, .energy, .modelSize, .macs, .parameters: nil
        }
    }

    private static func graph(of work: FrontEndWork) throws -> Graph {
        let width = 64
        var builder = GraphBuilder(name: "front-end")
        let frames = builder.input("frames", ValueType([1, work.frames, 1, width]))
        let weights = builder.constant(
            "weights", .unknown([max((work.macsPerFrame + width / 2) / width, 1), 1, 1, width]))
        let result = try builder.apply(
            .convolution(Convolution(kernel: 1)), to: [frames, weights], name: "work")
        return builder.graph(outputs: [result])
    }
}

extension Reserve {
    /// This reserve and the memory of a front-end.
    public func adding(_ work: FrontEndWork?) -> Reserve {
        guard let work else { return self }
        return Reserve(ramBytes: ramBytes + work.ramBytes, flashBytes: flashBytes + work.flashBytes)
    }
}
