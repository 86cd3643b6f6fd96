import CKernels

/// How integers relate to reals: real = scale · (integer − zero point).
public struct AffineScale: Hashable, Sendable {
    /// The real number that one integer step stands for.
    public var scale: Float
    /// The integer that stands for 0.
    public var zeroPoint: Int32
    /// The map with this scale and zero point.
    public init(_ scale: Float, _ zeroPoint: Int32) {
        self.scale = scale
        self.zeroPoint = zeroPoint
    }
}

extension ProgramBuilder {
    /// Average or maximum over windows of float32; padding is never a maximum, and counts in averages only on request.
    public mutating func pool(
        _ x: Buffer, _ shape: WindowShape, isAverage: Bool, countsPadding: Bool, into y: Buffer
    ) {
        let parameters = poolParameters(x, shape, isAverage, countsPadding, into: y, bytes: 4)
        emit(
            isAverage ? "average_pool" : "max_pool", table.pool_f32, a: x, y: y, parameters,
            work: shape.windowWork)
    }

    /// The same on int8; a maximum keeps its input's scale, and so does an average that rounds integers away from zero.
    public mutating func pool(
        _ x: Buffer, _ xScale: AffineScale, _ shape: WindowShape, isAverage: Bool, countsPadding: Bool,
        roundsAwayFromZero: Bool = false, into y: Buffer, _ yScale: AffineScale
    ) {
        var parameters = poolParameters(x, shape, isAverage, countsPadding, into: y, bytes: 1)
        precondition(
            isAverage && !roundsAwayFromZero || xScale == yScale, "pool: must keep its input's scale")
        parameters.rounds_away = roundsAwayFromZero
        parameters.scale = xScale.scale / yScale.scale
        parameters.x_zero = xScale.zeroPoint
        parameters.y_zero = yScale.zeroPoint
        emit(
            isAverage ? "average_pool_int8" : "max_pool_int8", table.pool_s8, a: x, y: y, parameters,
            work: shape.windowWork)
    }

    private func poolParameters(
        _ x: Buffer, _ shape: WindowShape, _ isAverage: Bool, _ countsPadding: Bool, into y: Buffer,
        bytes: Int
    ) -> sk_pool {
        precondition(
            shape.isValid && shape.inputChannels == shape.outputChannels, "pool: windows leave the input")
        require(x, holds: shape.inputCount, of: bytes, in: "pool")
        require(y, holds: shape.outputCount, of: bytes, in: "pool")
        var parameters = sk_pool()
        parameters.images = Int32(shape.images)
        parameters.in_height = Int32(shape.inputHeight)
        parameters.in_width = Int32(shape.inputWidth)
        parameters.out_height = Int32(shape.outputHeight)
        parameters.out_width = Int32(shape.outputWidth)
        parameters.channels = Int32(shape.inputChannels)
        parameters.kernel_height = Int32(shape.kernelHeight)
        parameters.kernel_width = Int32(shape.kernelWidth)
        parameters.stride_y = Int32(shape.strideY)
        parameters.stride_x = Int32(shape.strideX)
        parameters.dilation_y = Int32(shape.dilationY)
        parameters.dilation_x = Int32(shape.dilationX)
        parameters.top = Int32(shape.top)
        parameters.left = Int32(shape.left)
        parameters.padded_height = Int32(shape.paddedHeight)
        parameters.padded_width = Int32(shape.paddedWidth)
        parameters.average = isAverage
        parameters.counts_padding = countsPadding
        return parameters
    }
}

extension WindowShape {
    fileprivate var windowWork: Double { Double(outputCount) * Double(kernelHeight * kernelWidth) }
}
