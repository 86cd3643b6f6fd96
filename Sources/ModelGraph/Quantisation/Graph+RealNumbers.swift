extension Graph {
    /// The network in real numbers that an integer network stands for: the reverse of `converted(to:)`, but for rounding.
    ///
    /// Weights and constants become the real numbers of their grids, and sixteen-bit weights are widened. Where the grid of a result
    /// begins at zero, integers clip below it as ReLU does, and where it ends at six, as ReLU6: these become nodes.
    ///
    /// A network of real numbers is returned as it is.
    public func inRealNumbers() throws(GraphError) -> Graph {
        let isReal =
            values.allSatisfy { $0.type.real == $0.type }
            && nodes.allSatisfy { $0.operation.onRealNumbers == $0.operation }
        if isReal { return self }
        var rewriter = RealRewriter(self)
        return try rewriter.rewrite()
    }
}

/// Builds the same network without integers that stand for real numbers.
private struct RealRewriter {
    let graph: Graph
    private var builder: GraphBuilder
    private var reals: [ValueID: ValueID] = [:]
    private let consumers: [[Int]]

    init(_ graph: Graph) {
        self.graph = graph
        builder = GraphBuilder(name: graph.name)
        consumers = graph.consumers
    }

    mutating func rewrite() throws(GraphError) -> Graph {
        for input in graph.inputs {
            reals[input] = builder.input(graph[input].name, graph[input].type.real)
        }
        for node in graph.nodes { reals[node.output] = try real(node) }
        var outputs: [ValueID] = []
        for output in graph.outputs { outputs.append(try real(output)) }
        var result = builder.graph(outputs: outputs)
        for (old, new) in zip(graph.outputs, outputs) { result[new].name = graph[old].name }
        result.states = graph.states.map { state in
            GraphState(
                input: state.input, output: state.output,
                initial: graph[graph.inputs[state.input]].type.real(state.initial))
        }
        return result
    }

    private mutating func real(_ node: Node) throws(GraphError) -> ValueID {
        var inputs: [ValueID] = []
        for input in node.inputs { inputs.append(try real(input)) }
        let type = graph[node.output].type
        if case .dequantize = node.operation { return inputs[0] }
        if case .quantize = node.operation {
            return isClipped(node.inputs[0]) ? inputs[0] : try clipped(inputs[0], node, type)
        }
        let result = try builder.apply(node.operation.onRealNumbers, to: inputs, name: node.name)
        return node.operation.clipsByItself ? result : try clipped(result, node, type)
    }

    /// What integers of this type cut off below zero or above six.
    private mutating func clipped(_ value: ValueID, _ node: Node, _ type: ValueType) throws(GraphError)
        -> ValueID
    {
        guard let clip = type.clip, !isClippedNext(node.output) else { return value }
        return try builder.apply(.activation(clip), to: [value], name: "\(node.name):clip")
    }

    /// Whether a value that gets another grid is cut by its own already, or comes from outside, where data may be scaled otherwise.
    private func isClipped(_ value: ValueID) -> Bool {
        graph[value].type.clip != nil || graph.inputs.contains(value)
    }

    private func isClippedNext(_ value: ValueID) -> Bool {
        guard consumers[value.index].count == 1, let next = consumers[value.index].first else { return false }
        if case .activation(let activation) = graph.nodes[next].operation {
            return [.relu, .relu6].contains(activation)
        }
        return false
    }

    private mutating func real(_ value: ValueID) throws(GraphError) -> ValueID {
        if let known = reals[value] { return known }
        guard let constant = graph[value].constant else {
            throw .invalid(node: graph[value].name, detail: "is read before it is produced")
        }
        let result = builder.constant(
            graph[value].name, constant.tensor.real(graph[value].type), sparsity: constant.sparsity)
        reals[value] = result
        return result
    }
}

extension Operation {
    /// The operation without what only its integer form has.
    fileprivate var onRealNumbers: Operation {
        if case .pool(var pooling) = self {
            pooling.roundsAwayFromZero = false
            return .pool(pooling)
        }
        if case .recurrence(var recurrence) = self {
            (recurrence.rounding, recurrence.roundsHidden) = (nil, false)
            return .recurrence(recurrence)
        }
        return self
    }

    /// Whether integers cut nothing off its result that the operation does not: it only moves elements, or is bounded itself.
    fileprivate var clipsByItself: Bool {
        switch traits.kind {
        case .layer, .product: return false
        case .elementwise:
            if case .activation(let activation) = self {
                return [.relu, .relu6, .sigmoid].contains(activation)
            }
            return false
        case .pooling, .movement, .mixing, .recurrence: return true
        }
    }
}

extension ValueType {
    /// The same without integers that stand for real numbers.
    fileprivate var real: ValueType {
        switch dataType {
        case .float16, .bfloat16: ValueType(shape)
        case .float32, .int8, .uint8, .int16, .int32, .int64, .bool, .binary:
            quantization == nil ? self : ValueType(shape)
        }
    }

    /// The real number that a stored one stands for.
    fileprivate func real(_ stored: Float) -> Float {
        quantization.map { (stored - Float($0.zeroPoint)) * $0.scale } ?? stored
    }

    /// What numbers are cut by for having to fit into this type, where models rely on it.
    fileprivate var clip: Activation? {
        guard let quantization, quantization.axis == nil else { return nil }
        let range: ClosedRange<Float>
        switch dataType {
        case .int8: range = -128...127
        case .uint8: range = 0...255
        case .int16, .int32, .int64, .bool, .binary, .float32, .float16, .bfloat16: return nil
        }
        guard Float(quantization.zeroPoint) == range.lowerBound else { return nil }
        return abs(real(range.upperBound) - 6) < 0.01 ? .relu6 : .relu
    }
}

extension Tensor {
    /// The numbers that this tensor's stored ones stand for; a tensor of plain integers stays as it is.
    fileprivate func real(_ type: ValueType) -> Tensor {
        guard type.real != type else { return self }
        if case .repeated(let number, _) = storage, type.quantization?.axis == nil {
            return Tensor(shape, .repeated(Double(type.real(Float(number))), .float32))
        }
        guard let stored = floats else { return .unknown(shape) }
        guard let quantization = type.quantization else { return Tensor(shape, stored) }
        guard let axis = quantization.axis else { return Tensor(shape, stored.map(type.real)) }
        let inner = shape.dimensions.dropFirst(axis + 1).reduce(1, *), extent = shape[axis]
        return Tensor(
            shape,
            stored.indices.map { index in
                let channel = index / max(inner, 1) % extent
                return (stored[index] - Float(quantization.zeroPoints[channel]))
                    * quantization.scales[channel]
            })
    }
}
