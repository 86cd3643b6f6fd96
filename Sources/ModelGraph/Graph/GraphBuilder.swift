/// Grows a graph one operation at a time, inferring every shape on the way.
///
///     var builder = GraphBuilder(name: "tiny")
///     let image = builder.input("image", ValueType([1, 8, 8, 1]))
///     let weights = builder.constant("w", .unknown([4, 3, 3, 1]))
///     let features = try builder.apply(.convolution(Convolution(kernel: 3)), to: [image, weights])
///     let graph = builder.graph(outputs: [features])
public struct GraphBuilder: Sendable {
    private var graphSoFar: Graph

    /// An empty graph of this name.
    public init(name: String) {
        graphSoFar = Graph(name: name, values: [], nodes: [], inputs: [], outputs: [])
    }

    /// Appends an input of the network; runs are given inputs in this order.
    public mutating func input(_ name: String, _ type: ValueType) -> ValueID {
        let id = append(Value(name: name, type: type))
        graphSoFar.inputs.append(id)
        return id
    }

    /// Appends a value that is known before the graph runs; its type follows from `tensor` and
    /// `quantization`.
    public mutating func constant(
        _ name: String, _ tensor: Tensor, quantization: Quantization? = nil, sparsity: Sparsity = .dense
    ) -> ValueID {
        append(
            Value(
                name: name, type: ValueType(tensor.shape, tensor.dataType, quantization: quantization),
                constant: Constant(tensor, sparsity: sparsity)))
    }

    /// Appends a node and returns its result.
    ///
    /// `quantization` (and `dataType`) give the integer type of the result where the operation computes in integers;
    /// without them the result has the type `Operation.outputType` infers.
    public mutating func apply(
        _ operation: Operation, to inputs: [ValueID], name: String? = nil,
        quantization: Quantization? = nil, dataType: DataType? = nil
    ) throws(GraphError) -> ValueID {
        var types: [ValueType] = []
        for input in inputs { types.append(graphSoFar[input].type) }
        var type = try operation.outputType(types)
        if let quantization { type.quantization = quantization }
        if let dataType { type.dataType = dataType }
        let nodeName = name ?? "\(operation.name)_\(graphSoFar.nodes.count)"
        let output = append(Value(name: nodeName, type: type))
        graphSoFar.nodes.append(Node(name: nodeName, operation: operation, inputs: inputs, output: output))
        return output
    }

    /// Shape, element type and quantisation of a value appended before.
    public func type(of id: ValueID) -> ValueType { graphSoFar[id].type }
    /// The elements of a constant; nil for other values.
    public func constant(_ id: ValueID) -> Tensor? { graphSoFar[id].constant?.tensor }
    /// The shape of a value appended before.
    public func shape(of id: ValueID) -> Shape { graphSoFar[id].type.shape }

    /// The finished graph.
    public func graph(outputs: [ValueID]) -> Graph {
        var graph = graphSoFar
        graph.outputs = outputs
        return graph
    }

    private mutating func append(_ value: Value) -> ValueID {
        graphSoFar.values.append(value)
        return ValueID(graphSoFar.values.count - 1)
    }
}
