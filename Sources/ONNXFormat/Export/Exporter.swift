import ModelGraph

/// Writes a graph as nodes of ONNX; the mirror image of `Translator`.
///
/// Each value of the graph is a `View` of a tensor of the file: `View.value` counts the file's tensors, `stored` are the extents
/// in the file (N, C, H, W for images), and permuting and reshaping them gives the graph's own shape.
struct Exporter {
    let graph: Graph
    let storesWeightsAsFloat16: Bool
    /// 17, or 20 where the graph holds a GELU, a dilated average or a resize around the middle.
    let operatorSet: Int
    var nodes: [ProtoNode] = []
    var initializers: [ProtoTensor] = []
    /// Names of the file's tensors; `View.value` is a place in this list.
    var tensorNames: [String] = []
    /// What stands for each value of the graph: real numbers, or the integers of a quantised value.
    var views: [View?]
    var layouts: [Translator.LayoutKey: ValueID] = [:]
    /// The real numbers of quantised values.
    var dequantized: [Int: View] = [:]
    var constants: [Translator.ConstantKey: ValueID] = [:]
    var names = Names()
    private var nodeNames = Names()
    private var written: Set<String> = []
    let consumers: [[Int]]

    init(_ graph: Graph, storesWeightsAsFloat16: Bool) {
        var graph = graph
        graph.nameComputedApart()
        graph.nameConstantsApart()
        self.graph = graph
        self.storesWeightsAsFloat16 = storesWeightsAsFloat16
        let isNewer = graph.nodes.contains { node in
            switch node.operation {
            case .activation(.gelu): true
            case .pool(let pooling): pooling.kind == .average && pooling.dilation != 1
            case .resize(let resizing): resizing.coordinates == .halfPixelSymmetric
            default: false
            }
        }
        operatorSet = isNewer ? 20 : 17
        views = Array(repeating: nil, count: graph.values.count)
        consumers = graph.consumers
        names.take(graph.values.map(\.name))
    }

    /// The whole network.
    mutating func exported() throws(ONNXProblem) -> ProtoGraph {
        var proto = ProtoGraph()
        proto.name = graph.name
        for input in graph.inputs {
            let value = graph[input]
            proto.input.append(try info(value.name, value.type, value.name))
            var view = View(add(value.name), value.type.shape.dimensions)
            if value.type.dataType == .uint8, value.type.quantization != nil { view.isOffset = true }
            views[input.index] = view
        }
        for node in graph.nodes { try write(node) }
        for output in graph.outputs {
            try finish(output)
            proto.output.append(try info(graph[output].name, graph[output].type, graph[output].name))
        }
        proto.node = nodes
        proto.initializer = initializers
        return proto
    }

    private func info(_ name: String, _ type: ValueType, _ node: String) throws(ONNXProblem) -> ProtoValueInfo
    {
        guard let element = ElementType(type.dataType) else {
            throw .notExportable(node: node, detail: "ONNX has no \(type.dataType.rawValue) values")
        }
        var info = ProtoValueInfo()
        info.name = name
        var tensor = ProtoType.OfTensor()
        tensor.elemType = element.rawValue
        tensor.shape.dim = type.shape.dimensions.map { extent in
            var dimension = ProtoTensorShape.Dimension()
            dimension.value = .dimValue(Int64(extent))
            return dimension
        }
        tensor.shape = tensor.shape
        info.type.value = .tensorType(tensor)
        return info
    }

    /// Brings an output into the graph's own layout under its own name.
    private mutating func finish(_ output: ValueID) throws(ONNXProblem) {
        let name = graph[output].name
        var view = try stored(output)
        if view.isOffset, graph[output].type.dataType == .int8 { view = try signed(view, graph[output]) }
        var id = try lay(view, Array(view.shape.indices), stem: name)
        let isProduced = nodes.contains { $0.output.first == tensorNames[id.index] }
        let isOutput = graph.outputs.contains { graph[$0].name == tensorNames[id.index] }
        if tensorNames[id.index] == name { return }
        if !isProduced || isOutput {
            id = emit("Identity", [id], name: name, node: name)
        } else {
            rename(id, to: name)
        }
    }

    /// The tensor takes over the output's name; the previous owner of the name is renamed.
    private mutating func rename(_ id: ValueID, to name: String) {
        if let holder = tensorNames.firstIndex(of: name) {
            replace(name, by: names.fresh("\(name)//inner"))
            tensorNames[holder] = "\(name)//inner"
        }
        replace(tensorNames[id.index], by: name)
        tensorNames[id.index] = name
    }

    private mutating func replace(_ old: String, by new: String) {
        for index in nodes.indices {
            nodes[index].input = nodes[index].input.map { $0 == old ? new : $0 }
            nodes[index].output = nodes[index].output.map { $0 == old ? new : $0 }
        }
    }

    // MARK: - Looking up

    /// The tensor of the file that stands for a value: integers where it is quantised.
    mutating func stored(_ value: ValueID) throws(ONNXProblem) -> View {
        if let view = views[value.index] { return view }
        guard let constant = graph[value].constant else {
            throw .notExportable(node: graph[value].name, detail: "nothing computes it")
        }
        let view = View(
            try initializer(graph[value].name, constant.tensor, order: []), constant.tensor.shape.dimensions)
        views[value.index] = view
        return view
    }

    /// The real numbers of a value.
    mutating func real(_ value: ValueID) throws(ONNXProblem) -> View {
        let view = try stored(value)
        guard let quantization = graph[value].type.quantization else { return view }
        if let known = dequantized[value.index] { return known }
        let result = dequantize(view, quantization, graph[value])
        dequantized[value.index] = result
        return result
    }

    private mutating func dequantize(
        _ view: View, _ quantization: Quantization, _ value: Value, name: String? = nil
    ) -> View {
        let scales = scaleNames(quantization, value, isUnsigned: view.isOffset)
        var result = view.with(
            emit(
                "DequantizeLinear", [view.value] + scales,
                name: name ?? names.fresh("\(value.name)//dequantized"),
                attributes: quantization.axis.map { [.init("axis", $0)] } ?? []))
        result.isOffset = false
        return result
    }

    /// Initialisers with scale and zero point, as the file's integers have them.
    mutating func scaleNames(_ quantization: Quantization, _ value: Value, isUnsigned: Bool) -> [ValueID] {
        let shift: Int32 = isUnsigned && value.type.dataType == .int8 ? 128 : 0
        let isPerTensor = quantization.axis == nil
        let shape: Shape = isPerTensor ? [] : [quantization.scales.count]
        let points = quantization.zeroPoints.map { $0 + shift }
        let storage: Tensor.Storage =
            switch value.type.dataType {
            case .int8 where !isUnsigned: .int8(points.map { Int8(clamping: $0) })
            case .int32: .int32(points)
            default: .uint8(points.map { UInt8(clamping: $0) })
            }
        return [
            constant("\(value.name)//scale", Tensor(shape, quantization.scales)),
            constant("\(value.name)//zero", Tensor(shape, storage)),
        ]
    }

    /// Records what a node gives: real numbers, quantised where the value is.
    mutating func set(_ value: ValueID, _ view: View, node: String? = nil) {
        let type = graph[value].type
        guard let quantization = type.quantization, type.dataType == .int8 || type.dataType == .uint8 else {
            views[value.index] = view
            return
        }
        let isUnsigned = !graph.outputs.contains(value) || type.dataType == .uint8
        let scales = scaleNames(quantization, graph[value], isUnsigned: isUnsigned)
        var result = view.with(
            emit("QuantizeLinear", [view.value] + scales, name: graph[value].name, node: node))
        result.isOffset = isUnsigned
        views[value.index] = result
    }

    /// The name under which a node computes: the value's own, or another where quantising follows.
    func resultName(_ value: ValueID) -> String {
        graph[value].type.quantization == nil ? graph[value].name : "\(graph[value].name)//real"
    }

    private mutating func signed(_ view: View, _ value: Value) throws(ONNXProblem) -> View {
        guard let quantization = value.type.quantization else { return view }
        let real = dequantize(view, quantization, value)
        let scales = scaleNames(quantization, value, isUnsigned: false)
        return real.with(
            emit("QuantizeLinear", [real.value] + scales, name: names.fresh("\(value.name)//int8")))
    }

    // MARK: - Growing the file

    mutating func add(_ name: String) -> ValueID {
        tensorNames.append(name)
        return ValueID(tensorNames.count - 1)
    }

    /// Appends a node with one result; inputs of nil are left out.
    mutating func emit(
        _ type: String, _ inputs: [ValueID?], name: String, node: String? = nil,
        attributes: [ProtoAttribute] = []
    ) -> ValueID {
        var proto = ProtoNode()
        proto.opType = type
        proto.input = inputs.map { $0.map { tensorNames[$0.index] } ?? "" }
        proto.output = [name]
        proto.name = nodeNames.fresh(node ?? name)
        proto.attribute = attributes
        nodes.append(proto)
        return add(name)
    }

    /// A small constant of the exporter's own.
    mutating func constant(_ stem: String, _ tensor: Tensor) -> ValueID {
        let name = names.fresh(stem)
        initializers.append(ProtoTensor(name, tensor))
        return add(name)
    }

    /// A constant of the graph in the layout the file needs, once for each layout.
    mutating func initializer(
        _ name: String, _ tensor: Tensor, order: [Int]
    ) throws(ONNXProblem) -> ValueID {
        let key = Translator.ConstantKey(name: name, shape: tensor.shape, order: order)
        if let known = constants[key] { return known }
        guard tensor.isKnown else {
            throw .notExportable(node: name, detail: "its weights are not known yet; train it first")
        }
        guard tensor.dataType != .binary else {
            throw .notExportable(
                node: name, detail: "binary weights have no ONNX form; choose float or int8 there")
        }
        let fileName = written.insert(name).inserted ? name : names.fresh(name)
        let id: ValueID
        if case .repeated(let value, let type) = tensor.storage, tensor.shape.elementCount > 1 {
            let shape = constant(
                "\(name)//shape", Tensor([tensor.shape.rank], .int64(tensor.shape.dimensions.map(Int64.init)))
            )
            let fill = ProtoAttribute(
                "value", ProtoTensor("", Tensor([1], Tensor.Storage([value], as: type))))
            id = emit("ConstantOfShape", [shape], name: fileName, attributes: [fill])
        } else if let narrow = narrowed(tensor) {
            let stored = constant("\(name)//float16", narrow)
            id = emit("Cast", [stored], name: fileName, attributes: [.init("to", 1)])
        } else {
            initializers.append(ProtoTensor(fileName, tensor))
            id = add(fileName)
        }
        constants[key] = id
        return id
    }

    /// Sixteen-bit weights, where they are stored so; runtimes widen them when they load the model.
    private func narrowed(_ tensor: Tensor) -> Tensor? {
        switch tensor.dataType {
        case .float16, .bfloat16: return tensor
        case .float32:
            guard storesWeightsAsFloat16, tensor.shape.rank > 1, let values = tensor.floats else {
                return nil
            }
            let limit = Float(Float16.greatestFiniteMagnitude)
            return Tensor(
                tensor.shape, .float16(values.map { Float16($0.isFinite ? min(max($0, -limit), limit) : $0) })
            )
        case .int8, .uint8, .int16, .int32, .int64, .bool, .binary: return nil
        }
    }
}

extension Graph {
    /// Gives every computed value a name of its own, by which the file tells them apart; inputs keep theirs, then outputs.
    fileprivate mutating func nameComputedApart() {
        var names = Names()
        var seen: Set<Int> = []
        for index in inputs.map(\.index) + outputs.map(\.index) + values.indices
        where values[index].constant == nil && seen.insert(index).inserted {
            values[index].name = names.fresh(values[index].name)
        }
    }
}
