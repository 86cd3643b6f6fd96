import CKernels

extension ProgramBuilder {
    mutating func depthwise(
        _ x: Buffer, _ shape: WindowShape, weights: [Float], bias: [Float], clamp: ClosedRange<Float>, into y: Buffer
    ) {
        var parameters = sk_depthwise(shape)
        parameters.weights = UnsafeRawPointer(pool.store(shape.channelsLast(weights)))
        parameters.bias = UnsafeRawPointer(
            pool.store(bias.isEmpty ? [Float](repeating: 0, count: shape.outputChannels) : bias))
        parameters.lower = clamp.lowerBound
        parameters.upper = clamp.upperBound
        emit("depthwise", table.depthwise_f32, a: x, y: y, parameters, work: shape.work)
    }

    mutating func depthwise(
        _ x: Buffer, zeroPoint: Int32, _ shape: WindowShape, weights: [Int8], bias: [Int32],
        epilogue: IntegerEpilogue, into y: Buffer
    ) {
        var parameters = sk_depthwise(shape)
        parameters.weights = UnsafeRawPointer(pool.store(shape.channelsLast(weights.map(Int16.init))))
        parameters.bias = UnsafeRawPointer(
            pool.store(bias.isEmpty ? [Int32](repeating: 0, count: shape.outputChannels) : bias))
        parameters.scale = UnsafePointer(pool.store(epilogue.factors))
        parameters.lower = epilogue.lower
        parameters.upper = epilogue.upper
        parameters.zero_point = epilogue.zeroPoint
        parameters.x_zero = zeroPoint
        emit("depthwise_int8", table.depthwise_s8, a: x, y: y, parameters, work: shape.work)
    }
}

extension WindowShape {
    /// [channels, taps] as [taps, channels].
    fileprivate func channelsLast<Element>(_ weights: [Element]) -> [Element] {
        let taps = kernelHeight * kernelWidth
        return (0..<taps * outputChannels).map { index in
            weights[index % outputChannels * taps + index / outputChannels]
        }
    }
}

extension sk_depthwise {
    fileprivate init(_ shape: WindowShape) {
        self.init()
        images = Int32(shape.images)
        in_height = Int32(shape.inputHeight)
        in_width = Int32(shape.inputWidth)
        out_height = Int32(shape.outputHeight)
        out_width = Int32(shape.outputWidth)
        channels = Int32(shape.outputChannels)
        kernel_height = Int32(shape.kernelHeight)
        kernel_width = Int32(shape.kernelWidth)
        stride_y = Int32(shape.strideY)
        stride_x = Int32(shape.strideX)
        dilation_y = Int32(shape.dilationY)
        dilation_x = Int32(shape.dilationX)
        top = Int32(shape.top)
        left = Int32(shape.left)
    }
}
