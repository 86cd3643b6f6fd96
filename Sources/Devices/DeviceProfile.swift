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
    /// The name that jobs use: lower-case letters, digits and hyphens.
    public var name: String
    /// The name that people read.
    public var title: String
    /// The family of hardware.
    public var kind: DeviceKind
    /// The software that runs the model.
    public var runtime: RuntimeProfile
    /// Speed of the arithmetic.
    public var compute: ComputeProfile
    /// Bandwidths, capacities and limits.
    public var memory: MemoryProfile
    /// Time that is spent whatever the arithmetic is.
    public var overheads: OverheadProfile
    /// The types and operations that can run.
    public var support: SupportProfile
    /// Power while it runs; nil where none is known, and then no energy is predicted.
    public var energy: EnergyProfile?
    /// Where the figures come from.
    public var sources: [Source]
    /// How far measured latencies lie from the estimate, as the standard deviation of their logarithm.
    public var estimateLogSD: Double
    /// What other devices of the class and runtime teach; nil where nothing was learned from any.
    public var population: FactorPopulation?
    /// What measurements taught; nil for a profile straight from data sheets.
    public var calibration: Calibration?

    /// Where a figure, or a section of figures, comes from.
    public struct Source: Hashable, Sendable {
        /// Path of the field or section, such as `memory.bandwidth_gbps`.
        public var field: String
        /// A document, an address or a remark.
        public var text: String
    }

    /// How prices of this profile are obtained: estimated, or calibrated by measurements.
    public var provenance: Provenance { calibration == nil ? .estimated : .calibrated }
}

/// The file format that a runtime loads.
public enum ModelFormat: String, Hashable, Sendable, CaseIterable { case tflite, onnx, swiftlet }

/// The software that runs the model.
public struct RuntimeProfile: Hashable, Sendable {
    /// Name of the software.
    public var name: String
    /// Its version, free text.
    public var version: String
    /// The file format it loads.
    public var format: ModelFormat
    /// What a quantised model's caller hands over and gets: integers where the accelerator would leave the conversion to its
    /// host.
    public var interface: ModelInterface
    /// What it does to a graph first.
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
    /// Clock of the compute units.
    public var clockMHz: Double
    /// Multiply-accumulates a cycle of all units together at full use, by data type.
    public var macsPerCycle: [Rate<DataType>]
    /// The share of that peak each family of kernels reaches once `utilisation` is accounted for.
    public var efficiency: [Rate<Work>]
    /// Threads that one inference uses.
    public var threads: Int
    /// The speed-up from one thread to `threads`.
    public var threadScaling: Double
    /// How much of the peak the shape of a kernel can reach.
    public var utilisation: Utilisation

    /// A kind of work in one data type.
    public struct Work: Hashable, Sendable {
        /// The kind of work.
        public var family: WorkFamily
        /// The type of its activations.
        public var dataType: DataType
        /// Work of this family in this data type.
        public init(_ family: WorkFamily, _ dataType: DataType) {
            self.family = family
            self.dataType = dataType
        }
    }
}

/// One entry of a small table kept in the order of the file.
public struct Rate<Key: Hashable & Sendable>: Hashable, Sendable {
    /// What the figure holds for.
    public var key: Key
    /// The figure; its unit stands at the table.
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
    /// Memory for a running model, in bytes.
    public var ramBytes: Int
    /// Nil where models are loaded from a file system.
    public var flashBytes: Int?
    /// Weights that stay inside the accelerator between inferences; what does not fit is streamed each time.
    public var parameterCache: ParameterCache?

    /// One level of the memory hierarchy.
    public struct Level: Hashable, Sendable {
        /// Capacity.
        public var bytes: Int
        /// GB/s (10⁹ bytes a second).
        public var bandwidth: Double
    }

    /// Memory for weights inside the accelerator.
    public struct ParameterCache: Hashable, Sendable {
        /// Capacity.
        public var bytes: Int
        /// GB/s of the link that streams the rest.
        public var bandwidth: Double
    }
}

/// Time that is spent whatever the arithmetic is.
public struct OverheadProfile: Hashable, Sendable {
    /// Once for each inference.
    public var inferenceMilliseconds: Double
    /// Once for each kernel.
    public var kernelMilliseconds: Double
    /// Moving activations between host and accelerator, where they are apart.
    public var transfer: Transfer?

    /// The cost of moving activations.
    public struct Transfer: Hashable, Sendable {
        /// Once for each transfer.
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
    /// What becomes of int8 layers whose weights have a scale for each output channel.
    public var channelScales = Treatment.native
    /// The processor that takes over; nil where there is none.
    public var fallback: Fallback?

    /// What becomes of a kernel.
    public enum Treatment: Hashable, Sendable {
        case native
        /// Stored and computed as another type.
        case converted(DataType)
        case fallback
        case unsupported
    }

    /// The treatment of one data type.
    public struct TypeRule: Hashable, Sendable {
        /// The type of the activations.
        public var dataType: DataType
        /// What becomes of kernels in it.
        public var treatment: Treatment
    }

    /// The treatment of one operation.
    public struct OperationRule: Hashable, Sendable {
        /// Name as in `Workload.operation`.
        public var operation: String
        /// Nil for every type.
        public var dataType: DataType?
        /// What becomes of it.
        public var treatment: Treatment
    }

    /// The processor that takes over what the accelerator refuses.
    public struct Fallback: Hashable, Sendable {
        /// Name of its profile.
        public var name: String
        /// Whether everything after the first refused operation runs there too.
        public var takesRest: Bool
        /// Filled in by `DeviceCatalog`; an array only so that a profile may hold another profile.
        public var profile: [DeviceProfile]
    }
}
