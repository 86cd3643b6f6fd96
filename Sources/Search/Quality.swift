/// How good a candidate's predictions are.
public struct Quality: Hashable, Sendable, Codable {
    /// The job's quality metric on the validation part, in [0, 1].
    public var accuracy: Double
    /// Sampling error of `accuracy`; nil where unknown.
    public var standardError: Double?
    /// The same metric on the test part; finalists only, once.
    public var testAccuracy: Double?
    /// Sampling error of `testAccuracy`; nil where unknown.
    public var testStandardError: Double?
    /// One bit a validation sample (1 = right), least significant bit first, so that candidates compare by
    /// paired difference.
    public var sampleResults: [UInt8]?

    /// A quality; metrics are in [0, 1], and what is nil is unknown.
    public init(
        accuracy: Double, standardError: Double? = nil, testAccuracy: Double? = nil,
        testStandardError: Double? = nil, sampleResults: [UInt8]? = nil
    ) {
        self.accuracy = accuracy
        self.standardError = standardError
        self.testAccuracy = testAccuracy
        self.testStandardError = testStandardError
        self.sampleResults = sampleResults
    }
}

/// What became of an evaluation.
public enum Outcome: Hashable, Sendable, Codable {
    case evaluated(Quality)
    /// Training diverged, the network could not be built, …: recorded, and the search goes on.
    case failed(reason: String)

    /// The quality; nil where the evaluation failed.
    public var quality: Quality? {
        switch self {
        case .evaluated(let quality): quality
        case .failed: nil
        }
    }
}
