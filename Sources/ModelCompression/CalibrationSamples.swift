/// Inputs, normalised as the network takes them, that ranges of activations are taken from.
public struct CalibrationSamples: Hashable, Sendable {
    /// All samples one after another, each in row-major order.
    public let samples: [Float]
    /// How many samples there are.
    public let count: Int

    /// Precondition: `samples` divides evenly into `count` samples.
    public init(_ samples: [Float], count: Int) {
        precondition(
            count > 0 ? samples.count % count == 0 : samples.isEmpty, "CalibrationSamples: uneven samples")
        self.samples = samples
        self.count = count
    }

    /// Numbers in one sample.
    public var size: Int { count == 0 ? 0 : samples.count / count }
}
