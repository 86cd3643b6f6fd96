import ModelGraph

extension Graph {
    /// The same numbers, with layers whose integer weights have zero points computed in float32 between a dequantise and a
    /// quantise: TFLite's int8 kernels take every zero point of weights to be 0.
    func computingOffsetWeightsInReals() -> Graph {
        guard nodes.contains(where: { hasOffsetWeights($0) }) else { return self }
        var writer = RealLayerWriter(graph: self)
        for node in nodes {
            if hasOffsetWeights(node) { writer.appendReal(node) } else { writer.graph.nodes.append(node) }
        }
        return writer.graph
    }

    private func hasOffsetWeights(_ node: Node) -> Bool {
        guard node.operation.isLayer, let scales = self[node.inputs[1]].type.quantization else {
            return false
        }
        return !scales.zeroPoints.allSatisfy { $0 == 0 } && self[node.output].type.quantization != nil
    }
}

/// A graph as its layers are written again.
private struct RealLayerWriter {
    var graph: Graph
    private var reals: [ValueID: ValueID] = [:]

    init(graph: Graph) {
        self.graph = graph
        self.graph.nodes = []
    }

    mutating func appendReal(_ node: Node) {
        let output = graph[node.output]
        guard let quantization = output.type.quantization else { return graph.nodes.append(node) }
        let input = append(
            .dequantize, [node.inputs[0]], "\(output.name):input", graph[node.inputs[0]].type.shape)
        let constants = node.inputs.dropFirst().map { real($0) }
        let result = append(node.operation, [input] + constants, "\(output.name):real", output.type.shape)
        graph.nodes.append(
            Node(
                name: node.name, operation: .quantize(output.type.dataType, quantization), inputs: [result],
                output: node.output))
    }

    private mutating func append(
        _ operation: Operation, _ inputs: [ValueID], _ name: String, _ shape: Shape
    ) -> ValueID {
        graph.values.append(Value(name: name, type: ValueType(shape)))
        let output = ValueID(graph.values.count - 1)
        graph.nodes.append(Node(name: name, operation: operation, inputs: inputs, output: output))
        return output
    }

    /// A constant as real numbers, once; unknown numbers stay unknown.
    private mutating func real(_ value: ValueID) -> ValueID {
        if let known = reals[value] { return known }
        guard let tensor = graph[value].constant?.tensor, let quantization = graph[value].type.quantization
        else { return value }
        let numbers = tensor.floats.map { Tensor(tensor.shape, quantization.reals($0, shape: tensor.shape)) }
        let constant = Constant(numbers ?? .unknown(tensor.shape))
        graph.values.append(
            Value(name: graph[value].name, type: ValueType(tensor.shape), constant: constant))
        let result = ValueID(graph.values.count - 1)
        reals[value] = result
        return result
    }
}
