import ModelGraph

/// Layers with weights, and what is computed element by element.
extension Exporter {
    /// Real weights in the file's layout; integers become an initialiser and a DequantizeLinear.
    private mutating func weights(_ value: ValueID, order: [Int]) throws(ONNXProblem) -> ValueID {
        guard let constant = graph[value].constant else {
            let view = try real(value)
            return try lay(view, order, stem: graph[value].name)
        }
        return try realConstant(graph[value], constant.tensor, order: order)
    }

    /// A constant of the graph with its axes permuted by `order`, as real numbers.
    private mutating func realConstant(
        _ value: Value, _ tensor: Tensor, order: [Int]
    ) throws(ONNXProblem) -> ValueID {
        let integers = try initializer(value.name, tensor.permuted(order), order: order)
        guard let quantization = value.type.quantization else { return integers }
        let key = Translator.LayoutKey(view: View(integers, order), order: [-1])
        if let known = layouts[key] { return known }
        let leading = tensor.shape.rank - value.type.shape.rank
        let axis = quantization.axis.flatMap { order.firstIndex(of: $0 + leading) }
        let scales = scaleNames(quantization, value, isUnsigned: value.type.dataType == .uint8)
        let id = emit(
            "DequantizeLinear", [integers] + scales, name: names.fresh("\(value.name)//dequantized"),
            attributes: axis.map { [.init("axis", $0)] } ?? [])
        layouts[key] = id
        return id
    }

    mutating func writeConvolution(_ node: Node, _ convolution: Convolution) throws(ONNXProblem) {
        var inputs = [try image(try real(node.inputs[0]), stem: node.name)]
        inputs.append(try weights(node.inputs[1], order: Exporter.channelsFirst))
        if node.inputs.count > 2 { inputs.append(try weights(node.inputs[2], order: [0])) }
        let (kernel, stride, padding) = (convolution.kernel, convolution.stride, convolution.padding)
        let id = emit(
            "Conv", inputs, name: layerName(node.output), node: node.name,
            attributes: [
                .init("kernel_shape", [kernel.height, kernel.width]),
                .init("strides", [stride.height, stride.width]),
                .init("dilations", [convolution.dilation.height, convolution.dilation.width]),
                .init("pads", [padding.top, padding.left, padding.bottom, padding.right]),
                .init("group", convolution.groups),
            ])
        setLayer(node.output, imageView(id, of: node.output))
    }

    mutating func writeDense(_ node: Node) throws(ONNXProblem) {
        let x = try inOrder(node.inputs[0])
        let shape = graph[node.output].type.shape.dimensions
        let isMatrix = shape.count == 2
        var inputs = [x, try weights(node.inputs[1], order: isMatrix ? [0, 1] : [1, 0])]
        let bias = node.inputs.count > 2 ? try weights(node.inputs[2], order: [0]) : nil
        if isMatrix {
            if let bias { inputs.append(bias) }
            let id = emit(
                "Gemm", inputs, name: layerName(node.output), node: node.name,
                attributes: [.init("transB", 1)])
            return setLayer(node.output, View(id, shape))
        }
        let name = layerName(node.output)
        let product = emit(
            "MatMul", inputs, name: bias == nil ? name : names.fresh("\(name)//product"), node: node.name)
        let id = bias.map { emit("Add", [product, $0], name: name) } ?? product
        setLayer(node.output, View(id, shape))
    }

    /// An activation that alone reads a quantised layer of the same scale: the file applies it to the real numbers, so that
    /// a runtime finds layer, activation and QuantizeLinear side by side.
    private func isJoined(_ value: ValueID) -> Bool {
        guard graph[value].type.quantization != nil, consumers[value.index].count == 1,
            !graph.outputs.contains(value)
        else { return false }
        let reader = graph.nodes[consumers[value.index][0]]
        guard case .activation(let activation) = reader.operation, activation.isClamp else { return false }
        return graph[reader.output].type == graph[value].type
    }

    private func layerName(_ value: ValueID) -> String {
        isJoined(value) ? graph[value].name : resultName(value)
    }

    /// Records a layer's result, still in real numbers where its activation follows.
    private mutating func setLayer(_ value: ValueID, _ view: View) {
        guard isJoined(value) else { return set(value, view) }
        views[value.index] = view
        dequantized[value.index] = view
    }

    mutating func writeBatchNormalization(_ node: Node, _ epsilon: Float) throws(ONNXProblem) {
        let view = try real(node.inputs[0])
        let rank = view.rank
        guard rank >= 2 else {
            throw .notExportable(
                node: node.name, detail: "ONNX normalises batches of channels, not single axes")
        }
        let order = [0, rank - 1] + Array(1..<max(rank - 1, 1))
        var inputs = [try lay(view, order, stem: node.name)]
        for input in node.inputs.dropFirst() { inputs.append(try weights(input, order: [0])) }
        let id = emit(
            "BatchNormalization", inputs, name: resultName(node.output), node: node.name,
            attributes: [.init("epsilon", epsilon)])
        set(node.output, self.view(id, of: node.output, like: order))
    }

    mutating func writeBinary(_ node: Node, _ operation: BinaryOperation) throws(ONNXProblem) {
        let shape = graph[node.output].type.shape.dimensions
        let (a, b) = (node.inputs[0], node.inputs[1])
        let type = operation.onnxName
        let name = resultName(node.output)
        if graph[a].constant == nil, graph[b].constant == nil {
            let (left, right) = (try real(a), try real(b))
            if left.stored == right.stored, left.order == right.order, left.shape == right.shape {
                let id = emit(type, [left.value, right.value], name: name, node: node.name)
                return set(node.output, left.with(id))
            }
        }
        let order = try leader([a, b], rank: shape.count)?.storedAxes ?? Array(shape.indices)
        let operands = [try operand(a, order), try operand(b, order)]
        let id = emit(type, operands, name: name, node: node.name)
        set(node.output, view(id, of: node.output, like: order))
    }

    /// Whose order in the file all operands take; nil for the graph's own order.
    private mutating func leader(_ values: [ValueID], rank: Int) throws(ONNXProblem) -> View? {
        var best: View?
        for value in values where graph[value].constant == nil {
            let view = try real(value)
            guard view.isPlain, view.rank == rank, view.order != Array(view.shape.indices) else { continue }
            if best.map({ $0.elementCount < view.elementCount }) ?? true { best = view }
        }
        return best
    }

    private mutating func operand(_ value: ValueID, _ order: [Int]) throws(ONNXProblem) -> ValueID {
        if let constant = graph[value].constant {
            let tensor = constant.tensor
            let dimensions = tensor.shape.dimensions
            let isScalar = tensor.shape.elementCount == 1
            if isScalar {
                return try realConstant(graph[value], tensor, order: Array(dimensions.indices))
            }
            let padded = [Int](repeating: 1, count: order.count - dimensions.count) + dimensions
            return try realConstant(graph[value], tensor.reshaped(padded), order: order)
        }
        let view = try real(value)
        let missing = order.count - view.rank
        return try lay(
            view.reshaped([Int](repeating: 1, count: missing) + view.shape), order, stem: graph[value].name)
    }

    mutating func writeConcatenation(_ node: Node, _ axis: Int) throws(ONNXProblem) {
        let rank = graph[node.output].type.shape.rank
        let order = try leader(node.inputs, rank: rank)?.storedAxes ?? Array(0..<rank)
        var operands: [ValueID] = []
        for input in node.inputs {
            let view = try real(input)
            operands.append(try lay(view, order, stem: graph[input].name))
        }
        let id = emit(
            "Concat", operands, name: resultName(node.output), node: node.name,
            attributes: [.init("axis", order.firstIndex(of: axis) ?? axis)])
        set(node.output, view(id, of: node.output, like: order))
    }

    mutating func writeActivation(_ node: Node, _ activation: Activation) throws(ONNXProblem) {
        let view = try real(node.inputs[0])
        let name = resultName(node.output)
        let x = view.value
        let id: ValueID
        switch activation {
        case .relu: id = emit("Relu", [x], name: name, node: node.name)
        case .sigmoid: id = emit("Sigmoid", [x], name: name, node: node.name)
        case .tanh: id = emit("Tanh", [x], name: name, node: node.name)
        case .hardSwish: id = emit("HardSwish", [x], name: name, node: node.name)
        case .hardSigmoid(let alpha, let beta):
            id = emit(
                "HardSigmoid", [x], name: name, node: node.name,
                attributes: [.init("alpha", alpha), .init("beta", beta)])
        case .leakyRelu(let slope):
            id = emit("LeakyRelu", [x], name: name, node: node.name, attributes: [.init("alpha", slope)])
        case .gelu(let isApproximate):
            id = emit(
                "Gelu", [x], name: name, node: node.name,
                attributes: [.init("approximate", isApproximate ? "tanh" : "none")])
        case .silu:
            let gate = emit("Sigmoid", [x], name: names.fresh("\(graph[node.output].name)//gate"))
            id = emit("Mul", [x, gate], name: name, node: node.name)
        case .relu6: id = clip(x, 0, 6, name, node)
        case .clip(let lower, let upper): id = clip(x, lower, upper, name, node)
        }
        set(node.output, view.with(id))
    }

    private mutating func clip(_ x: ValueID, _ lower: Float, _ upper: Float, _ name: String, _ node: Node)
        -> ValueID
    {
        func limit(_ value: Float, _ stem: String) -> ValueID? {
            value.isFinite ? constant("\(node.name)//\(stem)", Tensor([], [value])) : nil
        }
        var inputs: [ValueID?] = [x, limit(lower, "lower"), limit(upper, "upper")]
        while inputs.last == .some(nil) { inputs.removeLast() }
        return emit("Clip", inputs, name: name, node: node.name)
    }
}

extension Activation {
    /// Whether it only cuts values off, so that it commutes with rounding to a grid that covers its range.
    var isClamp: Bool {
        switch self {
        case .relu, .relu6, .clip: true
        case .hardSwish, .sigmoid, .silu, .tanh, .hardSigmoid, .gelu, .leakyRelu: false
        }
    }
}

extension BinaryOperation {
    fileprivate var onnxName: String {
        switch self {
        case .add: "Add"
        case .subtract: "Sub"
        case .multiply: "Mul"
        case .divide: "Div"
        case .minimum: "Min"
        case .maximum: "Max"
        case .power: "Pow"
        }
    }
}
