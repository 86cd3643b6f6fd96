import Determinism

/// Fills batches: widened, augmented where asked, normalised.
///
/// A value; any number of threads may use it at once.
public struct BatchReader: Sendable {
    /// The samples.
    public let dataset: Dataset
    /// Applied to every sample.
    public let normalization: Normalization
    /// Applied where an epoch is given.
    public let augmentation: Augmentation
    /// Keys the random numbers of the augmentation.
    public let seed: UInt64

    /// A reader of one data set; without augmentation unless one is given.
    public init(
        _ dataset: Dataset, normalization: Normalization, augmentation: Augmentation = .none, seed: UInt64 = 0
    ) {
        self.dataset = dataset
        self.normalization = normalization
        self.augmentation = augmentation
        self.seed = seed
    }

    /// Writes samples one after another into `values`; with an `epoch` they are augmented, keyed by seed, epoch and sample.
    ///
    /// Precondition: `values` holds as many samples.
    public func fill(
        _ samples: some RandomAccessCollection<Int>, epoch: Int? = nil, into values: inout MutableSpan<Float>
    ) {
        let size = dataset.sampleSize
        precondition(
            values.count == samples.count * size, "fill: \(samples.count) samples into \(values.count)")
        var sample = [Float](repeating: 0, count: size)
        var start = 0
        for index in samples {
            var span = sample.mutableSpan
            fill(index, epoch: epoch, into: &span)
            for i in 0..<size { values[start + i] = span[i] }
            start += size
        }
    }

    private func fill(_ index: Int, epoch: Int?, into sample: inout MutableSpan<Float>) {
        dataset.copySample(index, to: &sample)
        guard let epoch, augmentation != .none else {
            normalization.apply(to: &sample)
            return
        }
        var random = RandomStream(seed: seed, .augmentation, UInt64(epoch), UInt64(index))
        let shape = dataset.sampleShape
        augmentation.move(&sample, shape: shape, background: dataset.background, using: &random)
        augmentation.recolour(&sample, channels: shape[2], using: &random)
        normalization.apply(to: &sample)
        augmentation.disturb(&sample, shape: shape, using: &random)
    }
}
