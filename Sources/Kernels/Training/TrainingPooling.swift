import CKernels

/// Pooling and its gradient for one geometry (`groups` and `outChannels` are not read).
public struct TrainingPooling: Sendable {
    private let geometry: ConvolutionGeometry
    private let kernels: TrainingKernels

    /// Pooling over the windows of `geometry`.
    public init(_ geometry: ConvolutionGeometry, kernels: TrainingKernels) {
        self.geometry = geometry
        self.kernels = kernels
    }

    private var outputs: Int { geometry.batch * geometry.outHeight * geometry.outWidth * geometry.channels }

    private func check(_ x: FloatBlock, _ y: FloatBlock) {
        precondition(
            x.count == geometry.batch * geometry.inputCount && y.count == outputs,
            "TrainingPooling: blocks do not fit the geometry")
    }

    /// y = the largest of each window; `chosen` (as many floats) remembers which, for the gradient.
    public func maximum(_ x: FloatBlock, into y: FloatBlock, chosen: FloatBlock) {
        check(x, y)
        var window = geometry.window
        chosen.withIntegers {
            kernels.table.pointee.max_pool(&window, Int64(geometry.batch), x.base, y.base, $0)
        }
    }

    /// dx += the gradient that each winner receives.
    public func maximumBackward(_ dy: FloatBlock, chosen: FloatBlock, into dx: FloatBlock) {
        check(dx, dy)
        var window = geometry.window
        chosen.withIntegers {
            kernels.table.pointee.max_pool_backward(&window, Int64(geometry.batch), $0, dy.base, dx.base)
        }
    }

    /// y = the mean of each window; `countsPadding` divides by the whole window at the edges too.
    public func average(_ x: FloatBlock, countsPadding: Bool, into y: FloatBlock) {
        check(x, y)
        var window = geometry.window
        kernels.table.pointee.average_pool(
            &window, Int64(geometry.batch), countsPadding ? 1 : 0, x.base, y.base)
    }

    /// dx += each element's share of its windows' gradients.
    public func averageBackward(_ dy: FloatBlock, countsPadding: Bool, into dx: FloatBlock) {
        check(dx, dy)
        var window = geometry.window
        kernels.table.pointee.average_pool_backward(
            &window, Int64(geometry.batch), countsPadding ? 1 : 0, dy.base, dx.base)
    }
}

extension FloatBlock {
    /// The same memory seen as 32-bit integers.
    fileprivate func withIntegers(_ body: (UnsafeMutablePointer<Int32>) -> Void) {
        // SAFETY: Float and Int32 have one size and alignment; the memory is trivially typed.
        base.withMemoryRebound(to: Int32.self, capacity: count, body)
    }
}
