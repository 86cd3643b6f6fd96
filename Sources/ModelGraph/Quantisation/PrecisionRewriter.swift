/// Builds the converted graph: keeps each value in the forms its readers ask for, and adds the conversions between them.
struct PrecisionRewriter {
    let graph: Graph
    let scales: ActivationScales
    /// For each value of the graph, the mean of each channel, where known.
    let channelMeans: [[Float]?]
    let weightScales: WeightScales
    private var builder: GraphBuilder
    /// The real form of each value that has one yet.
    private(set) var real: [ValueID: ValueID] = [:]
    private var integers: [ValueID: ValueID] = [:]
    private var binary: [ValueID: ValueID] = [:]

    init(
        graph: Graph, scales: ActivationScales, channelMeans: [[Float]?], weightScales: WeightScales
    ) {
        self.graph = graph
        self.scales = scales
        self.channelMeans = channelMeans
        self.weightScales = weightScales
        builder = GraphBuilder(name: graph.name)
    }

    mutating func rewrite(_ forms: [PrecisionPlan.Form]) throws(GraphError) -> Graph {
        let states = graph.integerStates(forms)
        for (place, input) in graph.inputs.enumerated() {
            if states.contains(where: { $0.input == place }) {
                let type = ValueType(graph[input].type.shape, .int8, quantization: scales[input])
                integers[input] = builder.input(graph[input].name, type)
            } else {
                real[input] = builder.input(graph[input].name, graph[input].type)
            }
        }
        for (node, form) in zip(graph.nodes, forms) {
            switch form {
            case .real: try addReal(node)
            case .half(let dataType): try addReal(node, weights: dataType)
            case .int8: try addInteger(node)
            case .binary: try addBinary(node)
            }
        }
        var outputs: [ValueID] = []
        for (place, output) in graph.outputs.enumerated() {
            let isInteger = states.contains { $0.output == place }
            outputs.append(try isInteger ? integerForm(of: output) : realForm(of: output))
        }
        var converted = builder.graph(outputs: outputs)
        converted.states = graph.states.map { states.contains($0) ? stored($0) : $0 }
        // The network's results keep their names; the integers behind them get another.
        for (old, new) in zip(graph.outputs, outputs) {
            if let integer = integers[old], integer != new {
                converted[integer].name = "\(graph[old].name).int8"
            }
            converted[new].name = graph[old].name
        }
        return converted
    }

    /// A state with its first number as integers store it.
    private func stored(_ state: GraphState) -> GraphState {
        let scale = scales[graph.inputs[state.input]]
        var stored = state
        stored.initial = Float(state.initial.quantized(scale: scale.scale, zeroPoint: scale.zeroPoint))
        return stored
    }

    // MARK: Nodes

    private mutating func addReal(_ node: Node, weights: DataType? = nil) throws(GraphError) {
        var inputs: [ValueID] = []
        for (operand, input) in node.inputs.enumerated() {
            if operand == 1, let weights, let constant = graph[input].constant {
                let narrow = constant.tensor.narrowed(to: weights)
                inputs.append(builder.constant(graph[input].name, narrow, sparsity: constant.sparsity))
            } else {
                inputs.append(try realForm(of: input))
            }
        }
        let type = graph[node.output].type
        real[node.output] = try builder.apply(
            node.operation, to: inputs, name: node.name, quantization: type.quantization,
            dataType: type.dataType)
    }

    private mutating func addInteger(_ node: Node) throws(GraphError) {
        var inputs: [ValueID] = []
        if node.operation.isLayer {
            inputs = [try integerForm(of: node.inputs[0])]
            inputs += try integerParameters(
                of: node, inputScale: builder.type(of: inputs[0]).quantization?.scale ?? 1)
        } else {
            for input in node.inputs { inputs.append(try integerForm(of: input)) }
        }
        integers[node.output] = try builder.apply(
            node.operation, to: inputs, name: node.name, quantization: scales[node.output], dataType: .int8)
    }

    private mutating func integerParameters(of node: Node, inputScale: Float) throws(GraphError) -> [ValueID]
    {
        guard let weights = graph[node.inputs[1]].constant else { return [] }
        let bias = node.inputs.count > 2 ? graph[node.inputs[2]].constant?.tensor : nil
        let quantized = try QuantizedWeights(
            weights: weights.tensor, bias: bias, inputScale: inputScale, inputMeans: inputMeans(of: node),
            scales: weightScales, layer: node.name)
        return [
            builder.constant(
                graph[node.inputs[1]].name, quantized.weights, quantization: quantized.scales,
                sparsity: weights.sparsity),
            builder.constant("\(node.name).bias", quantized.bias, quantization: quantized.biasScales),
        ]
    }

    /// The mean of the input that meets each weight, one row of weights an output channel.
    private func inputMeans(of node: Node) -> LayerInputMeans? {
        guard let means = channelMeans[node.inputs[0].index] else { return nil }
        if case .convolution(let convolution) = node.operation {
            return LayerInputMeans(channels: means, groups: convolution.groups)
        }
        // At a transposed convolution's edges fewer weights meet an input than in the middle.
        if case .transposedConvolution = node.operation { return nil }
        return LayerInputMeans(channels: means, groups: 1)
    }

    private mutating func addBinary(_ node: Node) throws(GraphError) {
        guard let weights = graph[node.inputs[1]].constant?.tensor else { return }
        let binaryWeights = BinaryWeights(weights)
        var inputs = [try binaryForm(of: graph.binarySource(of: node.inputs[0]))]
        inputs.append(
            builder.constant(
                graph[node.inputs[1]].name, binaryWeights.values, quantization: binaryWeights.scales))
        if node.inputs.count > 2 { inputs.append(try realForm(of: node.inputs[2])) }
        real[node.output] = try builder.apply(node.operation, to: inputs, name: node.name, dataType: .float32)
    }

    // MARK: Forms of values

    private mutating func realForm(of value: ValueID) throws(GraphError) -> ValueID {
        if let known = real[value] { return known }
        if let integer = integers[value] {
            let result = try builder.apply(.dequantize, to: [integer], name: "\(graph[value].name).real")
            real[value] = result
            return result
        }
        let result = addConstant(value)
        real[value] = result
        return result
    }

    private mutating func integerForm(of value: ValueID) throws(GraphError) -> ValueID {
        if let known = integers[value] { return known }
        if let constant = graph[value].constant {
            let result = try addIntegerConstant(value, constant)
            integers[value] = result
            return result
        }
        let source = try realForm(of: value)
        let result = try builder.apply(
            .quantize(.int8, scales[value]), to: [source], name: "\(graph[value].name).quantized")
        integers[value] = result
        return result
    }

    private mutating func binaryForm(of value: ValueID) throws(GraphError) -> ValueID {
        if let known = binary[value] { return known }
        let source = try realForm(of: value)
        let result = try builder.apply(.cast(.binary), to: [source], name: "\(graph[value].name).sign")
        binary[value] = result
        return result
    }

    private mutating func addConstant(_ value: ValueID) -> ValueID {
        let (type, constant) = (graph[value].type, graph[value].constant)
        return builder.constant(
            graph[value].name, constant?.tensor ?? .unknown(type.shape, type.dataType),
            quantization: type.quantization, sparsity: constant?.sparsity ?? .dense)
    }

    /// An operand of an element-wise operation or concatenation, quantised by its own range.
    private mutating func addIntegerConstant(_ value: ValueID, _ constant: Constant) throws(GraphError)
        -> ValueID
    {
        let tensor = constant.tensor
        let name = graph[value].name
        if case .repeated(let number, _) = tensor.storage {
            let real = Float(number)
            guard let scale = Quantization(covering: min(real, 0)...max(real, 0)) else {
                throw .invalid(node: name, detail: "the constant \(number) has no int8 form")
            }
            let integer = real.quantized(scale: scale.scale, zeroPoint: scale.zeroPoint)
            return builder.constant(
                name, Tensor(tensor.shape, .repeated(Double(integer), .int8)), quantization: scale)
        }
        guard let values = tensor.floats else {
            return builder.constant(name, .unknown(tensor.shape, .int8), quantization: .uncalibrated)
        }
        guard values.allSatisfy(\.isFinite),
            let scale = Quantization(covering: (values.min() ?? 0)...(values.max() ?? 0))
        else { throw .invalid(node: name, detail: "the constant is not finite, so it has no int8 form") }
        let integers = values.map { $0.quantized(scale: scale.scale, zeroPoint: scale.zeroPoint) }
        return builder.constant(name, Tensor(tensor.shape, .int8(integers)), quantization: scale)
    }
}

extension Graph {
    /// The value that a binary layer rounds to ±1: behind a ReLU all would be +1, so it reads what is before it.
    func binarySource(of value: ValueID) -> ValueID {
        guard let producer = producers[value.index],
            case .activation(let activation) = nodes[producer].operation,
            activation.hidesSign
        else { return value }
        return binarySource(of: nodes[producer].inputs[0])
    }
}

extension Activation {
    /// Whether the result is never negative although the input may be.
    fileprivate var hidesSign: Bool {
        switch self {
        case .relu, .relu6, .sigmoid, .hardSigmoid: true
        case .clip(let lower, _): lower >= 0
        case .hardSwish, .silu, .tanh, .gelu, .leakyRelu: false
        }
    }
}
