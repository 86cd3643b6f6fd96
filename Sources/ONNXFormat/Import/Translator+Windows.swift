import ModelGraph

/// Operations on images: they need channels last.
extension Translator {
    /// Constant weights in the graph's layout; quantised ones become integers and a `dequantize`.
    mutating func weights(
        _ index: Int, of call: Call, shape: ([Int]) throws(ONNXProblem) -> [Int], order: [Int]
    ) throws(ONNXProblem) -> ValueID {
        let name = call.input(index) ?? ""
        guard case .dequantized(let tensor, let quantization) = try required(index, of: call),
            keepsAxis(quantization, tensor.shape.rank == order.count)
        else {
            let laid = try laid(try constant(index, of: call), call, shape, order)
            return sharedConstant(name, laid, order: order)
        }
        let laid = try laid(tensor, call, shape, order)
        let moved = Quantization(
            scales: quantization.scales, zeroPoints: quantization.zeroPoints,
            axis: quantization.axis.map { order.firstIndex(of: $0) ?? 0 })
        let integers = sharedConstant(name, laid, moved, order: order)
        let key = LayoutKey(view: View(integers, laid.shape.dimensions), order: [])
        if let id = layouts[key] { return id }
        let id = try apply(.dequantize, [integers], call, step: "\(graph[integers].name)/dequantize")
        layouts[key] = id
        return id
    }

    private func laid(
        _ tensor: Tensor, _ call: Call, _ shape: ([Int]) throws(ONNXProblem) -> [Int], _ order: [Int]
    ) throws(ONNXProblem) -> Tensor {
        let dimensions = try shape(tensor.shape.dimensions)
        guard dimensions.count == order.count, tensor.shape.elementCount > 0 else {
            throw call.fault(
                "a constant of shape \(tensor.shape) stands where \(order.count) axes are needed")
        }
        return tensor.reshaped(dimensions).permuted(order)
    }

    /// Whether scales still run along one axis after the tensor was reshaped.
    private func keepsAxis(_ quantization: Quantization, _ keepsRank: Bool) -> Bool {
        quantization.axis == nil || keepsRank || quantization.axis == 0
    }

    mutating func convolution(_ call: Call) throws(ONNXProblem) {
        let (input, _) = try real(0, of: call)
        set(call, try convolve(input, call, weights: 1, bias: 2, name: call.output))
    }

    /// The convolution with the weights and bias at these inputs of the node.
    mutating func convolve(
        _ input: View, _ call: Call, weights: Int, bias: Int, name: String?
    ) throws(ONNXProblem) -> View {
        let rank = input.rank
        let x = try image(input, call)
        let extents = try weightExtents(weights, of: call, rank: rank)
        let window = try Window(call, kernel: Array(extents[2...]), input: Array(input.shape[2...]))
        let w = try self.weights(
            weights, of: call,
            shape: { $0.count == 3 ? [$0[0], $0[1], 1, $0[2]] : $0 }, order: Translator.channelsLast)
        var inputs = [x, w]
        if call.input(bias) != nil {
            inputs.append(try self.weights(bias, of: call, shape: { $0 }, order: [0]))
        }
        let operation = Convolution(
            kernel: window.kernel, stride: window.stride, dilation: window.dilation, padding: window.padding,
            groups: call.integer("group", default: 1))
        let id = try apply(.convolution(operation), inputs, call, name: name)
        return imageView(id, rank: rank)
    }

    private func weightExtents(_ index: Int, of call: Call, rank: Int) throws(ONNXProblem) -> [Int] {
        let tensor: Tensor
        switch try required(index, of: call) {
        case .constant(let found), .dequantized(let found, _): tensor = found
        case .computed: tensor = try constant(index, of: call)
        }
        guard tensor.shape.rank == rank, tensor.shape.elementCount > 0 else {
            throw call.fault("weights of shape \(tensor.shape) do not fit an input of \(rank) axes")
        }
        return tensor.shape.dimensions
    }

    mutating func pool(_ call: Call) throws(ONNXProblem) {
        let isMaximum = call.type == "MaxPool"
        let raw = try view(0, of: call)
        let isQuantized = isMaximum && graph[raw.value].type.quantization != nil && dataType(raw) == .int8
        let (input, integer) = isQuantized ? (raw, nil) : try real(raw, call)
        guard let kernel = call.integers("kernel_shape") else { throw call.fault("needs kernel_shape") }
        let spatial = try asImage(input, call)
        let window = try Window(
            call, kernel: kernel, input: Array(input.shape[2...]), roundsUp: call.flag("ceil_mode"))
        let countsPadding = call.flag("count_include_pad")
        guard isMaximum || !countsPadding || !window.isExtended else {
            throw call.unsupported(
                "it counts padding in windows that ceil_mode adds; export it without ceil_mode")
        }
        let pooling = Pooling(
            isMaximum ? .maximum : .average, kernel: window.kernel, stride: window.stride,
            padding: window.padding,
            countsPadding: countsPadding, dilation: window.dilation)
        try setResult(call, integer) { (translator, name) throws(ONNXProblem) in
            let id = try translator.apply(
                .pool(pooling), [try translator.image(spatial, call)], call, name: name)
            var result = translator.imageView(id, rank: input.rank)
            result.isOffset = input.isOffset
            return result
        }
    }

    mutating func globalPool(_ call: Call) throws(ONNXProblem) {
        let (input, integer) = try real(0, of: call)
        guard input.rank >= 3 else { throw call.fault("needs an input of at least 3 axes") }
        let kind: PoolingKind = call.type == "GlobalMaxPool" ? .maximum : .average
        let ones = [Int](repeating: 1, count: input.rank - 2)
        try setResult(call, integer) { (translator, name) throws(ONNXProblem) in
            try translator.pooled(input, kind, call, name: name).reshaped(
                [input.shape[0], input.shape[1]] + ones)
        }
    }

    /// Maximum or mean over everything behind the second axis.
    mutating func pooled(
        _ input: View, _ kind: PoolingKind, _ call: Call, name: String?
    ) throws(ONNXProblem) -> View {
        let isImage = input.rank == 4
        let spatial =
            isImage
            ? input : input.reshaped([input.shape[0], input.shape[1], 1, input.shape[2...].reduce(1, *)])
        let id = try apply(.globalPool(kind), [try image(spatial, call)], call, name: name)
        return imageView(id, rank: 4)
    }

    mutating func batchNormalization(_ call: Call) throws(ONNXProblem) {
        guard !call.flag("training_mode"), call.flag("spatial", default: true) else {
            throw call.unsupported("it is in training mode or not per channel; export for inference")
        }
        let (input, _) = try real(0, of: call)
        guard input.rank >= 2 else { throw call.fault("needs an input of at least 2 axes") }
        let isSignal = input.rank == 3
        let source = isSignal ? try asImage(input, call) : input
        let order = [0] + Array(2..<max(source.rank, 2)) + [1]
        var inputs = [try lay(source, order, call)]
        for index in 1...4 { inputs.append(try weights(index, of: call, shape: { $0 }, order: [0])) }
        let epsilon = call.float("epsilon", default: 1e-5)
        let id = try apply(.batchNormalization(epsilon: epsilon), inputs, call, name: call.output)
        set(call, stored(id, like: order).reshaped(input.shape))
    }

    mutating func localResponseNormalization(_ call: Call) throws(ONNXProblem) {
        let (input, _) = try real(0, of: call)
        let x = try image(input, call)
        let operation = Operation.localResponseNormalization(
            size: call.integer("size", default: 0), alpha: call.float("alpha", default: 1e-4),
            beta: call.float("beta", default: 0.75), bias: call.float("bias", default: 1))
        let id = try apply(operation, [x], call, name: call.output)
        set(call, imageView(id, rank: input.rank))
    }
}

/// Kernel, stride, dilation and padding of a window over one or two axes.
struct Window {
    private(set) var kernel: Extent = 1
    private(set) var stride: Extent = 1
    private(set) var dilation: Extent = 1
    private(set) var padding: EdgePadding = .zero
    /// Whether rounding the output size up added padding of its own.
    private(set) var isExtended = false

    init(_ call: Call, kernel: [Int], input: [Int], roundsUp: Bool = false) throws(ONNXProblem) {
        let axes = input.count
        guard axes == 1 || axes == 2 else {
            throw call.unsupported(
                "its windows have \(axes) axes; only images (2 axes) and signals (1 axis) are supported")
        }
        let strides = call.integers("strides") ?? [Int](repeating: 1, count: axes)
        let dilations = call.integers("dilations") ?? [Int](repeating: 1, count: axes)
        let shape = call.integers("kernel_shape") ?? kernel
        let explicit = call.integers("pads") ?? [Int](repeating: 0, count: 2 * axes)
        let limit = 1 << 31
        guard shape == kernel, kernel.count == axes, strides.count == axes, dilations.count == axes,
            explicit.count == 2 * axes,
            (kernel + strides + dilations).allSatisfy({ $0 > 0 && $0 < limit }),
            explicit.allSatisfy({ $0 >= 0 && $0 < limit })
        else { throw call.fault("kernel_shape, strides, dilations or pads do not fit its input") }
        var pads: [(before: Int, after: Int)] = []
        let mode = call.text("auto_pad", default: "NOTSET")
        for axis in 0..<axes {
            let extent = (kernel[axis] - 1) * dilations[axis] + 1
            var pad = (before: explicit[axis], after: explicit[axis + axes])
            switch mode {
            case "NOTSET", "": break
            case "VALID": pad = (0, 0)
            case "SAME_UPPER", "SAME_LOWER":
                let outputs = (input[axis] + strides[axis] - 1) / strides[axis]
                let total = max((outputs - 1) * strides[axis] + extent - input[axis], 0)
                let smaller = total / 2
                pad = mode == "SAME_UPPER" ? (smaller, total - smaller) : (total - smaller, smaller)
            default: throw call.fault("has the auto_pad '\(mode.shortened)'")
            }
            if roundsUp, mode == "NOTSET" || mode.isEmpty || mode == "VALID" {
                let added = Window.extension(input[axis], pad, extent, strides[axis])
                isExtended = isExtended || added > 0
                pad.after += added
            }
            pads.append(pad)
        }
        func pair(_ values: [Int]) -> Extent {
            axes == 1 ? Extent(1, values[0]) : Extent(values[0], values[1])
        }
        (self.kernel, stride, dilation) = (pair(kernel), pair(strides), pair(dilations))
        let columns = pads[axes - 1]
        padding = EdgePadding(top: 0, bottom: 0, left: columns.before, right: columns.after)
        if axes == 2 { (padding.top, padding.bottom) = (pads[0].before, pads[0].after) }
    }

    /// Padding behind the end that rounding the number of windows up needs; a window begins inside the input or its first padding.
    private static func `extension`(
        _ size: Int, _ pad: (before: Int, after: Int), _ extent: Int, _ stride: Int
    ) -> Int {
        let padded = size + pad.before + pad.after
        guard padded >= extent else { return 0 }
        var windows = (padded - extent + stride - 1) / stride + 1
        if (windows - 1) * stride >= size + pad.before { windows -= 1 }
        return max((windows - 1) * stride + extent - padded, 0)
    }
}
