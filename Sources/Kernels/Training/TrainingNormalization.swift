import CKernels

extension TrainingKernels {
    /// Mean and biased variance of each column of x, which has rows of `mean.count` values.
    public func moments(_ x: FloatBlock, mean: FloatBlock, variance: FloatBlock) {
        let channels = mean.count
        precondition(
            channels > 0 && variance.count == channels && x.count % channels == 0 && x.count > 0,
            "moments: ragged rows")
        table.pointee.moments(Int64(x.count / channels), Int32(channels), x.base, mean.base, variance.base)
    }

    /// y = clamp(scale · x + offset + residual).
    public func normalize(
        _ x: FloatBlock, scale: FloatBlock, offset: FloatBlock, residual: FloatBlock?, clamp: Clamp,
        into y: FloatBlock
    ) {
        precondition(
            scale.count == offset.count && x.count % scale.count == 0 && x.count == y.count
                && (residual?.count ?? x.count) == x.count, "normalize: sizes differ")
        table.pointee.normalize(
            Int64(x.count / scale.count), Int32(scale.count), x.base, scale.base, offset.base, residual?.base,
            clamp.lower, clamp.upper, y.base)
    }
}

/// The limits of a clamp: ReLU is 0…∞, ReLU6 0…6, none −∞…∞.
public struct Clamp: Hashable, Sendable {
    public var lower, upper: Float
    /// Limits that let everything pass unless stated otherwise.
    public init(lower: Float = -.infinity, upper: Float = .infinity) {
        self.lower = lower
        self.upper = upper
    }
}

/// What the gradient of a batch normalisation reads: its input, its output where a residual was added, the gradient of
/// the output and the affine map it applied.
public struct NormalizationGradient {
    /// Input of the normalisation: rows of `scale.count` values.
    public var x: FloatBlock
    /// Its output, where a residual was added before the clamp; else nil, and the output is computed again.
    public var y: FloatBlock?
    /// Gradient of the output.
    public var dy: FloatBlock
    public var scale, offset: FloatBlock
    /// The clamp that the output went through.
    public var clamp: Clamp
    /// The operands of one layer; sizes that differ are a precondition failure.
    public init(
        x: FloatBlock, y: FloatBlock?, dy: FloatBlock, scale: FloatBlock, offset: FloatBlock, clamp: Clamp
    ) {
        precondition(
            x.count == dy.count && (y?.count ?? x.count) == x.count && scale.count == offset.count
                && scale.count > 0 && x.count % scale.count == 0, "NormalizationGradient: sizes differ")
        self.x = x
        self.y = y
        self.dy = dy
        self.scale = scale
        self.offset = offset
        self.clamp = clamp
    }

    private var rows: Int64 { Int64(x.count / scale.count) }
    private var channels: Int32 { Int32(scale.count) }

    /// sums = Σ g and products = Σ g · (x − mean) by column, g being dy where the clamp let values pass.
    public func sums(
        about mean: FloatBlock, into sums: FloatBlock, products: FloatBlock, kernels: TrainingKernels
    ) {
        precondition(
            [mean.count, sums.count, products.count].allSatisfy { $0 == scale.count },
            "NormalizationGradient: sizes differ")
        kernels.table.pointee.normalize_sums(
            rows, channels, x.base, y?.base, dy.base, scale.base, offset.base, mean.base, clamp.lower,
            clamp.upper,
            sums.base, products.base)
    }

    /// dx (+)= scale · g + slope · x + shift, and the residual's gradient (+)= g; `dx` may be `dy`.
    public func backward(
        slope: FloatBlock, shift: FloatBlock, into dx: FloatBlock, accumulating: Bool,
        residual: (gradient: FloatBlock, accumulating: Bool)?, kernels: TrainingKernels
    ) {
        precondition(
            dx.count == x.count && slope.count == scale.count && shift.count == scale.count
                && (residual?.gradient.count ?? x.count) == x.count, "NormalizationGradient: sizes differ")
        kernels.table.pointee.normalize_backward(
            rows, channels, x.base, y?.base, dy.base, scale.base, offset.base, slope.base, shift.base,
            clamp.lower,
            clamp.upper, accumulating ? 1 : 0, dx.base, residual?.gradient.base,
            residual.map { $0.accumulating ? 1 : 0 } ?? 0)
    }
}
