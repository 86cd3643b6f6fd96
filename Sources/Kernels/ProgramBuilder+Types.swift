import CKernels

/// Element types a program converts between.
public enum NumberType: Hashable, Sendable {
    case float32, float16, bfloat16, int8, uint8, int16, int32, int64, bool

    /// Bytes of one element.
    public var bytes: Int {
        switch self {
        case .float32, .int32: 4
        case .float16, .bfloat16, .int16: 2
        case .int8, .uint8, .bool: 1
        case .int64: 8
        }
    }

    var code: Int32 {
        let type: sk_type =
            switch self {
            case .float32: SK_FLOAT32
            case .float16: SK_FLOAT16
            case .bfloat16: SK_BFLOAT16
            case .int8: SK_INT8
            case .uint8: SK_UINT8
            case .int16: SK_INT16
            case .int32: SK_INT32
            case .int64: SK_INT64
            case .bool: SK_BOOL
            }
        return Int32(type.rawValue)
    }
}

/// Scales of a whole tensor (one), or along an axis with `inner` elements after each index.
public struct ScaleTable: Hashable, Sendable {
    /// One scale, or one for each index along the axis.
    public var scales: [Float]
    /// As many as `scales`.
    public var zeroPoints: [Int32]
    /// Elements that follow each other under one scale; ignored for one scale.
    public var inner: Int
    /// Scales along an axis with `inner` elements after each index; as many zero points as scales.
    public init(scales: [Float], zeroPoints: [Int32], inner: Int = 1) {
        precondition(
            scales.count == zeroPoints.count && !scales.isEmpty, "ScaleTable: one zero point a scale")
        self.scales = scales
        self.zeroPoints = zeroPoints
        self.inner = inner
    }
}

extension ProgramBuilder {
    /// Element by element; reals to integers truncate and saturate, not-a-number becomes 0.
    public mutating func convert(
        _ x: Buffer, from: NumberType, count: Int, into y: Buffer, to: NumberType
    ) {
        require(x, holds: count, of: from.bytes, in: "convert")
        require(y, holds: count, of: to.bytes, in: "convert")
        var parameters = sk_convert()
        parameters.count = Int64(count)
        parameters.from = from.code
        parameters.to = to.code
        emit("convert", table.convert, a: x, y: y, parameters, work: Double(count))
    }

    /// y = (x − zero) · scale as float32; x holds integers of type `from`.
    public mutating func dequantize(
        _ x: Buffer, from: NumberType = .int8, _ scales: ScaleTable, count: Int, into y: Buffer
    ) {
        require(x, holds: count, of: from.bytes, in: "dequantize")
        require(y, holds: count, of: 4, in: "dequantize")
        var parameters = quantization(scales, count: count)
        parameters.from = from.code
        emit("dequantize", table.dequantize_s8, a: x, y: y, parameters, work: Double(count))
    }

    /// y = saturate(round(x / scale) + zero) as int8 or int16, ties to even; not-a-number becomes the lowest value.
    public mutating func quantize(
        _ x: Buffer, _ scales: ScaleTable, count: Int, into y: Buffer, as type: NumberType = .int8
    ) {
        precondition(type == .int8 || type == .int16, "quantize: to \(type)")
        require(x, holds: count, of: 4, in: "quantize")
        require(y, holds: count, of: type.bytes, in: "quantize")
        var parameters = quantization(scales, count: count)
        parameters.to = type.code
        emit("quantize", table.quantize_s8, a: x, y: y, parameters, work: Double(count))
    }

    /// From one int8 scale to another.
    public mutating func requantize(
        _ x: Buffer, _ xScale: AffineScale, count: Int, into y: Buffer, _ yScale: AffineScale
    ) {
        require(x, holds: count, of: 1, in: "requantize")
        require(y, holds: count, of: 1, in: "requantize")
        var parameters = quantization(
            ScaleTable(scales: [xScale.scale / yScale.scale], zeroPoints: [xScale.zeroPoint]), count: count)
        parameters.y_zero = UnsafePointer(pool.store([yScale.zeroPoint]))
        emit("requantize", table.requantize_s8, a: x, y: y, parameters, work: Double(count))
    }

    private func quantization(_ scales: ScaleTable, count: Int) -> sk_convert {
        precondition(scales.inner > 0, "ScaleTable: an axis needs elements after it")
        var parameters = sk_convert()
        parameters.count = Int64(count)
        parameters.axis = Int64(scales.scales.count)
        parameters.inner = Int64(scales.inner)
        parameters.scale = UnsafePointer(pool.store(scales.scales))
        parameters.zero = UnsafePointer(pool.store(scales.zeroPoints))
        return parameters
    }
}
