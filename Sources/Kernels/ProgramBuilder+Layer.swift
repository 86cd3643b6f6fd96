extension ProgramBuilder {
    /// y = clamp(x ∗ weights + bias + residual), float32, by the kernel of the set that is fastest for the layer.
    ///
    /// - Parameters:
    ///   - weights: [outputs, kernelHeight, kernelWidth, inputs / groups].
    ///   - areBFloat16: whether the weights are bfloat16 numbers, which sets with such products multiply by inputs
    ///     rounded alike.
    ///   - bias: one an output, or empty.
    ///   - residual: laid out as y.
    public mutating func layer(
        _ x: Buffer, _ shape: WindowShape, weights: [Float], areBFloat16: Bool = false, bias: [Float],
        residual: Buffer? = nil, clamp: ClosedRange<Float> = -.infinity ... .infinity, into y: Buffer
    ) {
        if let residual, shape.isDepthwise {
            convolution(x, shape, weights: weights, bias: bias, into: y)
            add(residual, to: y, count: shape.outputCount, clamp: clamp)
        } else if kernels.skipsZeros(shape, nonZeros: weights.count { $0 != 0 }) {
            sparseConvolution(
                x, shape, weights: weights, bias: bias, residual: residual, clamp: clamp, into: y)
        } else if areBFloat16, kernels.multipliesBFloat16(shape) {
            bfloat16Convolution(
                x, shape, weights: weights, bias: bias, residual: residual, clamp: clamp, into: y)
        } else {
            convolution(x, shape, weights: weights, bias: bias, residual: residual, clamp: clamp, into: y)
        }
    }

    /// y = clamp(y + x).
    private mutating func add(_ x: Buffer, to y: Buffer, count: Int, clamp: ClosedRange<Float>) {
        binary(.add, Strided(y, steps: [1]), Strided(x, steps: [1]), shape: [count], clamp: clamp, into: y)
    }
}

extension KernelSet {
    /// Whether a layer with bfloat16 weights has a kernel that multiplies such numbers; else its weights are widened.
    fileprivate func multipliesBFloat16(_ shape: WindowShape) -> Bool {
        multipliesBFloat16 && shape.groups == 1 && shape.fitsPairs
    }
}
