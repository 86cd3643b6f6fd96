import ModelGraph

extension Exporter {
    mutating func lower(
        _ convolution: Convolution, _ node: Node, to output: ValueID, _ fused: Schema.FusedActivation
    ) throws(TFLiteError) {
        let image = graph[node.inputs[0]].type.shape
        let window = Window(
            kernel: convolution.kernel, stride: convolution.stride, dilation: convolution.dilation,
            padding: convolution.padding)
        let (input, scheme) = try padded(node, window, to: output, with: 0)
        let isDepthwise = convolution.groups > 1 && convolution.groups == image[3]
        var inputs = [input, try weights(node.inputs[1], isDepthwise: isDepthwise)]
        inputs.append(
            try node.inputs.count > 2 ? bias(of: node, to: output) : zeroBias(of: node, to: output))
        let geometry: [(id: Int, value: FlatWriter.Field)] = [
            (0, .byte(scheme.rawValue)), (1, .number(convolution.stride.width)),
            (2, .number(convolution.stride.height)),
        ]
        let result = try tensor(output)
        let dilation = convolution.dilation
        guard isDepthwise else {
            typealias Field = Schema.Convolution
            let version: Int32 = convolution.groups > 1 ? 6 : isWide(node) ? 4 : isQuantized(node) ? 3 : 1
            return emit(
                .conv2D, version: version, inputs, [result],
                geometry + [
                    (Field.activation, .byte(fused.rawValue)), (Field.dilationWidth, .number(dilation.width)),
                    (Field.dilationHeight, .number(dilation.height)),
                ])
        }
        typealias Field = Schema.DepthwiseConvolution
        let multiplier = graph[node.inputs[1]].type.shape[0] / image[3]
        let version: Int32 = isWide(node) ? 5 : isQuantized(node) ? 3 : dilation == 1 ? 1 : 2
        emit(
            .depthwiseConv2D, version: version, inputs, [result],
            geometry + [
                (Field.multiplier, .number(multiplier)), (Field.activation, .byte(fused.rawValue)),
                (Field.dilationWidth, .number(dilation.width)),
                (Field.dilationHeight, .number(dilation.height)),
            ])
    }

    /// Zeros in place of a bias that the graph does not have: LiteRT's convolutions refuse to do without, or crash.
    private mutating func zeroBias(of node: Node, to output: ValueID) throws(TFLiteError) -> Int {
        let (input, weights) = (graph[node.inputs[0]].type, graph[node.inputs[1]].type)
        let count = weights.shape[0]
        var type = ValueType([count])
        if isWide(node) { type.dataType = .int64 }
        if let scale = input.quantization?.scale, let scales = weights.quantization {
            let all = scales.axis == nil ? [Float](repeating: scales.scale, count: count) : scales.scales
            type = ValueType(
                [count], isWide(node) ? .int64 : .int32,
                quantization: Quantization(scales: all.map { scale * $0 }, axis: 0))
        }
        return try append(
            named: "\(graph[output].name)\(String.noBias)", type,
            data: isDryRun ? [] : [UInt8](repeating: 0, count: type.bytes))
    }

    /// Whether a layer reads int16, with which its bias has 64 bits.
    private func isWide(_ node: Node) -> Bool { graph[node.inputs[0]].type.dataType == .int16 }

    private mutating func bias(of node: Node, to output: ValueID) throws(TFLiteError) -> Int {
        let value = graph[node.inputs[2]]
        guard isWide(node), value.type.dataType == .int32, let constant = value.constant else {
            return try weights(node.inputs[2])
        }
        guard isDryRun || constant.tensor.isKnown else {
            throw fault("the numbers of '\(value.name)' are not known")
        }
        var words: [Int64] = []
        if case .int32(let values) = constant.tensor.storage { words = values.map(Int64.init) }
        if words.isEmpty { words = [Int64](repeating: 0, count: value.type.shape.elementCount) }
        return try append(
            named: value.name, ValueType(value.type.shape, .int64, quantization: value.type.quantization),
            data: isDryRun ? [] : words.littleEndian)
    }

    /// The image to convolve or pool and how the operator pads it; what neither scheme says becomes a PAD of its own.
    mutating func padded(
        _ node: Node, _ window: Window, to output: ValueID, with filler: Float
    ) throws(TFLiteError) -> (input: Int, scheme: Schema.PaddingScheme) {
        let type = graph[node.inputs[0]].type
        let size = Extent(type.shape[1], type.shape[2])
        let input = try tensor(node.inputs[0])
        let padding = window.usedPadding(of: size)
        if padding == .zero { return (input, .valid) }
        if window.isSame(for: size) { return (input, .same) }
        var larger = type
        larger.shape = [
            type.shape[0], size.height + padding.top + padding.bottom,
            size.width + padding.left + padding.right,
            type.shape[3],
        ]
        let result = try intermediate("padded", of: output, larger)
        let amounts = try append(
            named: "\(graph[output].name):edges", ValueType([4, 2], .int32),
            data: [0, 0, padding.top, padding.bottom, padding.left, padding.right, 0, 0].map {
                Int32(clamping: $0)
            }
            .littleEndian)
        guard filler != 0 else {
            emit(.pad, [input, amounts], result)
            return (result, .valid)
        }
        let lowest = try append(
            named: "\(graph[output].name):filler",
            ValueType([1], type.dataType, quantization: type.quantization),
            data: type.dataType == .float32 ? [filler.bitPattern].littleEndian : [UInt8(bitPattern: -128)])
        emit(.padV2, [input, amounts, lowest], result)
        return (result, .valid)
    }

    mutating func lowerDense(
        _ node: Node, to output: ValueID, _ fused: Schema.FusedActivation
    ) throws(TFLiteError) {
        typealias Field = Schema.FullyConnected
        let keepsDimensions = graph[node.inputs[0]].type.shape.rank != 2
        var inputs = [try tensor(node.inputs[0]), try weights(node.inputs[1])]
        inputs.append(node.inputs.count > 2 ? try bias(of: node, to: output) : -1)
        let scales = graph[node.inputs[1]].type.quantization?.scales ?? []
        let hasOneScale = scales.allSatisfy { $0 == scales[0] }
        let version: Int32
        switch (isQuantized(node), keepsDimensions) {
        case (true, _) where isWide(node): version = 7
        case (true, _): version = hasOneScale ? (keepsDimensions ? 5 : 4) : 12
        case (false, true): version = 5
        case (false, false): version = node.inputs.count > 2 ? 1 : 6
        }
        if hasOneScale, let scale = scales.first {
            tensors[inputs[1]].quantization = Quantization(scale: scale)
        }
        emit(
            .fullyConnected, version: version, inputs, [try tensor(output)],
            [(Field.activation, .byte(fused.rawValue)), (Field.keepsDimensions, .flag(keepsDimensions))])
    }

    mutating func lowerMatrixMultiply(_ node: Node, to output: ValueID) throws(TFLiteError) {
        emit(.batchMatMul, [try tensor(node.inputs[0]), try tensor(node.inputs[1])], try tensor(output))
    }

    /// A normalisation that follows no layer: x · a + b with a = scale / √(variance + ε), b = offset − mean · a.
    mutating func lowerBatchNormalization(
        _ node: Node, epsilon: Float, to output: ValueID
    ) throws(TFLiteError) {
        var parameters: [[Float]] = []
        for input in node.inputs.dropFirst() {
            guard let constant = graph[input].constant else { throw fault("its parameters are computed") }
            guard let values = constant.tensor.floats ?? (isDryRun ? [] : nil) else {
                throw fault("the numbers of '\(graph[input].name)' are not known")
            }
            parameters.append(values)
        }
        let (scale, offset, mean, variance) = (parameters[0], parameters[1], parameters[2], parameters[3])
        let factors = zip(scale, variance).map { $0 / ($1 + epsilon).squareRoot() }
        let shifts = zip(offset, zip(mean, factors)).map { $0 - $1.0 * $1.1 }
        let shape = graph[node.inputs[1]].type.shape
        let product = try intermediate("product", of: output, ValueType(graph[output].type.shape))
        let (a, b) = (
            try reals(factors, shape: shape, "factor", of: output),
            try reals(shifts, shape: shape, "shift", of: output)
        )
        var first = node
        first.inputs = [node.inputs[0]]
        try inReals(first, to: output) { (exporter, inputs, result) in
            exporter.emit(.mul, [inputs[0], a], product)
            exporter.emit(.add, [product, b], result)
        }
    }
}

/// The geometry of a convolution or pool.
struct Window {
    var kernel, stride, dilation: Extent
    var padding: EdgePadding

    /// The padding without rows and columns at the end that no window reaches.
    func usedPadding(of size: Extent) -> EdgePadding {
        func used(_ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ before: Int, _ after: Int)
            -> Int
        {
            let extent = (kernel - 1) * dilation + 1
            let windows = (size + before + after - extent) / stride
            return max(0, windows * stride + extent - size - before)
        }
        return EdgePadding(
            top: padding.top,
            bottom: used(
                size.height, kernel.height, stride.height, dilation.height, padding.top, padding.bottom),
            left: padding.left,
            right: used(size.width, kernel.width, stride.width, dilation.width, padding.left, padding.right))
    }

    /// Whether TensorFlow's SAME places every window where this padding does.
    func isSame(for size: Extent) -> Bool {
        let same = EdgePadding.same(size, kernel: kernel, stride: stride, dilation: dilation)
        func windows(_ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ edges: Int) -> Int {
            (size + edges - (kernel - 1) * dilation - 1) / stride + 1
        }
        let rows = windows(
            size.height, kernel.height, stride.height, dilation.height, padding.top + padding.bottom)
        let columns = windows(
            size.width, kernel.width, stride.width, dilation.width, padding.left + padding.right)
        return padding.top == same.top && padding.left == same.left
            && rows == (size.height + stride.height - 1) / stride.height
            && columns == (size.width + stride.width - 1) / stride.width
    }
}
