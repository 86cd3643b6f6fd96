/// Samples with what is to be predicted from them, all parts together; `DataSplit` says which serve what.
///
/// Values are kept as they were read (bytes stay bytes) and widened when a batch is filled.
public struct Dataset: Sendable {
    public let name: String
    /// Height, width, channels; of a spectrogram frames, bands, 1; of a table row 1, 1, columns.
    public let sampleShape: [Int]
    public let storage: Storage
    public let target: Target
    /// Where each sample comes from (a file name), as patterns of a split match it; empty where the source has no names.
    public var sampleNames: [String]
    /// Samples of one group (speaker, machine) belong together; empty where there are none.
    public var groups: [Int32]
    public var groupNames: [String]
    /// Indices of the test part that the source itself sets apart.
    public var officialTest: Range<Int>?
    /// What a pixel or band without signal reads, to fill what an augmentation shifts in.
    public var background: Float
    /// Of spectrograms, the recordings they were made of.
    public var recordings: Recordings?

    /// All values of sample 0, then of sample 1, and so on.
    public enum Storage: Sendable {
        case bytes([UInt8])
        case floats([Float])
    }

    public enum Target: Sendable {
        /// For each sample the index of its class.
        case classes([Int32], names: [String])
        /// For each sample a number.
        case values([Float])
    }

    public init(
        name: String, sampleShape: [Int], storage: Storage, target: Target, sampleNames: [String] = [],
        groups: [Int32] = [], groupNames: [String] = [], officialTest: Range<Int>? = nil,
        background: Float = 0, recordings: Recordings? = nil
    ) {
        self.name = name
        self.sampleShape = sampleShape
        self.storage = storage
        self.target = target
        self.sampleNames = sampleNames
        self.groups = groups
        self.groupNames = groupNames
        self.officialTest = officialTest
        self.background = background
        self.recordings = recordings
        precondition(
            storage.count == sampleSize * count,
            "Dataset: \(storage.count) values for \(count) × \(sampleSize)")
    }

    /// How many samples there are.
    public var count: Int {
        switch target {
        case .classes(let labels, _): labels.count
        case .values(let values): values.count
        }
    }

    /// Values of one sample.
    public var sampleSize: Int { sampleShape.reduce(1, *) }

    /// The class names; empty for a regression.
    public var classNames: [String] {
        if case .classes(_, let names) = target { names } else { [] }
    }

    /// The class of each sample; empty for a regression.
    public var labels: [Int32] {
        if case .classes(let labels, _) = target { labels } else { [] }
    }

    /// How many samples each class has.
    public var classCounts: [Int] {
        var counts = [Int](repeating: 0, count: classNames.count)
        for label in labels { counts[Int(label)] += 1 }
        return counts
    }
}

extension Dataset.Storage {
    var count: Int {
        switch self {
        case .bytes(let values): values.count
        case .floats(let values): values.count
        }
    }
}

extension Dataset {
    /// Copies the values of one sample, widened to float32.
    ///
    /// Precondition: `destination` holds `sampleSize` values.
    public func copySample(_ index: Int, to destination: inout MutableSpan<Float>) {
        let size = sampleSize
        precondition(destination.count == size, "copySample: \(size) values into \(destination.count)")
        let start = index * size
        switch storage {
        case .bytes(let values):
            let source = values.span.extracting(start..<start + size)
            for i in 0..<size { destination[i] = Float(source[i]) }
        case .floats(let values):
            let source = values.span.extracting(start..<start + size)
            for i in 0..<size { destination[i] = source[i] }
        }
    }

    /// The dataset, or what is wrong with its classes.
    func checked(file: String) throws(DatasetError) -> Dataset {
        guard count > 0 else { throw .file(file, detail: "has no samples") }
        if case .classes = target {
            let present = classCounts.filter { $0 > 0 }.count
            guard present > 1 else {
                throw .file(file, detail: "has samples of one class only; nothing can be learned from them")
            }
        }
        return self
    }
}
