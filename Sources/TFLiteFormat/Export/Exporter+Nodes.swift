import ModelGraph

extension Exporter {
    /// Writes one node, together with the activation that TFLite computes in the same operator.
    mutating func lower(_ node: Node, activation next: Node?) throws(TFLiteError) {
        let output = next?.output ?? node.output
        try requireComputable(node)
        var fused = Schema.FusedActivation.none
        if let next, case .activation(let activation) = next.operation { fused = activation.fused ?? .none }
        switch node.operation {
        case .convolution(let convolution): try lower(convolution, node, to: output, fused)
        case .dense: try lowerDense(node, to: output, fused)
        case .matrixMultiply: try lowerMatrixMultiply(node, to: output)
        case .batchNormalization(let epsilon): try lowerBatchNormalization(node, epsilon: epsilon, to: output)
        case .pool(let pooling): try lower(pooling, node, to: output, fused)
        case .globalPool(let kind): try lowerGlobalPool(kind, node, to: output)
        case .binary(let operation): try lower(operation, node, to: output, fused)
        case .activation(let activation): try lower(activation, node, to: output)
        case .unary(let function): try lower(function, node, to: output)
        case .concatenate(let axis): try lowerConcatenation(axis: axis, node, to: output)
        case .slice(let slicing): try lower(slicing, node, to: output)
        case .reshape: try lowerReshape(node, to: output)
        case .transpose(let permutation):
            let order = try integers(permutation, "order", of: output)
            emit(.transpose, [try tensor(node.inputs[0]), order], try tensor(output))
        case .pad(let padding): try lower(padding, node, to: output)
        case .softmax(let axis): try lowerSoftmax(axis: axis, node, to: output)
        case .resize(let resizing): try lower(resizing, node, to: output)
        case .localResponseNormalization(let size, let alpha, let beta, let bias):
            try lowerLocalResponse(size: size, alpha: alpha, beta: beta, bias: bias, node, to: output)
        case .reduce(let reduction): try lower(reduction, node, to: output)
        case .cast(let dataType): try lowerCast(to: dataType, node, to: output)
        case .quantize:
            emit(.quantize, [try tensor(node.inputs[0])], try tensor(output))
        case .dequantize:
            emit(.dequantize, version: 2, [try tensor(node.inputs[0])], [try tensor(output)])
        case .transposedConvolution, .compare, .select, .gather, .argument, .cumulativeSum,
            .layerNormalization, .recurrence:
            try lowerFurther(node, to: output)
        case .training: throw fault("exists only while a network is trained")
        }
    }

    /// Half-precision and 16-bit activations, and sums left in int32, are in no TFLite kernel.
    private func requireComputable(_ node: Node) throws(TFLiteError) {
        let (input, output) = (graph[node.inputs[0]].type, graph[node.output].type)
        switch input.dataType {
        case .float16, .bfloat16, .binary:
            guard graph[node.inputs[0]].constant == nil else { return }
            throw fault("TFLite kernels do not compute in \(input.dataType.rawValue)")
        case .int16:
            let kind = node.operation.traits.kind
            guard [.layer, .movement].contains(kind) || node.operation.traits.isConversion else {
                throw fault("int16 is only written for layers and for what moves or converts elements")
            }
        case .float32, .int8, .uint8, .int32, .int64, .bool: break
        }
        let kind = node.operation.traits.kind
        guard kind != .layer && kind != .product || output.dataType == input.dataType else {
            throw fault("its sums are kept in \(output.dataType.rawValue), which TFLite kernels do not do")
        }
    }

    /// Whether the node's first input stands for real numbers by integers.
    func isQuantized(_ node: Node) -> Bool { graph[node.inputs[0]].type.quantization != nil }

    /// Writes to `output` through another quantisation where its own differs.
    ///
    /// For operators whose integer kernels fix the scale of their result, or keep that of their input.
    mutating func scaled(
        _ output: ValueID, as required: Quantization?,
        _ write: (inout Exporter, Int) throws(TFLiteError) -> Void
    ) throws(TFLiteError) {
        let type = graph[output].type
        guard let required, type.quantization != nil, type.quantization != required else {
            return try write(&self, try tensor(output))
        }
        let between = try intermediate(
            "scaled", of: output, ValueType(type.shape, type.dataType, quantization: required))
        try write(&self, between)
        emit(.quantize, version: 2, [between], [try tensor(output)])
    }

    /// Computes in real numbers what TFLite has no integer kernel for: converts operands and result.
    mutating func inReals(
        _ node: Node, to output: ValueID, _ write: (inout Exporter, [Int], Int) throws(TFLiteError) -> Void
    ) throws(TFLiteError) {
        var inputs: [Int] = []
        for (position, input) in node.inputs.enumerated() {
            let type = graph[input].type
            guard type.quantization != nil else {
                inputs.append(try tensor(input))
                continue
            }
            let real = try intermediate("real\(position)", of: output, ValueType(type.shape))
            emit(.dequantize, version: 2, [try tensor(input)], [real])
            inputs.append(real)
        }
        guard graph[output].type.quantization != nil else {
            return try write(&self, inputs, try tensor(output))
        }
        let real = try intermediate("real", of: output, ValueType(graph[output].type.shape))
        try write(&self, inputs, real)
        emit(.quantize, version: 1, [real], [try tensor(output)])
    }
}

extension Quantization {
    /// What integer kernels of SOFTMAX and LOGISTIC give: 256 steps over [0, 1).
    static let unitInterval = Quantization(scale: 1 / 256, zeroPoint: -128)
    /// What integer kernels of TANH give.
    static let symmetricUnit = Quantization(scale: 1 / 128, zeroPoint: 0)
}

extension FlatWriter.Field {
    static func number(_ value: Int) -> FlatWriter.Field { .int32(Int32(clamping: value)) }
    static func flag(_ value: Bool) -> FlatWriter.Field { .byte(value ? 1 : 0) }
}
