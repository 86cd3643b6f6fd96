import Kernels
import ModelGraph

extension Lowering {
    /// A transposed convolution in float32, clamped.
    mutating func lowerTransposed(
        _ node: Node, _ convolution: TransposedConvolution, _ bounds: ClosedRange<Float>, into y: Buffer
    ) throws(PlanError) {
        let (windows, shape) = try transposedWindows(node, convolution)
        let weights = try constantFloats(node.inputs[1], of: node)
        let bias = node.inputs.count > 2 ? try constantFloats(node.inputs[2], of: node) : []
        let phases = floatScratch(windows.count)
        builder.layer(
            try floats(node.inputs[0], for: node.name), shape, weights: windows.weights(weights),
            areBFloat16: graph[node.inputs[1]].type.dataType == .bfloat16, bias: windows.repeated(bias),
            clamp: bounds, into: phases)
        spread(phases, windows, elementBytes: 4, into: y)
    }

    /// The same on int8; false where types or constants do not allow that.
    mutating func lowerIntegerTransposed(
        _ kernel: FusedKernel, _ convolution: TransposedConvolution
    ) throws(PlanError) -> Bool {
        let node = graph.nodes[kernel.anchor]
        let (windows, shape) = try transposedWindows(node, convolution)
        guard case .int8(let xScale)? = StoredValue.Storage(graph[node.inputs[0]].type),
            let weights = try integerWeights(node, outputs: windows.outputs),
            var epilogue = epilogue(of: kernel, xScale, weights.scales, isDepthwise: false),
            let bias = try integerBias(node, weights.scales.map { xScale.scale * $0 })
        else { return false }
        let x = try slot(of: node.inputs[0], for: node.name)
        let y = try resultSlot(kernel.output, node: node.name)
        epilogue.factors = windows.repeated(epilogue.factors)
        let phases = builder.buffer(bytes: windows.count)
        builder.convolution(
            x.buffer, zeroPoint: xScale.zeroPoint, shape, weights: windows.weights(weights.values),
            bias: windows.repeated(bias), epilogue: epilogue, into: phases)
        spread(phases, windows, elementBytes: 1, into: y.buffer)
        return true
    }

    private func transposedWindows(
        _ node: Node, _ convolution: TransposedConvolution
    ) throws(PlanError) -> (windows: TransposedWindows, shape: WindowShape) {
        let windows = TransposedWindows(
            convolution, input: graph[node.inputs[0]].type.shape, output: graph[node.output].type.shape)
        guard let shape = windows.shape else {
            throw .unsupported(node: node.name, detail: "its sizes exceed what a kernel addresses")
        }
        return (windows, shape)
    }

    private mutating func spread(
        _ phases: Buffer, _ windows: TransposedWindows, elementBytes: Int, into y: Buffer
    ) {
        let offsets = windows.offsets
        builder.gather(
            phases, offsets: offsets, elementBytes: elementBytes,
            place: (0, Shape(offsets.map(\.count)).strides), into: y)
    }
}
