/// The parts of a latency that calibration may scale one by one.
///
/// The first nine are the families of work; the raw values index the lanes of `KernelCosts.terms`.
public enum CostTerm: Int, Hashable, Sendable, CaseIterable {
    case convolution, pointwise, depthwise, grouped, dense, pooling, elementwise, movement, other
    /// Starting a kernel that does not multiply.
    case kernels
    /// What each inference costs whatever the model is.
    case inference
    /// Activations between host and accelerator.
    case transfer
    /// Parameters that do not fit on the accelerator.
    case streaming
    /// Kernels that the host runs because the accelerator cannot.
    case fallback
    /// Starting a kernel that multiplies: runtimes choose an algorithm and arrange data for each of these.
    case multiplyingKernels

    /// Name in tables of factors: that of the case.
    public var name: String { String(describing: self) }

    /// The start of a kernel with this work.
    init(startOf work: Workload) { self = work.macs > 0 ? .multiplyingKernels : .kernels }

    /// The term of kernels of this family.
    public init(_ family: WorkFamily) {
        self =
            switch family {
            case .convolution: .convolution
            case .pointwise: .pointwise
            case .depthwise: .depthwise
            case .grouped: .grouped
            case .dense: .dense
            case .pooling: .pooling
            case .elementwise: .elementwise
            case .movement: .movement
            case .other: .other
            }
    }
}

/// What the kernels of a piece of a graph cost together; pieces add up.
public struct KernelCosts: Hashable, Sendable {
    /// Milliseconds by `CostTerm` before calibration.
    public var terms = SIMD16<Double>(repeating: 0)
    /// Weights as the runtime stores them.
    public var weightBytes = 0
    /// Weights that kernels on the device read.
    public var deviceWeightBytes = 0
    /// What the model file spends on describing tensors and operations.
    public var structureBytes = 0
    /// Kernels that run.
    public var kernelCount = 0
    /// Multiply-accumulates that run.
    public var macs = 0

    /// The cost of both pieces together.
    public static func + (a: KernelCosts, b: KernelCosts) -> KernelCosts {
        var sum = a
        sum += b
        return sum
    }

    /// Adds the cost of another piece.
    public static func += (sum: inout KernelCosts, other: KernelCosts) {
        sum.terms += other.terms
        sum.weightBytes &+= other.weightBytes
        sum.deviceWeightBytes &+= other.deviceWeightBytes
        sum.structureBytes &+= other.structureBytes
        sum.kernelCount &+= other.kernelCount
        sum.macs &+= other.macs
    }

    subscript(term: CostTerm) -> Double {
        get { terms[term.rawValue] }
        set { terms[term.rawValue] = newValue }
    }

    /// Milliseconds of kernels that were timed one by one; the lane of `terms` that no term has.
    var timedMilliseconds: Double {
        get { terms[KernelCosts.timedLane] }
        set { terms[KernelCosts.timedLane] = newValue }
    }

    static let timedLane = CostTerm.allCases.count
}
