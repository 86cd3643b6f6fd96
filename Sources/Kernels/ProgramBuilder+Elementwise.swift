import CKernels

/// Element-wise functions of one float32 number.
public enum UnaryFunction: Hashable, Sendable {
    case relu, relu6, hardSwish, sigmoid, silu, tanh, gelu, geluTanh
    case hardSigmoid(alpha: Float, beta: Float)
    case leakyRelu(slope: Float)
    case clip(lower: Float, upper: Float)
    case absolute, negate, exponential, logarithm, squareRoot, reciprocal, floor, ceiling, round, sign, sine,
        cosine
    case errorFunction, softplus, softsign
    /// +1 for x ≥ 0, −1 below.
    case binarize
    /// Rounds to the int8 grid and back.
    case fakeQuantize(AffineScale)

    /// The bounds, where the function is nothing but a clamp.
    public var clamp: ClosedRange<Float>? {
        switch self {
        case .relu: 0 ... .infinity
        case .relu6: 0...6
        case .clip(let lower, let upper): lower <= upper ? lower...upper : nil
        default: nil
        }
    }
}

/// A function of two operands, element by element.
public enum BinaryFunction: Hashable, Sendable {
    case add, subtract, multiply, divide, minimum, maximum, power
    /// 1 where it holds, else 0.
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual, and, or, exclusiveOr
}

/// An operand that broadcasts: where its elements lie for each axis of the result.
public struct Strided: Sendable {
    /// Where the elements are.
    public var buffer: Buffer
    /// Elements between neighbours along each axis of the result; 0 repeats.
    public var steps: [Int]
    /// The operand in `buffer`, with one step for each axis of the result.
    public init(_ buffer: Buffer, steps: [Int]) {
        self.buffer = buffer
        self.steps = steps
    }
}

extension ProgramBuilder {
    /// y = function(x) for `count` float32 elements; y may be x.
    public mutating func unary(_ function: UnaryFunction, _ x: Buffer, count: Int, into y: Buffer) {
        require(x, holds: count, of: 4, in: "unary")
        require(y, holds: count, of: 4, in: "unary")
        emit(
            "elementwise", table.unary_f32, a: x, y: y, sk_unary(function, count: count),
            work: Double(count) * 4)
    }

    /// y = table[x + 128] on int8; a table that only clamps is not stored.
    public mutating func lookup(_ values: [Int8], _ x: Buffer, count: Int, into y: Buffer) {
        precondition(values.count == 256, "lookup: a table of \(values.count) entries")
        require(x, holds: count, of: 1, in: "lookup")
        require(y, holds: count, of: 1, in: "lookup")
        let clamped = (Int8.min...Int8.max).map { min(max($0, values[0]), values[255]) }
        let parameters = sk_lookup(
            count: Int64(count), table: values == clamped ? nil : UnsafePointer(pool.store(values)),
            least: values[0], most: values[255])
        emit("lookup_int8", table.lookup_s8, a: x, y: y, parameters, work: Double(count))
    }

    /// y = clamp(a ∘ b), float32, broadcasting over `shape`.
    public mutating func binary(
        _ function: BinaryFunction, _ a: Strided, _ b: Strided, shape: [Int],
        clamp: ClosedRange<Float> = -.infinity ... .infinity, into y: Buffer
    ) {
        var parameters = broadcast(function, a, b, shape: shape, into: y, bytes: 4)
        parameters.lower = clamp.lowerBound
        parameters.upper = clamp.upperBound
        emit(
            "binary", table.binary_f32, a: a.buffer, b: b.buffer, y: y, parameters,
            work: shape.reduce(1) { $0 * Double($1) })
    }

    /// The same on int8, each operand and the result with its own scale.
    ///
    /// `lower` and `upper` bound the result in units of its scale, zero point not added.
    public mutating func binary(
        _ function: BinaryFunction, _ a: Strided, _ aScale: AffineScale, _ b: Strided, _ bScale: AffineScale,
        shape: [Int], lower: Float, upper: Float, into y: Buffer, _ yScale: AffineScale
    ) {
        var parameters = broadcast(function, a, b, shape: shape, into: y, bytes: 1)
        switch function {
        case .add, .subtract:
            parameters.a_scale = aScale.scale / yScale.scale
            parameters.b_scale = bScale.scale / yScale.scale
        case .multiply: parameters.a_scale = aScale.scale * bScale.scale / yScale.scale
        case .divide, .minimum, .maximum, .power, .equal, .notEqual, .less, .lessOrEqual, .greater,
            .greaterOrEqual, .and, .or, .exclusiveOr:
            parameters.a_scale = aScale.scale
            parameters.b_scale = bScale.scale
        }
        parameters.y_scale = yScale.scale
        parameters.a_zero = aScale.zeroPoint
        parameters.b_zero = bScale.zeroPoint
        parameters.y_zero = yScale.zeroPoint
        parameters.lower = lower
        parameters.upper = upper
        emit(
            "binary_int8", table.binary_s8, a: a.buffer, b: b.buffer, y: y, parameters,
            work: shape.reduce(1) { $0 * Double($1) })
    }

    /// y[…, c] = x[…, c] · scale[c] + offset[c], float32.
    public mutating func affine(_ x: Buffer, rows: Int, scale: [Float], offset: [Float], into y: Buffer) {
        precondition(scale.count == offset.count, "affine: one offset a scale")
        require(x, holds: rows * scale.count, of: 4, in: "affine")
        require(y, holds: rows * scale.count, of: 4, in: "affine")
        let parameters = sk_affine(
            rows: Int64(rows), channels: Int64(scale.count), scale: UnsafePointer(pool.store(scale)),
            offset: UnsafePointer(pool.store(offset)))
        emit("affine", table.affine_f32, a: x, y: y, parameters, work: Double(rows * scale.count))
    }

    private func broadcast(
        _ function: BinaryFunction, _ a: Strided, _ b: Strided, shape: [Int], into y: Buffer, bytes: Int
    ) -> sk_binary {
        let axes = CollapsedAxes(shape, [a.steps, b.steps])
        precondition(axes.sizes.count <= maximumRank, "binary: too many axes")
        let count = shape.reduce(1, *)
        require(y, holds: count, of: bytes, in: "binary")
        if count > 0 {
            require(a.buffer, holds: axes.reach(0) + 1, of: bytes, in: "binary")
            require(b.buffer, holds: axes.reach(1) + 1, of: bytes, in: "binary")
        }
        var parameters = sk_binary()
        parameters.rank = Int32(axes.sizes.count)
        parameters.kind = function.kind
        parameters.size = eight(axes.sizes)
        parameters.a_step = eight(axes.steps[0])
        parameters.b_step = eight(axes.steps[1])
        return parameters
    }
}

extension BinaryFunction {
    fileprivate var kind: Int32 {
        let kind: sk_binary_kind =
            switch self {
            case .add: SK_ADD
            case .subtract: SK_SUBTRACT
            case .multiply: SK_MULTIPLY
            case .divide: SK_DIVIDE
            case .minimum: SK_MINIMUM
            case .maximum: SK_MAXIMUM
            case .power: SK_POWER
            case .equal: SK_EQUAL
            case .notEqual: SK_NOT_EQUAL
            case .less: SK_LESS
            case .lessOrEqual: SK_LESS_OR_EQUAL
            case .greater: SK_GREATER
            case .greaterOrEqual: SK_GREATER_OR_EQUAL
            case .and: SK_AND
            case .or: SK_OR
            case .exclusiveOr: SK_EXCLUSIVE_OR
            }
        return Int32(kind.rawValue)
    }
}

extension sk_unary {
    init(_ function: UnaryFunction, count: Int) {
        self.init()
        self.count = Int64(count)
        let kind: sk_unary_kind
        switch function {
        case .relu: kind = SK_RELU
        case .relu6: kind = SK_RELU6
        case .hardSwish: kind = SK_HARD_SWISH
        case .sigmoid: kind = SK_SIGMOID
        case .silu: kind = SK_SILU
        case .tanh: kind = SK_TANH
        case .gelu: kind = SK_GELU
        case .geluTanh: kind = SK_GELU_TANH
        case .hardSigmoid(let alpha, let beta):
            kind = SK_HARD_SIGMOID
            (p, q) = (alpha, beta)
        case .leakyRelu(let slope):
            kind = SK_LEAKY_RELU
            p = slope
        case .clip(let lower, let upper):
            kind = SK_CLIP
            (p, q) = (lower, upper)
        case .absolute: kind = SK_ABSOLUTE
        case .negate: kind = SK_NEGATE
        case .exponential: kind = SK_EXPONENTIAL
        case .logarithm: kind = SK_LOGARITHM
        case .squareRoot: kind = SK_SQUARE_ROOT
        case .reciprocal: kind = SK_RECIPROCAL
        case .floor: kind = SK_FLOOR
        case .ceiling: kind = SK_CEILING
        case .round: kind = SK_ROUND
        case .sign: kind = SK_SIGN
        case .sine: kind = SK_SINE
        case .cosine: kind = SK_COSINE
        case .errorFunction: kind = SK_ERROR_FUNCTION
        case .softplus: kind = SK_SOFTPLUS
        case .softsign: kind = SK_SOFTSIGN
        case .binarize: kind = SK_BINARIZE
        case .fakeQuantize(let grid):
            kind = SK_FAKE_QUANTIZE
            scale = grid.scale
            lower = Float(-128 - grid.zeroPoint)
            upper = Float(127 - grid.zeroPoint)
        }
        self.kind = Int32(kind.rawValue)
    }
}
