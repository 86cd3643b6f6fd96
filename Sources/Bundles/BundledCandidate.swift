public import Quantities

/// The candidate that a bundle holds: what it is, how good it is and what it costs.
public struct BundledCandidate: Sendable {
    /// The candidate's id, 64 hexadecimal digits.
    public var id: String
    /// In the space's own encoding.
    public var architecture: String
    /// Such as `structured(0.5)>int8`, or `none`.
    public var compression: String
    /// How the quality was obtained.
    public var fidelity: Fidelity
    /// What its quality is: the metric's name in job files.
    public var metric: String
    /// On validation and test data.
    public var quality: Quality
    /// One entry a device on which it was scored.
    public var costs: [Costs]

    /// How good a candidate is in its metric's own unit, each value with its sampling error; nil means unknown.
    public struct Quality: Hashable, Sendable {
        /// On the validation part, and its sampling error.
        public var value, standardError: Double?
        /// On the test part, and its sampling error.
        public var test, testStandardError: Double?

        /// A candidate's quality.
        public init(
            value: Double?, standardError: Double?, test: Double?, testStandardError: Double?
        ) {
            self.value = value
            self.standardError = standardError
            self.test = test
            self.testStandardError = testStandardError
        }
    }

    /// What a candidate costs on one device; nil means unknown.
    public struct Costs: Hashable, Sendable {
        /// The device's name.
        public var device: String
        /// Median in milliseconds, and its interval.
        public var latency, latencyP10, latencyP90: Double?
        /// How the costs were obtained.
        public var provenance: Provenance
        /// One inference, in millijoules.
        public var energy: Double?
        /// In bytes.
        public var peakRAM, flash, modelSize: Int?
        /// Whether the device can have it.
        public var status: Status
        /// Why the status is not `ok`; for `ok`, an optional remark.
        public var reason: String?

        /// Costs on a device.
        public init(
            device: String, latency: Double?, latencyP10: Double?, latencyP90: Double?,
            provenance: Provenance, energy: Double?, peakRAM: Int?, flash: Int?, modelSize: Int?,
            status: Status, reason: String?
        ) {
            self.device = device
            self.latency = latency
            self.latencyP10 = latencyP10
            self.latencyP90 = latencyP90
            self.provenance = provenance
            self.energy = energy
            self.peakRAM = peakRAM
            self.flash = flash
            self.modelSize = modelSize
            self.status = status
            self.reason = reason
        }
    }

    /// A candidate of a job.
    public init(
        id: String, architecture: String, compression: String, fidelity: Fidelity, metric: String,
        quality: Quality, costs: [Costs]
    ) {
        self.id = id
        self.architecture = architecture
        self.compression = compression
        self.fidelity = fidelity
        self.metric = metric
        self.quality = quality
        self.costs = costs
    }
}
