import Numerics
public import Quantities

/// Memory of a microcontroller that is kept for the application.
public struct Reserve: Hashable, Sendable {
    /// Bytes of working memory.
    public var ramBytes: Int
    /// Bytes of flash.
    public var flashBytes: Int
    /// Memory to keep, in bytes.
    public init(ramBytes: Int = 0, flashBytes: Int = 0) {
        self.ramBytes = ramBytes
        self.flashBytes = flashBytes
    }
    /// Nothing is kept.
    public static let none = Reserve()
}

/// What one inference of a model costs on one device.
///
/// Latency and energy are those of batch-1 inference, nil where the device cannot run the model at all.
public struct Price: Hashable, Sendable {
    /// Median of batch-1 runs.
    public var latencyMilliseconds: Double?
    /// The interval that holds the median on the device in 80 of 100 cases.
    public var latencyMillisecondsP10: Double?
    /// The upper end of that interval.
    public var latencyMillisecondsP90: Double?
    /// Energy of one inference; nil where the profile knows no power.
    public var energyMillijoules: Double?
    /// Liveness peak in the target's types + scratch + input and output + what the runtime itself needs.
    public var peakRAMBytes = 0
    /// Model + runtime code.
    public var flashBytes = 0
    /// Weights + graph as the runtime stores them.
    public var modelBytes = 0
    /// How the latency was obtained.
    public var provenance: Provenance
    /// The share of each kernel, in the order in which they run; empty where only totals were asked for.
    public var layers: [LayerPrice] = []
    /// What keeps the model off the device; nil where it runs.
    var cause: Cause?

    enum Cause: Hashable {
        case unsupported(String), notExportable(String)
        /// Bytes needed and left, and the device's title.
        case exceedsRAM(needs: Int, leaves: Int, String)
        case exceedsFlash(needs: Int, leaves: Int, String)

        var reason: String {
            switch self {
            case .unsupported(let reason), .notExportable(let reason): reason
            case .exceedsRAM(let needs, let leaves, let title):
                "needs \(needs) bytes of RAM, and \(title) leaves \(leaves)."
            case .exceedsFlash(let needs, let leaves, let title):
                "needs \(needs) bytes of flash, and \(title) leaves \(leaves)."
            }
        }

        var status: Status {
            switch self {
            case .unsupported: .unsupported
            case .notExportable: .notExportable
            case .exceedsRAM: .exceedsRAM
            case .exceedsFlash: .exceedsFlash
            }
        }

        /// Whether, of two causes that pieces of one network have, this one is told although the other came first.
        ///
        /// A file that cannot be written comes before what would be wrong with it.
        func outweighs(_ earlier: Cause?) -> Bool {
            guard let earlier else { return true }
            if case .notExportable = earlier { return false }
            if case .notExportable = self { return true }
            return false
        }
    }

    /// Whether the model runs on the device, and if not, why.
    public var status: Status { cause?.status ?? .ok }

    /// What is to be known of a model that runs, such as that nothing of it runs on the accelerator.
    var remark: String?

    /// One sentence where `status` is not `ok`; for `ok` an optional remark.
    public var reason: String? { cause?.reason ?? remark }

    /// The latency that is not exceeded with the given confidence (one-sided, strictly between 0 and 1), 0.5 being the point
    /// prediction.
    public func latencyMilliseconds(confidence: Double) -> Double? {
        guard let median = latencyMilliseconds, let p10 = latencyMillisecondsP10,
            let p90 = latencyMillisecondsP90, median > 0
        else { return latencyMilliseconds }
        return Normal.bound(confidence, median: median, p10: p10, p90: p90)
    }
}

/// The share of one fused kernel in the price of a model.
public struct LayerPrice: Hashable, Sendable {
    /// The name of the kernel's first node.
    public var name: String
    /// The operation's name in profiles.
    public var operation: String
    /// Its share of the latency.
    public var milliseconds: Double
    /// Multiply-accumulates.
    public var macs: Int
    /// Weights and bias as the runtime stores them.
    public var weightBytes: Int
    /// The result in the element types of the graph.
    public var outputBytes: Int
    /// Whether the host runs it because the accelerator cannot.
    public var runsOnFallback: Bool
}
