public import ModelGraph
public import Quantities

/// The families of hardware that need a cost model of their own.
public enum DeviceKind: String, Hashable, Sendable, CaseIterable {
    case cpu, gpu, systolic, fpga, microcontroller
    case vectorNPU = "vector-npu"
}

/// One target: chip + runtime + version, and everything needed to price a model on it.
///
/// Read from `device-profiles/*.yaml`; see docs/devices.md for each key and docs/add-a-device.md for writing one.
public struct DeviceProfile: Hashable, Sendable {
    public var name: String
    public var title: String
    public var kind: DeviceKind
    public var runtime: RuntimeProfile
    public var compute: ComputeProfile
    public var memory: MemoryProfile
    public var overheads: OverheadProfile
    public var support: SupportProfile
    public var energy: EnergyProfile?
    public var sources: [Source]
    /// How far measured latencies lie from the estimate, as the standard deviation of their logarithm.
    public var estimateLogSD: Double
    public var calibration: Calibration?

    /// Where a figure, or a section of figures, comes from.
    public struct Source: Hashable, Sendable {
        public var field: String
        public var text: String
    }

    public var provenance: Provenance { calibration == nil ? .estimated : .calibrated }
}

/// The file format that a runtime loads.
public enum ModelFormat: String, Hashable, Sendable, CaseIterable { case tflite, onnx, swiftlet }

/// The software that runs the model.
public struct RuntimeProfile: Hashable, Sendable {
    public var name: String
    public var version: String
    public var format: ModelFormat
    public var policy: RuntimePolicy
    /// Whether element-wise results may overwrite an input that is not needed any more.
    public var worksInPlace: Bool
    /// Whether convolutions that are 1×1 or depthwise, or write less than they read, may write over an input that is not
    /// needed any more.
    public var overlaysConvolutions: Bool
    /// Whether a pool behind a convolution takes its rows as they come, so that the image between them is never whole.
    public var streamsPooling: Bool
    /// Whether zeros of sparse weights are left out of the stored model.
    public var storesSparse: Bool
    /// Where its kernels skip them.
    public var zeroSkipping: ZeroSkipping
    public var codeBytes, codeBytesPerKernel: Int
    public var ramBytes, ramBytesPerKernel: Int
}

/// How fast multiply-accumulates (and the elements of other kernels) are worked off.
public struct ComputeProfile: Hashable, Sendable {
    public var clockMHz: Double
    /// Multiply-accumulates a cycle of all units together at full use, by data type.
    public var macsPerCycle: [Rate<DataType>]
    /// The share of that peak each family of kernels reaches once `utilisation` is accounted for.
    public var efficiency: [Rate<Work>]
    public var threads: Int
    /// The speed-up from one thread to `threads`.
    public var threadScaling: Double
    public var utilisation: Utilisation

    public struct Work: Hashable, Sendable {
        public var family: WorkFamily
        public var dataType: DataType
        public init(_ family: WorkFamily, _ dataType: DataType) {
            self.family = family
            self.dataType = dataType
        }
    }
}

/// One entry of a small table kept in the order of the file.
public struct Rate<Key: Hashable & Sendable>: Hashable, Sendable {
    public var key: Key
    public var value: Double
}

extension [Rate<DataType>] {
    subscript(type: DataType) -> Double? { first { $0.key == type }?.value }
}

extension [Rate<ComputeProfile.Work>] {
    subscript(family: WorkFamily, type: DataType) -> Double? {
        first { $0.key.family == family && $0.key.dataType == type }?.value
    }
}

/// How much of the hardware a kernel's shape can keep busy.
public enum Utilisation: Hashable, Sendable {
    /// Always all of it (scalar cores).
    case full
    /// Output channels are handled in vectors of this many.
    case lanes(Int)
    /// `n` parallel results reach n / (n + half) of the peak.
    case occupancy(half: Double)
    /// A grid of multipliers: input channels along one side, output channels along the other.
    case array(rows: Int, columns: Int)
    /// Pixels, input and output channels are handled in blocks.
    case blocks(pixels: Int, input: Int, output: Int)
}

/// Bandwidths, capacities and limits.
public struct MemoryProfile: Hashable, Sendable {
    /// Fastest first; each serves kernels whose data fit.
    public var levels: [Level]
    /// GB/s (10⁹ bytes a second) beyond the last level.
    public var bandwidth: Double
    public var ramBytes: Int
    /// Nil where models are loaded from a file system.
    public var flashBytes: Int?
    /// Weights that stay inside the accelerator between inferences; what does not fit is streamed each time.
    public var parameterCache: ParameterCache?

    public struct Level: Hashable, Sendable {
        public var bytes: Int
        public var bandwidth: Double
    }

    public struct ParameterCache: Hashable, Sendable {
        public var bytes: Int
        /// GB/s of the link that streams the rest.
        public var bandwidth: Double
    }
}

/// Time that is spent whatever the arithmetic is.
public struct OverheadProfile: Hashable, Sendable {
    public var inferenceMilliseconds: Double
    public var kernelMilliseconds: Double
    /// Moving activations between host and accelerator, where they are apart.
    public var transfer: Transfer?

    public struct Transfer: Hashable, Sendable {
        public var milliseconds: Double
        /// GB/s.
        public var bandwidth: Double
    }
}

/// Energy of one inference.
public struct EnergyProfile: Hashable, Sendable {
    /// What the figure includes, such as "board at the 5 V supply".
    public var boundary: String
    /// Power while an inference runs; energy = power × time.
    public var activeWatts: Double
}

/// What the runtime can execute.
public struct SupportProfile: Hashable, Sendable {
    /// What becomes of each type of activations; types that are not listed are not supported.
    public var types: [TypeRule]
    /// What becomes of single operations; those not listed run.
    public var operations: [OperationRule]
    public var fallback: Fallback?

    public enum Treatment: Hashable, Sendable {
        case native
        /// Stored and computed as another type.
        case converted(DataType)
        case fallback
        case unsupported
    }

    public struct TypeRule: Hashable, Sendable {
        public var dataType: DataType
        public var treatment: Treatment
    }

    public struct OperationRule: Hashable, Sendable {
        public var operation: String
        /// Nil for every type.
        public var dataType: DataType?
        public var treatment: Treatment
    }

    /// The processor that takes over what the accelerator refuses.
    public struct Fallback: Hashable, Sendable {
        public var name: String
        /// Whether everything after the first refused operation runs there too.
        public var takesRest: Bool
        /// Filled in by `DeviceCatalog`; an array only so that a profile may hold another profile.
        public var profile: [DeviceProfile]
    }
}
