import Numerics

/// One kernel timed on the device itself.
public struct KernelTime: Hashable, Sendable {
    /// What the kernel does.
    public let work: Workload
    /// Its time, in milliseconds.
    public let milliseconds: Double

    /// A kernel with its time, in milliseconds.
    public init(_ work: Workload, milliseconds: Double) {
        self.work = work
        self.milliseconds = milliseconds
    }
}

/// Times of single kernels, reused in every network that has them.
///
/// A kernel of the very same work, types and shapes costs what it was timed at; the cost model prices all others.
public struct KernelTimes: Hashable, Sendable {
    private let milliseconds: [Workload: Double]

    /// Repeats of one kernel become their median.
    public init(_ times: [KernelTime]) {
        var all: [Workload: [Double]] = [:]
        for time in times { all[time.work, default: []].append(time.milliseconds) }
        milliseconds = all.compactMapValues { $0.median }
    }

    subscript(work: Workload) -> Double? { milliseconds[work] }
}
