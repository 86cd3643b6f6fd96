public import Quantities

/// What a candidate costs on one device; nil means unknown.
public struct Score: Hashable, Sendable {
    /// Name of the device's profile.
    public var device: String
    /// Median of steady-state batch-1 runs, in milliseconds, and the interval of that median.
    public var latency: Double?
    /// The latency that the median stays above in 90 of 100 cases, in milliseconds.
    public var latencyP10: Double?
    /// The latency that the median stays below in 90 of 100 cases, in milliseconds.
    public var latencyP90: Double?
    /// Whether latency was estimated, predicted by a calibrated profile, or measured.
    public var provenance: Provenance
    /// One inference, in millijoules.
    public var energy: Double?
    /// Peak working memory, in bytes.
    public var peakRAM: Int?
    /// Model with the runtime's code, in bytes.
    public var flash: Int?
    /// The stored model, in bytes.
    public var modelSize: Int?
    /// Whether the device can run it within the limits, and if not, why.
    public var status: Status
    /// Why the status is not `ok`, in one sentence; for `ok`, an optional remark.
    public var reason: String?
    /// The content of the profile that it belongs to, as a hash; nil where that is the device's own, or unknown.
    public var profile: String?

    /// A score; costs that are nil are unknown.
    public init(
        device: String, latency: Double? = nil, latencyP10: Double? = nil, latencyP90: Double? = nil,
        provenance: Provenance = .estimated, energy: Double? = nil, peakRAM: Int? = nil, flash: Int? = nil,
        modelSize: Int? = nil, status: Status = .ok, reason: String? = nil
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

    /// Whether the device runs it within the job's constraints.
    public var isFeasible: Bool { status == .ok }

    /// A cost in the metric's unit; nil where it is unknown, and for what does not depend on the device.
    public func value(of metric: Metric) -> Double? {
        switch metric {
        case .latency: latency
        case .energy: energy
        case .peakRAM: peakRAM.map(Double.init)
        case .flash: flash.map(Double.init)
        case .modelSize: modelSize.map(Double.init)
        case .accuracy, .macs, .parameters: nil
        }
    }
}

/// What is known of a candidate before any training: its counts and its score on every device.
public struct Costs: Hashable, Sendable {
    /// Multiply-accumulates of one inference.
    public var macs: Int?
    /// Trainable numbers.
    public var parameters: Int?
    /// One score a target, in the problem's order.
    public var scores: [Score]

    /// Costs; counts that are nil are unknown.
    public init(macs: Int? = nil, parameters: Int? = nil, scores: [Score]) {
        self.macs = macs
        self.parameters = parameters
        self.scores = scores
    }
}
