/// How integers stand for real numbers: real = scale · (integer − zeroPoint).
public struct Quantization: Hashable, Sendable {
    /// One scale for the whole tensor, or one for each index along `axis`.
    public let scales: [Float]
    /// As many as `scales`; 0 for weights.
    public let zeroPoints: [Int32]
    /// The axis the scales run along; nil for one scale per tensor.
    public let axis: Int?

    /// One scale for the whole tensor.
    public init(scale: Float, zeroPoint: Int32 = 0) {
        scales = [scale]
        zeroPoints = [zeroPoint]
        axis = nil
    }

    /// Symmetric scales along one axis, as weights have them.
    public init(scales: [Float], axis: Int) {
        self.init(scales: scales, zeroPoints: [Int32](repeating: 0, count: scales.count), axis: axis)
    }

    /// One scale and zero point for each index along `axis`, or a single one where `axis` is nil.
    public init(scales: [Float], zeroPoints: [Int32], axis: Int?) {
        precondition(
            !scales.isEmpty && scales.count == zeroPoints.count, "Quantization: one zero point a scale")
        self.scales = scales
        self.zeroPoints = zeroPoints
        self.axis = axis
    }

    /// The scale of the tensor; the first where there are several.
    public var scale: Float { scales[0] }
    /// The zero point of the tensor; the first where there are several.
    public var zeroPoint: Int32 { zeroPoints[0] }
}

/// The type of one value of a graph.
public struct ValueType: Hashable, Sendable {
    /// The extents; activations are NHWC.
    public var shape: Shape
    /// The element type.
    public var dataType: DataType
    /// Present exactly where integers stand for real numbers.
    public var quantization: Quantization?

    /// The type of a tensor; `quantization` says what integers stand for.
    public init(_ shape: Shape, _ dataType: DataType = .float32, quantization: Quantization? = nil) {
        self.shape = shape
        self.dataType = dataType
        self.quantization = quantization
    }

    /// Bytes of the value stored densely.
    public var bytes: Int {
        dataType == .binary ? Tensor.packedBytes(shape) : dataType.bytes(for: shape.elementCount)
    }
}
