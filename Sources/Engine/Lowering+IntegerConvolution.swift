import Kernels
import ModelGraph

extension Lowering {
    /// A layer on int8, with its residual and clamp; false where types or constants do not allow that.
    mutating func lowerIntegerLayer(_ kernel: FusedKernel) throws(PlanError) -> Bool {
        if case .transposedConvolution(let convolution) = graph.nodes[kernel.anchor].operation {
            return try lowerIntegerTransposed(kernel, convolution)
        }
        return try lowerIntegerConvolution(kernel)
    }

    /// A convolution or dense layer on int8, with its residual and clamp; false where types or constants do not allow that.
    private mutating func lowerIntegerConvolution(_ kernel: FusedKernel) throws(PlanError) -> Bool {
        let node = graph.nodes[kernel.anchor]
        guard let shape = try windowShape(of: node),
            case .int8(let xScale)? = StoredValue.Storage(graph[node.inputs[0]].type),
            let weights = try integerWeights(node, outputs: shape.outputChannels),
            let epilogue = epilogue(of: kernel, xScale, weights.scales, isDepthwise: shape.isDepthwise),
            let bias = try integerBias(node, weights.scales.map { xScale.scale * $0 })
        else { return false }
        let x = try slot(of: node.inputs[0], for: node.name)
        var residual: StoredValue?
        if let value = kernel.residual { residual = try slot(of: value, for: node.name) }
        let reusable = residual.map { $0.buffer != x.buffer ? [$0] : [] } ?? []
        let y = try resultSlot(kernel.output, over: reusable, node: node.name)
        builder.convolution(
            x.buffer, zeroPoint: xScale.zeroPoint, shape, weights: weights.values, bias: bias,
            residual: residual?.buffer, epilogue: epilogue, into: y.buffer)
        return true
    }

    private func windowShape(of node: Node) throws(PlanError) -> WindowShape? {
        let input = graph[node.inputs[0]].type.shape, output = graph[node.output].type.shape
        guard node.operation.isLayer else { return nil }
        if case .convolution(let convolution) = node.operation {
            guard let shape = WindowShape(convolution, input: input, output: output) else {
                throw .unsupported(node: node.name, detail: "its sizes exceed what a kernel addresses")
            }
            return shape
        }
        let weights = graph[node.inputs[1]].type.shape
        let rows = output.dimensions.dropLast().reduce(1, *)
        let shape = WindowShape.dense(rows: rows, inputs: weights[1], outputs: weights[0])
        return shape.isValid ? shape : nil
    }

    /// int8 weights with zero point 0 and one scale an output (uint8 around 128 is the same thing); else nil.
    func integerWeights(
        _ node: Node, outputs: Int
    ) throws(PlanError) -> (values: [Int8], scales: [Float])? {
        let value = graph[node.inputs[1]]
        guard let tensor = value.constant?.tensor, let quantization = value.type.quantization else {
            return nil
        }
        guard tensor.isKnown else { throw .unknownConstant(node: node.name, value: value.name) }
        guard quantization.scales.allSatisfy({ $0.isFinite && $0 > 0 }) else {
            throw .unsupported(node: node.name, detail: "the scales of '\(value.name)' must be positive")
        }
        let scales: [Float]
        switch (quantization.axis, quantization.scales.count) {
        case (_, 1): scales = [Float](repeating: quantization.scale, count: outputs)
        case (0, outputs): scales = quantization.scales
        default: return nil
        }
        switch tensor.storage {
        case .int8(let values):
            // The kernels multiply magnitudes of seven bits.
            return quantization.zeroPoints.allSatisfy { $0 == 0 } && !values.contains(-128)
                ? (values, scales) : nil
        case .uint8(let values):
            guard quantization.zeroPoints.allSatisfy({ $0 == 128 }), !values.contains(0) else { return nil }
            return (values.map { Int8(bitPattern: $0 ^ 0x80) }, scales)
        case .repeated(let number, .int8):
            guard quantization.zeroPoints.allSatisfy({ $0 == 0 }) else { return nil }
            return ([Int8](repeating: Int8(saturating: number), count: tensor.shape.elementCount), scales)
        case .repeated, .float32, .float16, .bfloat16, .int16, .int32, .int64, .bool, .binary, .unknown:
            return nil
        }
    }

    /// The int32 bias at scale sₓ·s_w[c]; nil where it has other scales.
    func integerBias(_ node: Node, _ scales: [Float]) throws(PlanError) -> [Int32]? {
        guard node.inputs.count > 2 else { return [] }
        let value = graph[node.inputs[2]]
        guard let tensor = value.constant?.tensor else { return nil }
        guard tensor.isKnown else { throw .unknownConstant(node: node.name, value: value.name) }
        if let quantization = value.type.quantization {
            let fits = scales.indices.allSatisfy { index in
                let own = quantization.scales[quantization.scales.count == 1 ? 0 : index]
                return abs(own - scales[index]) <= 1e-3 * scales[index]
            }
            guard quantization.scales.count == 1 || quantization.scales.count == scales.count, fits,
                quantization.zeroPoints.allSatisfy({ $0 == 0 })
            else { return nil }
        }
        switch tensor.storage {
        case .int32(let values): return values
        case .repeated(let number, .int32):
            return [Int32](repeating: Int32(saturating: number), count: tensor.shape.elementCount)
        case .repeated, .float32, .float16, .bfloat16, .int8, .uint8, .int16, .int64, .bool, .binary,
            .unknown:
            return nil
        }
    }

    /// How sums become the kernel's result; nil where a fused kernel could not give the integers the separate nodes give.
    func epilogue(
        of kernel: FusedKernel, _ xScale: AffineScale, _ weightScales: [Float], isDepthwise: Bool
    ) -> IntegerEpilogue? {
        let anchor = graph.nodes[kernel.anchor]
        guard case .int8(let own)? = StoredValue.Storage(graph[anchor.output].type),
            case .int8(let result)? = StoredValue.Storage(graph[kernel.output].type)
        else { return nil }
        var clamp: ClosedRange<Float> = -.infinity ... .infinity
        if let activation = kernel.activation {
            guard let bounds = activation.function.clamp, activationKeepsScale(kernel) else { return nil }
            clamp = bounds
        }
        let factors = weightScales.map { xScale.scale * $0 / own.scale }
        guard let residual = kernel.residual else {
            let bounds = own.bounds(clampedTo: clamp)
            return IntegerEpilogue(
                factors: factors, zeroPoint: own.zeroPoint, lower: bounds.lower, upper: bounds.upper)
        }
        guard !isDepthwise, case .int8(let other)? = StoredValue.Storage(graph[residual].type) else {
            return nil
        }
        let bounds = own.bounds(), sumBounds = result.bounds(clampedTo: clamp)
        return IntegerEpilogue(
            factors: factors, zeroPoint: own.zeroPoint, lower: bounds.lower, upper: bounds.upper,
            residual: .init(
                ownFactor: own.scale / result.scale, factor: other.scale / result.scale,
                zeroPoint: other.zeroPoint,
                sumZeroPoint: result.zeroPoint, lower: sumBounds.lower, upper: sumBounds.upper))
    }

    /// Whether the activation's input and output share one scale, so that it is a clamp of integers.
    private func activationKeepsScale(_ kernel: FusedKernel) -> Bool {
        guard let last = kernel.nodes.last else { return false }
        let node = graph.nodes[last]
        return StoredValue.Storage(graph[node.inputs[0]].type) == StoredValue.Storage(graph[node.output].type)
    }
}
