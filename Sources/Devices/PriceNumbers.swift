public import Quantities

/// The numbers of a price, without words: what is read by the thousand.
public struct PriceNumbers: Hashable, Sendable {
    /// Median of batch-1 runs; nil where the device cannot run the model at all.
    public var latencyMilliseconds: Double?
    /// The interval that holds the median on the device in 80 of 100 cases.
    public var latencyMillisecondsP10, latencyMillisecondsP90: Double?
    /// Energy of one inference; nil where the profile knows no power.
    public var energyMillijoules: Double?
    /// Liveness peak in the target's types + scratch + input and output + what the runtime itself needs.
    public var peakRAMBytes = 0
    /// Model + runtime code.
    public var flashBytes = 0
    /// Weights + graph as the runtime stores them.
    public var modelBytes = 0
    /// Whether the model runs on the device.
    public var status: Status

    /// The numbers of a price.
    public init(
        latencyMilliseconds: Double? = nil, latencyMillisecondsP10: Double? = nil,
        latencyMillisecondsP90: Double? = nil, energyMillijoules: Double? = nil, peakRAMBytes: Int = 0,
        flashBytes: Int = 0, modelBytes: Int = 0, status: Status
    ) {
        self.latencyMilliseconds = latencyMilliseconds
        self.latencyMillisecondsP10 = latencyMillisecondsP10
        self.latencyMillisecondsP90 = latencyMillisecondsP90
        self.energyMillijoules = energyMillijoules
        self.peakRAMBytes = peakRAMBytes
        self.flashBytes = flashBytes
        self.modelBytes = modelBytes
        self.status = status
    }
}
