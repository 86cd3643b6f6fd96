import ModelGraph

/// Transposed convolutions, recurrent layers, normalisation by the input's own statistics, and choices.
extension Exporter {
    mutating func writeFurther(_ node: Node) throws(ONNXProblem) {
        switch node.operation {
        case .transposedConvolution(let convolution): try writeTransposed(node, convolution)
        case .compare(let comparison): try writeComparison(node, comparison)
        case .select: try writeInOrder(node, "Where")
        case .gather(let axis): try writeInOrder(node, "Gather", [.init("axis", axis)])
        case .argument(let argument): try writeArgument(node, argument)
        case .cumulativeSum(let sum): try writeCumulativeSum(node, sum)
        case .layerNormalization(let normalization): try writeLayerNormalization(node, normalization)
        case .recurrence(let recurrence): try writeRecurrence(node, recurrence)
        case .convolution, .dense, .batchNormalization, .pool, .globalPool, .binary, .activation, .unary,
            .concatenate, .slice, .reshape, .transpose, .pad, .softmax, .resize, .localResponseNormalization,
            .matrixMultiply, .reduce, .cast, .quantize, .dequantize, .training:
            preconditionFailure("\(node.operation.name) is written elsewhere")
        }
    }

    /// An operand in the graph's own axis order and, unless it stands for real numbers, its own type.
    private mutating func operand(_ value: ValueID) throws(ONNXProblem) -> ValueID {
        guard graph[value].type.quantization == nil else { return try inOrder(value) }
        let view = try stored(value)
        return try lay(view, Array(view.shape.indices), stem: graph[value].name)
    }

    private mutating func writeInOrder(
        _ node: Node, _ type: String, _ attributes: [ProtoAttribute] = []
    ) throws(ONNXProblem) {
        var inputs: [ValueID] = []
        for input in node.inputs { inputs.append(try operand(input)) }
        let id = emit(
            type, inputs, name: resultName(node.output), node: node.name, attributes: attributes)
        set(node.output, View(id, graph[node.output].type.shape.dimensions))
    }

    private mutating func writeComparison(_ node: Node, _ comparison: Comparison) throws(ONNXProblem) {
        guard comparison == .notEqual else { return try writeInOrder(node, comparison.onnxName) }
        let inputs = [try operand(node.inputs[0]), try operand(node.inputs[1])]
        let same = emit("Equal", inputs, name: names.fresh("\(node.name)//equal"))
        let id = emit("Not", [same], name: resultName(node.output), node: node.name)
        set(node.output, View(id, graph[node.output].type.shape.dimensions))
    }

    private mutating func writeArgument(_ node: Node, _ argument: ArgumentReduction) throws(ONNXProblem) {
        guard argument.result == .int64 else {
            throw .notExportable(node: node.name, detail: "ONNX gives places as int64, not int32")
        }
        try writeInOrder(
            node, argument.kind == .maximum ? "ArgMax" : "ArgMin",
            [
                .init("axis", argument.axis), .init("keepdims", argument.keepsDimensions ? 1 : 0),
                .init("select_last_index", argument.selectsLast ? 1 : 0),
            ])
    }

    private mutating func writeCumulativeSum(_ node: Node, _ sum: CumulativeSum) throws(ONNXProblem) {
        let axis = constant("\(node.name)//axis", Tensor([], .int64([Int64(sum.axis)])))
        let id = emit(
            "CumSum", [try operand(node.inputs[0]), axis], name: resultName(node.output), node: node.name,
            attributes: [
                .init("exclusive", sum.isExclusive ? 1 : 0), .init("reverse", sum.isReversed ? 1 : 0),
            ])
        set(node.output, View(id, graph[node.output].type.shape.dimensions))
    }

    /// ONNX's LayerNormalization goes over the last axes, so the axes are moved there.
    private mutating func writeLayerNormalization(
        _ node: Node, _ normalization: LayerNormalization
    ) throws(ONNXProblem) {
        let shape = graph[node.output].type.shape, rank = shape.rank
        let order = (0..<rank).filter { !normalization.axes.contains($0) } + normalization.axes
        let x = try lay(try real(node.inputs[0]), order, stem: node.name)
        let inner = Shape(normalization.axes.map { shape[$0] })
        let ones = constant("\(node.name)//ones", Tensor(inner, .repeated(1, .float32)))
        let name = resultName(node.output)
        let hasScale = node.inputs.count > 1
        let id = emit(
            "LayerNormalization", [x, ones], name: hasScale ? names.fresh("\(node.name)//normalized") : name,
            node: node.name,
            attributes: [
                .init("axis", rank - normalization.axes.count), .init("epsilon", normalization.epsilon),
            ])
        var places = [Int](repeating: 0, count: rank)
        for (place, axis) in order.enumerated() { places[axis] = place }
        let normalized = View(id, stored: order.map { shape[$0] }, order: places)
        guard hasScale else { return set(node.output, normalized) }
        var value = try lay(normalized, Array(0..<rank), stem: node.name)
        for (step, input) in zip(["Mul", "Add"], node.inputs.dropFirst()) {
            let isLast = input == node.inputs.last
            value = emit(
                step, [value, try operand(input)], name: isLast ? name : names.fresh("\(node.name)//scaled"))
        }
        set(node.output, View(value, shape.dimensions))
    }

    private mutating func writeTransposed(
        _ node: Node, _ convolution: TransposedConvolution
    ) throws(ONNXProblem) {
        let weights = graph[node.inputs[1]]
        guard let tensor = weights.constant?.tensor, weights.type.quantization == nil else {
            throw .notExportable(
                node: node.name, detail: "transposed convolutions are written with constant, real weights")
        }
        var inputs = [
            try image(try real(node.inputs[0]), stem: node.name),
            constant(weights.name, tensor.inputsFirst(groups: convolution.groups)),
        ]
        if node.inputs.count > 2 { inputs.append(try operand(node.inputs[2])) }
        let (kernel, stride, padding) = (convolution.kernel, convolution.stride, convolution.padding)
        let id = emit(
            "ConvTranspose", inputs, name: resultName(node.output), node: node.name,
            attributes: [
                .init("kernel_shape", [kernel.height, kernel.width]),
                .init("strides", [stride.height, stride.width]),
                .init("dilations", [convolution.dilation.height, convolution.dilation.width]),
                .init("pads", [padding.top, padding.left, padding.bottom, padding.right]),
                .init("output_padding", [convolution.added.height, convolution.added.width]),
                .init("group", convolution.groups),
            ])
        set(node.output, imageView(id, of: node.output))
    }

    private mutating func writeRecurrence(_ node: Node, _ recurrence: Recurrence) throws(ONNXProblem) {
        guard !recurrence.returnsCell, recurrence.cellClip == nil, recurrence.rounding == nil,
            !recurrence.roundsHidden
        else {
            throw .notExportable(
                node: node.name, detail: "ONNX has no LSTM that clips its cell, rounds or returns all cells")
        }
        let shape = graph[node.inputs[0]].type.shape
        var inputs: [ValueID?] = [try operand(node.inputs[0])]
        for input in node.inputs[1...3] { inputs.append(try unsqueezed(input)) }
        inputs.append(nil)
        for input in node.inputs[4...] { inputs.append(try unsqueezed(input, samples: shape[1])) }
        let hidden = graph[node.inputs[2]].type.shape[1]
        let id = emit(
            recurrence.onnxName, inputs, name: resultName(node.output), node: node.name,
            attributes: [
                .init("hidden_size", hidden),
                .init("direction", recurrence.isReversed ? "reverse" : "forward"),
            ] + recurrence.onnxAttributes)
        set(node.output, View(id, [shape[0], 1, shape[1], hidden]).reshaped([shape[0], shape[1], hidden]))
    }

    /// A constant (or computed state) with the axis of directions in front; one state serves all samples.
    private mutating func unsqueezed(_ value: ValueID, samples: Int? = nil) throws(ONNXProblem) -> ValueID {
        let shape = graph[value].type.shape.dimensions
        let wanted = samples.map { shape.count == 2 ? [$0, shape[1]] : shape } ?? shape
        if let tensor = graph[value].constant?.tensor, graph[value].type.quantization == nil {
            guard wanted != shape else { return constant(graph[value].name, tensor.reshaped([1] + shape)) }
            let rows = tensor.floats.map { row in (0..<wanted[0]).flatMap { _ in row } }
            return constant(
                graph[value].name,
                rows.map { Tensor(Shape([1] + wanted), $0) } ?? .unknown(Shape([1] + wanted)))
        }
        guard wanted == shape else {
            throw .notExportable(node: graph[value].name, detail: "a computed state serves several samples")
        }
        return try lay(
            try real(value).reshaped([1] + shape), Array(0...shape.count), stem: graph[value].name)
    }
}

extension Tensor {
    /// [O, kh, kw, C / groups] as [C, O / groups, kh, kw].
    fileprivate func inputsFirst(groups: Int) -> Tensor {
        let (outputs, height, width, inputs) = (shape[0] / groups, shape[1], shape[2], shape[3])
        return reshaped([groups, outputs, height, width, inputs]).permuted([0, 4, 1, 2, 3])
            .reshaped([groups * inputs, outputs, height, width])
    }
}

extension Comparison {
    fileprivate var onnxName: String {
        switch self {
        case .equal, .notEqual: "Equal"
        case .less: "Less"
        case .lessOrEqual: "LessOrEqual"
        case .greater: "Greater"
        case .greaterOrEqual: "GreaterOrEqual"
        case .and: "And"
        case .or: "Or"
        case .exclusiveOr: "Xor"
        }
    }
}

extension Recurrence {
    fileprivate var onnxName: String {
        switch cell {
        case .plain: "RNN"
        case .lstm: "LSTM"
        case .gru: "GRU"
        }
    }

    fileprivate var onnxAttributes: [ProtoAttribute] {
        switch cell {
        case .lstm: []
        case .gru(let resetsAfterProduct): [.init("linear_before_reset", resetsAfterProduct ? 1 : 0)]
        case .plain(.relu): [.init("activations", texts: ["Relu"])]
        case .plain(.sigmoid): [.init("activations", texts: ["Sigmoid"])]
        case .plain: []
        }
    }
}
