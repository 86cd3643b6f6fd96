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
        let integers = sharedConstant(integerNames[name] ?? name, laid, moved, order: order)
        let key = LayoutKey(view: View(integers, laid.shape.dimensions), order: [])
        if let id = layouts[key] { return id }
        let id = try apply(.dequantize, [integers], call, step: "\(graph[integers].name)/dequantize")
        layouts[key] = id
        return id
    }

    private mutating func laid(
        _ tensor: Tensor, _ call: Call, _ shape: ([Int]) throws(ONNXProblem) -> [Int], _ order: [Int]
    ) throws(ONNXProblem) -> Tensor {
        let dimensions = try shape(tensor.shape.dimensions)
        guard dimensions.count == order.count, tensor.shape.elementCount > 0 else {
            throw call.fault(
                "a constant of shape \(tensor.shape) stands where \(order.count) axes are needed")
        }
        if order != Array(order.indices) { try reserveCopy(of: tensor, call) }
        return tensor.reshaped(dimensions).permuted(order)
    }

    /// Whether scales still run along one axis after the tensor was reshaped.
    private func keepsAxis(_ quantization: Quantization, _ keepsRank: Bool) -> Bool {
        quantization.axis == nil || keepsRank || quantization.axis == 0
    }

    mutating func convolution(_ call: Call) throws(ONNXProblem) {
        let (input, _) = try real(0, of: call)
        if input.rank == 5 { return try volumeConvolution(call) }
        set(call, try convolve(input, call, weights: 1, bias: 2, name: call.output))
    }

    /// The convolution with the weights and bias at these inputs of the node.
    mutating func convolve(
        _ input: View, _ call: Call, weights: Int, bias: Int, name: String?
    ) throws(ONNXProblem) -> View {
        let rank = input.rank
        let x = try image(input, call)
        let extents = try weightExtents(weights, of: call, rank: rank)
        let window = PlaneWindow(
            try AxisWindow.all(call, kernel: Array(extents[2...]), input: Array(input.shape[2...])))
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
