import CKernels

/// A non-linear function with a derivative almost everywhere.
public enum TrainingActivation: Hashable, Sendable {
    case hardSwish, sigmoid, silu, tanh, gelu, approximateGelu
    case hardSigmoid(alpha: Float, beta: Float)
    case leakyRelu(slope: Float)
    case clamp(lower: Float, upper: Float)

    fileprivate var code: (kind: TrainActivation, alpha: Float, beta: Float) {
        switch self {
        case .hardSwish: (TRAIN_HARD_SWISH, 0, 0)
        case .sigmoid: (TRAIN_SIGMOID, 0, 0)
        case .silu: (TRAIN_SILU, 0, 0)
        case .tanh: (TRAIN_TANH, 0, 0)
        case .gelu: (TRAIN_GELU, 0, 0)
        case .approximateGelu: (TRAIN_GELU_TANH, 0, 0)
        case .hardSigmoid(let alpha, let beta): (TRAIN_HARD_SIGMOID, alpha, beta)
        case .leakyRelu(let slope): (TRAIN_LEAKY_RELU, slope, 0)
        case .clamp(let lower, let upper): (TRAIN_CLAMP, lower, upper)
        }
    }
}

extension TrainingKernels {
    /// y = activation(x).
    public func apply(_ activation: TrainingActivation, to x: FloatBlock, into y: FloatBlock) {
        precondition(x.count == y.count, "apply: \(x.count) values into \(y.count)")
        let (kind, alpha, beta) = activation.code
        table.pointee.activate(kind, alpha, beta, Int64(x.count), x.base, y.base)
    }

    /// dx (+)= dy · activation′(x); dx may be dy.
    public func applyBackward(
        _ activation: TrainingActivation, at x: FloatBlock, _ dy: FloatBlock, into dx: FloatBlock,
        accumulating: Bool
    ) {
        precondition(x.count == dy.count && x.count == dx.count, "applyBackward: sizes differ")
        let (kind, alpha, beta) = activation.code
        table.pointee.activate_backward(
            kind, alpha, beta, Int64(x.count), x.base, dy.base, accumulating ? 1 : 0, dx.base)
    }

    /// y = a + b.
    public func add(_ a: FloatBlock, _ b: FloatBlock, into y: FloatBlock) {
        precondition(a.count == y.count && b.count == y.count, "add: sizes differ")
        table.pointee.add(Int64(y.count), a.base, b.base, y.base)
    }

    /// y (+)= factor · x.
    public func scale(_ x: FloatBlock, by factor: Float, into y: FloatBlock, accumulating: Bool) {
        precondition(x.count == y.count, "scale: \(x.count) values into \(y.count)")
        table.pointee.scale(Int64(x.count), x.base, factor, accumulating ? 1 : 0, y.base)
    }

    /// sums[c] += Σ over rows of x[row, c].
    public func addColumnSums(_ x: FloatBlock, into sums: FloatBlock) {
        precondition(sums.count > 0 && x.count % sums.count == 0, "addColumnSums: ragged rows")
        table.pointee.column_sums(Int64(x.count / sums.count), Int32(sums.count), x.base, sums.base)
    }
}
