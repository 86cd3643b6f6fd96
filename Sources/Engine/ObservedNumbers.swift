public import Kernels

/// What the numbers of one value were over many runs: their range and the mean of each channel.
public struct ObservedNumbers: Sendable {
    /// Numbers that are compared side by side, so that vectors are full where channels are few.
    private static let sideBySide = 64

    private let kernels: KernelSet
    private let channels: Int
    // By place in rows of some whole number of channels.
    private var least, most: [Float]
    private var sums: [Double]
    private var count = 0

    /// Nothing seen so far of a value with so many channels (its last axis).
    public init(channels: Int, kernels: KernelSet = .best) {
        self.kernels = kernels
        self.channels = max(channels, 1)
        let period = self.channels * max(1, ObservedNumbers.sideBySide / self.channels)
        least = [Float](repeating: .infinity, count: period)
        most = [Float](repeating: -.infinity, count: period)
        sums = [Double](repeating: 0, count: period)
    }

    /// Adds the numbers of one run, a whole number of rows of channels.
    public mutating func add(_ numbers: Span<Float>) {
        kernels.takeRange(of: numbers, least: &least, most: &most, sums: &sums)
        count += numbers.count
    }

    /// Whether every number was finite.
    public var isFinite: Bool { sums.allSatisfy(\.isFinite) }

    /// From the least to the most; nil where nothing was seen or something was not finite.
    public var range: ClosedRange<Float>? {
        guard isFinite, let low = least.min(), let high = most.max(), low <= high else { return nil }
        return low...high
    }

    /// The mean of each channel; zero where nothing was seen.
    public var means: [Float] {
        let rows = Double(max(count / channels, 1))
        return (0..<channels).map { channel in
            let places = stride(from: channel, to: sums.count, by: channels)
            return Float(places.reduce(0) { $0 + sums[$1] } / rows)
        }
    }
}

/// How often the numbers of one value fell into each of equal bins between the smallest and the largest.
public struct NumberHistogram: Sendable {
    /// What the bins divide.
    public let range: ClosedRange<Float>
    private let kernels: KernelSet
    private let bins: Int
    private var total: [Int]
    // Small counters of what came since they were last added to the total.
    private var recent: [UInt32]
    private var sinceThen = 0

    /// Empty bins; there are at least one.
    public init(_ range: ClosedRange<Float>, bins: Int, kernels: KernelSet = .best) {
        self.range = range
        self.kernels = kernels
        self.bins = max(bins, 1)
        total = [Int](repeating: 0, count: self.bins)
        recent = [UInt32](repeating: 0, count: self.bins * KernelSet.binTables)
    }

    /// Width of a bin; zero where all numbers are the same.
    public var width: Float { (range.upperBound - range.lowerBound) / Float(bins) }

    /// Adds finite numbers; none where all are the same.
    public mutating func add(_ numbers: Span<Float>) {
        guard width > 0 else { return }
        if sinceThen + numbers.count > Int(UInt32.max) {
            total = counts
            recent = [UInt32](repeating: 0, count: recent.count)
            sinceThen = 0
        }
        kernels.countBins(of: numbers, low: range.lowerBound, perUnit: 1 / width, into: &recent)
        sinceThen += numbers.count
    }

    /// Numbers in each bin.
    public var counts: [Int] {
        total.indices.map { bin in
            stride(from: bin, to: recent.count, by: bins).reduce(total[bin]) { $0 + Int(recent[$1]) }
        }
    }
}
