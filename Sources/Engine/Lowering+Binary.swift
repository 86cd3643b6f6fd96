import Kernels
import ModelGraph

extension Lowering {
    /// Values are rounded to ±1 where they are read: until then the value is its float32 source.
    mutating func lowerBinaryCast(_ node: Node) throws(PlanError) {
        let source = try floats(node.inputs[0], for: node.name)
        slots[node.output.index] = StoredValue(
            buffer: source, type: graph[node.output].type, storage: .float32)
    }

    /// A convolution or dense layer of binary weights and inputs, with its residual and clamp.
    mutating func lowerBinaryLayer(
        _ kernel: FusedKernel, _ node: Node, _ shape: WindowShape, _ bounds: ClosedRange<Float>,
        into y: Buffer
    ) throws(PlanError) {
        guard let source = slots[node.inputs[0].index] else {
            throw .unsupported(node: node.name, detail: "its input must come from a cast to binary")
        }
        guard shape.groups == 1, shape.fitsBitCounts else {
            throw .unsupported(node: node.name, detail: "binary layers have one group and sums below 2^29")
        }
        let weights = graph[node.inputs[1]]
        guard let tensor = weights.constant?.tensor else {
            throw .unsupported(node: node.name, detail: "'\(weights.name)' must be a constant")
        }
        guard let values = tensor.floats else {
            throw .unknownConstant(node: node.name, value: weights.name)
        }
        let bias = node.inputs.count > 2 ? try constantFloats(node.inputs[2], of: node) : []
        var residual: Buffer?
        if let value = kernel.residual { residual = try floats(value, for: node.name) }
        builder.binaryConvolution(
            source.buffer, shape, weights: values,
            scales: try channelScales(of: weights, outputs: shape.outputChannels, node: node.name),
            bias: bias, residual: residual, clamp: bounds, into: y)
    }

    /// One positive scale an output channel; 1 where the weights have none.
    private func channelScales(
        of weights: Value, outputs: Int, node: String
    ) throws(PlanError) -> [Float] {
        guard let quantization = weights.type.quantization else {
            return [Float](repeating: 1, count: outputs)
        }
        guard quantization.scales.allSatisfy({ $0.isFinite && $0 > 0 }),
            quantization.zeroPoints.allSatisfy({ $0 == 0 })
        else {
            throw .unsupported(
                node: node, detail: "the scales of '\(weights.name)' must be positive, its zero points 0")
        }
        switch (quantization.axis, quantization.scales.count) {
        case (_, 1): return [Float](repeating: quantization.scale, count: outputs)
        case (0, outputs): return quantization.scales
        default:
            throw .unsupported(
                node: node, detail: "'\(weights.name)' needs one scale, or one an output channel")
        }
    }

    /// Bits exist only between a cast to binary and the layers that read it.
    func checkReadable(_ value: ValueID, for node: String) throws(PlanError) {
        guard graph[value].type.dataType == .binary, graph[value].constant == nil else { return }
        throw .unsupported(
            node: node,
            detail: "reads the bits of '\(graph[value].name)'; only convolutions and dense layers can")
    }
}
