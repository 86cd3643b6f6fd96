/// Samples to train on; called from several threads at once.
public protocol BatchSource: Sendable {
    /// How many samples there are.
    var count: Int { get }
    /// The shape of one sample, without the batch.
    var sampleShape: [Int] { get }
    /// Writes the samples of these rows one after another; augmentation happens here, keyed by epoch and row.
    func fill(_ samples: inout MutableSpan<Float>, rows: Span<Int>, epoch: Int)
    /// The class of a sample; not asked for in regression.
    func label(_ row: Int) -> Int
    /// Writes a sample's regression targets; not asked for in classification.
    func fillTarget(_ target: inout MutableSpan<Float>, row: Int)
}

extension BatchSource {
    /// 0: sources of numbers have no classes.
    public func label(_ row: Int) -> Int { 0 }
    /// Leaves the target as it is: sources of classes have no numbers.
    public func fillTarget(_ target: inout MutableSpan<Float>, row: Int) {}
}

/// Samples held in memory, without augmentation.
public struct ArraySource: BatchSource {
    /// Extents of one sample.
    public let sampleShape: [Int]
    /// All samples, one after another.
    public let samples: [Float]
    /// The class of each sample; empty where numbers are predicted.
    public let labels: [Int]
    /// Regression targets, as many for each sample; empty in classification.
    public let targets: [Float]

    /// Precondition: as many samples as labels (or rows of targets).
    public init(sampleShape: [Int], samples: [Float], labels: [Int] = [], targets: [Float] = []) {
        let size = sampleShape.reduce(1, *)
        precondition(size > 0 && samples.count % size == 0, "ArraySource: ragged samples")
        let count = samples.count / size
        precondition(
            labels.isEmpty ? count > 0 && targets.count % count == 0 : labels.count == count,
            "ArraySource: \(count) samples, \(labels.count) labels")
        self.sampleShape = sampleShape
        self.samples = samples
        self.labels = labels
        self.targets = targets
    }

    /// How many samples there are.
    public var count: Int { samples.count / sampleShape.reduce(1, *) }

    /// Copies samples; the epoch changes nothing.
    public func fill(_ destination: inout MutableSpan<Float>, rows: Span<Int>, epoch: Int) {
        let size = sampleShape.reduce(1, *)
        for place in rows.indices {
            for i in 0..<size { destination[place * size + i] = samples[rows[place] * size + i] }
        }
    }

    /// The class of a sample.
    public func label(_ row: Int) -> Int { labels[row] }

    /// Copies the numbers of a sample.
    public func fillTarget(_ target: inout MutableSpan<Float>, row: Int) {
        for i in target.indices { target[i] = targets[row * target.count + i] }
    }
}
