/// Samples with what is to be predicted from them, all parts together; `DataSplit` says which serve what.
///
/// Values are kept as they were read (bytes stay bytes, large pictures stay compressed) and widened when a batch is filled.
public struct Dataset: Sendable {
    /// Names the data in messages.
    public let name: String
    /// Height, width, channels; of a spectrogram frames, bands, 1; of a table row 1, 1, columns; of a sequence steps, 1,
    /// features.
    public let sampleShape: [Int]
    /// The values.
    public let storage: Storage
    /// What is predicted from each sample, in their order.
    public let target: Target
    /// Where each sample comes from (a file's path), as patterns of a split match its last part; empty where the source has no
    /// names.
    public var sampleNames: [String]
    /// Samples of one group (speaker, machine) belong together; empty where there are none.
    public var groups: [Int32]
    /// Names of the groups that `groups` numbers; empty where there are none.
    public var groupNames: [String]
    /// Of each sample its place in its group (of a window, of its last row), in order of time; empty where unknown.
    public var places: [Int32] = []
    /// Indices of the parts that the source itself sets apart.
    public var officialTest: Range<Int>?
    /// Indices of the validation part that the source itself sets apart; nil where it sets none apart.
    public var officialValidation: Range<Int>?
    /// Names of the values of a table's row; empty for other sources.
    public var featureNames: [String] = []
    /// Columns of a table that are no features; empty for other sources.
    public var unusedColumns: [UnusedColumn] = []
    /// How rows of a table became samples; nil for other sources.
    public var table: TableForm?
    /// What a pixel or band without signal reads, to fill what an augmentation shifts in.
    public var background: Float
    /// Of spectrograms, the recordings they were made of.
    public var recordings: Recordings?
    /// Sentences on how the source was read that a person should know.
    public var remarks: [String] = []

    /// All values of sample 0, then of sample 1, and so on.
    public enum Storage: Sendable {
        case bytes([UInt8])
        case floats([Float])
        /// Samples that share rows.
        case windows(RowWindows)
        /// Pictures that are decoded when they are asked for.
        case pictures(PictureStore)
    }

    /// What is predicted from each sample.
    public enum Target: Sendable {
        /// For each sample the index of its class.
        case classes([Int32], names: [String])
        /// For each sample a number.
        case values([Float])
        /// For each sample whether it is not normal.
        case anomalies([Bool])
    }

    /// A data set in memory; values and targets must be of as many samples.
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
            storage.count(sampleSize: sampleSize) == count,
            "Dataset: \(storage.count(sampleSize: sampleSize)) samples for \(count) targets")
    }

    /// How many samples there are.
    public var count: Int {
        switch target {
        case .classes(let labels, _): labels.count
        case .values(let values): values.count
        case .anomalies(let flags): flags.count
        }
    }

    /// Values of one sample.
    public var sampleSize: Int { sampleShape.reduce(1, *) }

    /// The class names; empty where no classes are predicted.
    public var classNames: [String] {
        if case .classes(_, let names) = target { names } else { [] }
    }

    /// The class of each sample; empty where no classes are predicted.
    public var labels: [Int32] {
        if case .classes(let labels, _) = target { labels } else { [] }
    }

    /// How many samples each class has.
    public var classCounts: [Int] {
        var counts = [Int](repeating: 0, count: classNames.count)
        for label in labels { counts[Int(label)] += 1 }
        return counts
    }

    /// Parts in which samples are drawn in proportion: classes, or normal and not normal, else all as one.
    var strata: (indices: [Int32], count: Int) {
        switch target {
        case .classes(let labels, let names): (labels, max(names.count, 1))
        case .values(let values): ([Int32](repeating: 0, count: values.count), 1)
        case .anomalies(let flags): (flags.map { $0 ? 1 : 0 }, 2)
        }
    }

    /// Whether samples share rows, so that neighbours must not fall into different parts.
    var hasOverlaps: Bool {
        guard case .windows(let windows) = storage else { return false }
        return windows.length > 1
    }

    /// What could not be read since the data set was loaded; nil where nothing was missed.
    public var fault: DatasetError? {
        if case .pictures(let store) = storage { store.fault } else { nil }
    }
}

extension Dataset.Storage {
    func count(sampleSize: Int) -> Int {
        switch self {
        case .bytes(let values): values.count / max(sampleSize, 1)
        case .floats(let values): values.count / max(sampleSize, 1)
        case .windows(let windows): windows.starts.count
        case .pictures(let store): store.count
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
        switch storage {
        case .bytes(let values):
            let source = values.span.extracting(index * size..<(index + 1) * size)
            for i in 0..<size { destination[i] = Float(source[i]) }
        case .floats(let values):
            let source = values.span.extracting(index * size..<(index + 1) * size)
            for i in 0..<size { destination[i] = source[i] }
        case .windows(let windows):
            let source = windows.rows.span.extracting(windows.values(index))
            for i in 0..<size { destination[i] = source[i] }
        case .pictures(let store): store.copy(index, to: &destination)
        }
    }

    /// The values of one sample.
    public func sample(_ index: Int) -> [Float] {
        var values = [Float](repeating: 0, count: sampleSize)
        var span = values.mutableSpan
        copySample(index, to: &span)
        return values
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
