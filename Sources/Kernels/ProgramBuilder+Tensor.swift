import CKernels

/// How the elements along an axis become one.
public enum ReduceFunction: Hashable, Sendable { case mean, sum, maximum, minimum, product }

/// The three loops around one axis: everything before it, the axis, everything after it.
public struct AxisLoops: Hashable, Sendable {
    public var outer, axis, inner: Int
    /// Loops around an axis of `axis` elements: `outer` · `axis` · `inner` elements in all.
    public init(outer: Int, axis: Int, inner: Int) {
        self.outer = outer
        self.axis = axis
        self.inner = inner
    }
    var count: Int { outer * axis * inner }
}

extension ProgramBuilder {
    /// y = eˣ / Σ eˣ along the axis, float32; the maximum is subtracted first.
    public mutating func softmax(_ x: Buffer, _ loops: AxisLoops, into y: Buffer) {
        require(x, holds: loops.count, of: 4, in: "softmax")
        require(y, holds: loops.count, of: 4, in: "softmax")
        emit("softmax", table.softmax_f32, a: x, y: y, sk_softmax(loops), work: Double(loops.count) * 16)
    }

    /// Softmax of int8 values with these scales, computed in float32 and rounded to the scale of y.
    public mutating func softmax(
        _ x: Buffer, _ xScale: AffineScale, _ loops: AxisLoops, into y: Buffer, _ yScale: AffineScale
    ) {
        require(x, holds: loops.count, of: 1, in: "softmax")
        require(y, holds: loops.count, of: 1, in: "softmax")
        var parameters = sk_softmax(loops)
        parameters.x_scale = xScale.scale
        parameters.x_zero = xScale.zeroPoint
        parameters.y_scale = yScale.scale
        parameters.y_zero = yScale.zeroPoint
        emit("softmax_int8", table.softmax_s8, a: x, y: y, parameters, work: Double(loops.count) * 32)
    }

    /// x / (bias + alpha / size · Σ x²)^beta over `size` neighbouring channels.
    public mutating func localResponseNormalization(
        _ x: Buffer, rows: Int, channels: Int, size: Int, alpha: Float, beta: Float, bias: Float,
        into y: Buffer
    ) {
        precondition(size > 0 && size < 1 << 31, "local response normalisation: a window of \(size)")
        require(x, holds: rows * channels, of: 4, in: "local response normalisation")
        require(y, holds: rows * channels, of: 4, in: "local response normalisation")
        let parameters = sk_lrn(
            rows: Int64(rows), channels: Int64(channels), size: Int32(size), alpha: alpha, beta: beta,
            bias: bias)
        emit("lrn", table.lrn_f32, a: x, y: y, parameters, work: Double(rows * channels) * 32)
    }

    /// One [m, k]·[k, n] product for each pair of offsets (in elements), float32.
    public mutating func product(
        _ a: Buffer, offsets aOffsets: [Int], _ b: Buffer, offsets bOffsets: [Int], m: Int, k: Int, n: Int,
        into y: Buffer
    ) {
        precondition(aOffsets.count == bOffsets.count, "product: one pair of offsets a product")
        require(a, holds: (aOffsets.max() ?? 0) + m * k, of: 4, in: "product")
        require(b, holds: (bOffsets.max() ?? 0) + k * n, of: 4, in: "product")
        require(y, holds: aOffsets.count * m * n, of: 4, in: "product")
        let parameters = sk_product(
            products: Int64(aOffsets.count), m: Int64(m), k: Int64(k), n: Int64(n),
            a_offset: UnsafePointer(pool.store(aOffsets.map(Int64.init))),
            b_offset: UnsafePointer(pool.store(bOffsets.map(Int64.init))))
        emit(
            "product", table.product_f32, a: a, b: b, y: y, parameters,
            work: Double(aOffsets.count * m) * Double(k * n), pace: .floats)
    }

    /// Mean, sum or extremum over some axes, float32.
    public mutating func reduce(
        _ function: ReduceFunction, _ x: Buffer, kept: CollapsedAxes, reduced: CollapsedAxes, into y: Buffer
    ) {
        let parameters = reduceParameters(function, x, kept, reduced, into: y, bytes: 4)
        emit("reduce", table.reduce_f32, a: x, y: y, parameters, work: kept.work * reduced.work * 4)
    }

    /// The same on int8.
    public mutating func reduce(
        _ function: ReduceFunction, _ x: Buffer, _ xScale: AffineScale, kept: CollapsedAxes,
        reduced: CollapsedAxes,
        into y: Buffer, _ yScale: AffineScale
    ) {
        var parameters = reduceParameters(function, x, kept, reduced, into: y, bytes: 1)
        parameters.scale = xScale.scale / yScale.scale
        parameters.x_zero = xScale.zeroPoint
        parameters.y_zero = yScale.zeroPoint
        emit("reduce_int8", table.reduce_s8, a: x, y: y, parameters, work: kept.work * reduced.work * 4)
    }

    private func reduceParameters(
        _ function: ReduceFunction, _ x: Buffer, _ kept: CollapsedAxes, _ reduced: CollapsedAxes,
        into y: Buffer,
        bytes: Int
    ) -> sk_reduce {
        require(y, holds: kept.sizes.reduce(1, *), of: bytes, in: "reduce")
        if kept.work > 0, reduced.work > 0 {
            require(x, holds: kept.reach(0) + reduced.reach(0) + 1, of: bytes, in: "reduce")
        }
        var parameters = sk_reduce()
        let kind: sk_reduce_kind =
            switch function {
            case .mean: SK_MEAN
            case .sum: SK_SUM
            case .maximum: SK_REDUCE_MAXIMUM
            case .minimum: SK_REDUCE_MINIMUM
            case .product: SK_PRODUCT
            }
        parameters.kind = Int32(kind.rawValue)
        parameters.kept = sk_axes(kept)
        parameters.reduced = sk_axes(reduced)
        return parameters
    }
}

extension CollapsedAxes {
    fileprivate var work: Double { sizes.reduce(1) { $0 * Double($1) } }
}

extension sk_softmax {
    fileprivate init(_ loops: AxisLoops) {
        self.init()
        outer = Int64(loops.outer)
        axis = Int64(loops.axis)
        inner = Int64(loops.inner)
    }
}
