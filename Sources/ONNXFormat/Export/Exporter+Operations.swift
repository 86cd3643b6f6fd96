import ModelGraph

extension Exporter {
    /// Writes one node of the graph.
    mutating func write(_ node: Node) throws(ONNXProblem) {
        switch node.operation {
        case .reshape, .transpose: try rename(node)
        case .dequantize: try writeDequantize(node)
        case .quantize: set(node.output, try real(node.inputs[0]), node: node.name)
        case .cast(let type): try writeCast(node, type)
        case .training(let operation):
            throw .notExportable(
                node: node.name, detail: "\(operation) belongs to training; export the trained network")
        case .convolution(let convolution): try writeConvolution(node, convolution)
        case .dense: try writeDense(node)
        case .matrixMultiply:
            let inputs = [try inOrder(node.inputs[0]), try inOrder(node.inputs[1])]
            let id = emit("MatMul", inputs, name: resultName(node.output), node: node.name)
            set(node.output, View(id, graph[node.output].type.shape.dimensions))
        case .batchNormalization(let epsilon): try writeBatchNormalization(node, epsilon)
        case .pool(let pooling):
            try writeImage(node, pooling.kind == .maximum ? "MaxPool" : "AveragePool", pooling.attributes)
        case .globalPool(let kind):
            try writeImage(node, kind == .maximum ? "GlobalMaxPool" : "GlobalAveragePool", [])
        case .localResponseNormalization(let size, let alpha, let beta, let bias):
            try writeImage(
                node, "LRN",
                [.init("size", size), .init("alpha", alpha), .init("beta", beta), .init("bias", bias)])
        case .resize(let resizing): try writeResize(node, resizing)
        case .binary(let operation): try writeBinary(node, operation)
        case .activation(let activation): try writeActivation(node, activation)
        case .unary(let operation):
            let view = try real(node.inputs[0])
            set(
                node.output,
                view.with(
                    emit(operation.onnxName, [view.value], name: resultName(node.output), node: node.name)))
        case .concatenate(let axis): try writeConcatenation(node, axis)
        case .slice(let slicing): try writeSlice(node, slicing)
        case .pad(let padding): try writePadding(node, padding)
        case .softmax(let axis):
            let view = try plain(try real(node.inputs[0]), stem: node.name)
            let id = emit(
                "Softmax", [view.value], name: resultName(node.output), node: node.name,
                attributes: [.init("axis", view.order[axis])])
            set(node.output, view.with(id))
        case .reduce(let reduction): try writeReduction(node, reduction)
        case .transposedConvolution, .compare, .select, .gather, .argument, .cumulativeSum,
            .layerNormalization, .recurrence:
            try writeFurther(node)
        }
    }

    /// A value in the graph's own axis order.
    mutating func inOrder(_ value: ValueID) throws(ONNXProblem) -> ValueID {
        let view = try real(value)
        return try lay(view, Array(view.shape.indices), stem: graph[value].name)
    }

    /// Reshapes and transposes only change how a tensor is looked at.
    private mutating func rename(_ node: Node) throws(ONNXProblem) {
        var view = try stored(node.inputs[0])
        let shape = graph[node.output].type.shape.dimensions
        if case .transpose(let permutation) = node.operation {
            let isOffset = view.isOffset
            let plain = try plain(view, stem: node.name)
            view = View(plain.value, stored: plain.stored, order: permutation.map { plain.order[$0] })
            view.isOffset = isOffset
        } else {
            view = view.reshaped(shape)
        }
        views[node.output.index] = view
        if let real = dequantized[node.inputs[0].index] {
            dequantized[node.output.index] = view.with(real.value).unsigned(false)
        }
    }

    private mutating func writeDequantize(_ node: Node) throws(ONNXProblem) {
        let source = node.inputs[0]
        let view = try stored(source)
        guard let quantization = graph[source].type.quantization else {
            throw .notExportable(node: node.name, detail: "its input carries no scale")
        }
        let scales = scaleNames(
            quantization, graph[source], isUnsigned: view.isOffset || graph[source].type.dataType == .uint8)
        let axis = quantization.axis.map { [ProtoAttribute("axis", $0)] } ?? []
        let id = emit(
            "DequantizeLinear", [view.value] + scales, name: graph[node.output].name, node: node.name,
            attributes: axis)
        views[node.output.index] = view.with(id).unsigned(false)
    }

    private mutating func writeCast(_ node: Node, _ type: DataType) throws(ONNXProblem) {
        guard let element = ElementType(type) else {
            throw .notExportable(node: node.name, detail: "ONNX has no \(type.rawValue) values")
        }
        let view = try stored(node.inputs[0])
        let source = isShifted(view, node.inputs[0]) ? try restored(view, node) : view.value
        let id = emit(
            "Cast", [source], name: graph[node.output].name, node: node.name,
            attributes: [.init("to", Int(element.rawValue))])
        views[node.output.index] = view.with(id).unsigned(false)
    }

    /// Whether the file holds int8 values of the graph as uint8, 128 higher.
    private func isShifted(_ view: View, _ value: ValueID) -> Bool {
        view.isOffset && graph[value].type.dataType == .int8
    }

    /// The graph's own integers, for what reads them without their scale.
    private mutating func restored(_ view: View, _ node: Node) throws(ONNXProblem) -> ValueID {
        let wide = emit(
            "Cast", [view.value], name: names.fresh("\(node.name)//integers"),
            attributes: [.init("to", Int(ElementType.int32.rawValue))])
        let shift = constant("\(node.name)//shift", Tensor([], .int32([128])))
        return emit("Sub", [wide, shift], name: names.fresh("\(node.name)//shifted"))
    }

    /// An operation on images with one input.
    private mutating func writeImage(_ node: Node, _ type: String, _ attributes: [ProtoAttribute])
        throws(ONNXProblem)
    {
        let x = try image(try real(node.inputs[0]), stem: node.name)
        let id = emit(type, [x], name: resultName(node.output), node: node.name, attributes: attributes)
        set(node.output, imageView(id, of: node.output))
    }

    private mutating func writeResize(_ node: Node, _ resizing: Resizing) throws(ONNXProblem) {
        let x = try image(try real(node.inputs[0]), stem: node.name)
        let input = graph[node.inputs[0]].type.shape, output = graph[node.output].type.shape
        var inputs: [ValueID?] = [x, nil]
        let scales = (resizing.scaleHeight ?? 1, resizing.scaleWidth ?? 1)
        let areExact =
            (resizing.scaleHeight != nil || resizing.scaleWidth != nil)
            && (Float(input[1]) * scales.0).rounded(.down) == Float(output[1])
            && (Float(input[2]) * scales.1).rounded(.down) == Float(output[2])
        if areExact {
            inputs.append(constant("\(node.name)//scales", Tensor([4], [1, 1, scales.0, scales.1])))
        } else {
            let sizes = [output[0], output[3], output[1], output[2]]
            inputs += [nil, constant("\(node.name)//sizes", Tensor([4], .int64(sizes.map(Int64.init))))]
        }
        let id = emit(
            "Resize", inputs, name: resultName(node.output), node: node.name, attributes: resizing.attributes)
        set(node.output, imageView(id, of: node.output))
    }

    private mutating func writeSlice(_ node: Node, _ slicing: Slicing) throws(ONNXProblem) {
        let view = try plain(try real(node.inputs[0]), stem: node.name)
        let axes = view.storedAxes
        func list(_ name: String, _ values: [Int]) -> ValueID {
            constant("\(node.name)//\(name)", Tensor([values.count], .int64(values.map(Int64.init))))
        }
        let ends = axes.map { axis in
            let end = slicing.starts[axis] + slicing.sizes[axis] * slicing.strides[axis]
            // Below 0 would count from the back; this is before the first element of any axis.
            return end < 0 ? Int.min + 1 : end
        }
        let inputs = [
            view.value, list("starts", axes.map { slicing.starts[$0] }), list("ends", ends),
            list("axes", Array(axes.indices)), list("steps", axes.map { slicing.strides[$0] }),
        ]
        let id = emit("Slice", inputs, name: resultName(node.output), node: node.name)
        set(node.output, self.view(id, of: node.output, like: axes))
    }

    private mutating func writePadding(_ node: Node, _ padding: Padding) throws(ONNXProblem) {
        let view = try plain(try real(node.inputs[0]), stem: node.name)
        let axes = view.storedAxes
        let amounts = axes.map { padding.before[$0] } + axes.map { padding.after[$0] }
        var inputs = [
            view.value,
            constant("\(node.name)//pads", Tensor([amounts.count], .int64(amounts.map(Int64.init)))),
        ]
        if padding.mode == .constant {
            inputs.append(constant("\(node.name)//value", Tensor([], [padding.value])))
        }
        let id = emit(
            "Pad", inputs, name: resultName(node.output), node: node.name,
            attributes: [.init("mode", padding.mode.rawValue)])
        set(node.output, self.view(id, of: node.output, like: axes))
    }

    private mutating func writeReduction(_ node: Node, _ reduction: Reduction) throws(ONNXProblem) {
        let view = try plain(try real(node.inputs[0]), stem: node.name)
        let axes = reduction.axes.map { view.order[$0] }.sorted()
        var inputs = [view.value]
        var attributes: [ProtoAttribute] = [.init("keepdims", 1)]
        let isInput = reduction.kind == .sum || operatorSet >= 18
        if isInput {
            inputs.append(constant("\(node.name)//axes", Tensor([axes.count], .int64(axes.map(Int64.init)))))
        } else {
            attributes.append(.init("axes", axes))
        }
        let id = emit(
            reduction.kind.onnxName, inputs, name: resultName(node.output), node: node.name,
            attributes: attributes)
        let stored = view.stored.indices.map { axes.contains($0) ? 1 : view.stored[$0] }
        let kept = View(id, stored: stored, order: view.order)
        set(node.output, kept.reshaped(graph[node.output].type.shape.dimensions))
    }
}

extension View {
    func unsigned(_ isOffset: Bool) -> View {
        var view = self
        view.isOffset = isOffset
        return view
    }
}

extension Pooling {
    fileprivate var attributes: [ProtoAttribute] {
        var attributes: [ProtoAttribute] = [
            .init("kernel_shape", [kernel.height, kernel.width]),
            .init("strides", [stride.height, stride.width]),
            .init("pads", [padding.top, padding.left, padding.bottom, padding.right]),
        ]
        if kind == .average { attributes.append(.init("count_include_pad", countsPadding ? 1 : 0)) }
        if dilation != 1 { attributes.append(.init("dilations", [dilation.height, dilation.width])) }
        return attributes
    }
}

extension Resizing {
    fileprivate var attributes: [ProtoAttribute] {
        let coordinates =
            switch coordinates {
            case .halfPixel, .halfPixelStep: "half_pixel"
            case .alignCorners, .alignCornersStep: "align_corners"
            case .asymmetric, .asymmetricStep: "asymmetric"
            case .pytorchHalfPixel: "pytorch_half_pixel"
            case .halfPixelSymmetric: "half_pixel_symmetric"
            }
        let rounding =
            switch rounding {
            case .floor: "floor"
            case .ceiling: "ceil"
            case .preferFloor: "round_prefer_floor"
            case .preferCeiling: "round_prefer_ceil"
            }
        return [
            .init("mode", mode.rawValue), .init("coordinate_transformation_mode", coordinates),
            .init("nearest_mode", rounding),
        ]
    }
}

extension Reduction.Kind {
    fileprivate var onnxName: String {
        switch self {
        case .mean: "ReduceMean"
        case .sum: "ReduceSum"
        case .maximum: "ReduceMax"
        case .minimum: "ReduceMin"
        case .product: "ReduceProd"
        }
    }
}

extension UnaryOperation {
    fileprivate var onnxName: String {
        switch self {
        case .absolute: "Abs"
        case .negate: "Neg"
        case .exponential: "Exp"
        case .logarithm: "Log"
        case .squareRoot: "Sqrt"
        case .reciprocal: "Reciprocal"
        case .floor: "Floor"
        case .ceiling: "Ceil"
        case .round: "Round"
        case .sign: "Sign"
        case .sine: "Sin"
        case .cosine: "Cos"
        case .errorFunction: "Erf"
        case .softplus: "Softplus"
        case .softsign: "Softsign"
        }
    }
}
