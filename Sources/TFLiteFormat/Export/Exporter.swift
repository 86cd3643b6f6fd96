import ModelGraph

/// Writes a graph's nodes as TFLite operators, in graph order.
struct Exporter {
    let graph: Graph
    let options: TFLiteOptions
    /// Everything is decided but no constant is copied, so that weights may be unknown.
    let isDryRun: Bool
    var tensors: [TensorRecord] = []
    var operators: [OperatorRecord] = []
    /// What a second subgraph does once, before the first run: it gives variables their first values.
    var initialTensors: [TensorRecord] = []
    var initialOperators: [OperatorRecord] = []
    private var tensorOf: [Int?]
    private var weightTensors: [WeightKey: Int] = [:]
    private var names: Set<String> = []
    /// The node being written, for errors.
    var place = "the graph"

    struct TensorRecord {
        var name: String
        var shape: [Int]
        var type: Schema.TensorType
        var quantization: Quantization?
        /// Nil for what is computed.
        var data: [UInt8]?
        /// Stands for a variable instead of holding numbers; its type and shape say nothing.
        var isHandle = false
    }

    struct OperatorRecord {
        var builtin: BuiltinOperator
        var version: Int32
        var inputs: [Int]
        var outputs: [Int]
        var options: [(id: Int, value: FlatWriter.Field)]
        /// Options that are texts.
        var texts: [(id: Int, text: String)] = []
    }

    private struct WeightKey: Hashable {
        let value: ValueID
        let isDepthwise: Bool
    }

    init(_ graph: Graph, options: TFLiteOptions, isDryRun: Bool) throws(TFLiteError) {
        do {
            try graph.verify()
        } catch {
            throw .notExportable(graph: graph.name, detail: error.description)
        }
        var prepared = graph
        if graph.nodes.contains(where: { $0.operation.isBatchNormalization }) {
            prepared = graph.normalized(for: .foldingOnly)
        }
        prepared = prepared.computingOffsetWeightsInReals()
        do {
            prepared = try prepared.writingRecurrencesInSteps()
        } catch {
            throw .notExportable(graph: graph.name, detail: error.description)
        }
        prepared = prepared.withInterface(options.interface)
        self.graph = prepared
        self.options = options
        self.isDryRun = isDryRun
        tensorOf = [Int?](repeating: nil, count: prepared.values.count)
    }

    /// Fills `tensors` and `operators`.
    mutating func lowerGraph() throws(TFLiteError) {
        for input in graph.inputs { _ = try tensor(input) }
        let handles = readVariables()
        let fused = graph.fusedActivations
        var isFused = [Bool](repeating: false, count: graph.nodes.count)
        for (index, node) in graph.nodes.enumerated() where !isFused[index] {
            place = "node '\(node.name)' (\(node.operation.name))"
            let next = fused[index]
            if let next { isFused[next] = true }
            try lower(node, activation: next.map { graph.nodes[$0] })
        }
        place = "the outputs"
        for output in graph.outputs { _ = try tensor(output) }
        try assignVariables(handles)
    }

    /// The tensor of a value; a constant is stored as it is.
    mutating func tensor(_ id: ValueID) throws(TFLiteError) -> Int {
        if let known = tensorOf[id.index] { return known }
        let value = graph[id]
        let data: [UInt8]? =
            if let constant = value.constant { try bytes(of: constant.tensor, named: value.name) } else {
                nil
            }
        let index = try append(named: value.name, value.type, data: data)
        tensorOf[id.index] = index
        return index
    }

    /// The tensors of values that have one.
    func tensorIndices(_ ids: [ValueID]) -> [Int32] {
        ids.compactMap { tensorOf[$0.index].map { Int32($0) } }
    }

    /// The inputs that a caller gives: states are variables.
    var givenInputs: [ValueID] {
        graph.inputs.indices.filter { index in !graph.states.contains { $0.input == index } }
            .map { graph.inputs[$0] }
    }

    /// The outputs that a caller reads.
    var readOutputs: [ValueID] {
        graph.outputs.indices.filter { index in !graph.states.contains { $0.output == index } }
            .map { graph.outputs[$0] }
    }

    /// Appends a tensor of this type; without data it is one that an operator computes.
    mutating func append(
        named name: String, _ type: ValueType, data: [UInt8]? = nil
    ) throws(TFLiteError) -> Int {
        guard let elementType = Schema.TensorType(type.dataType) else {
            throw fault("TFLite kernels do not compute in \(type.dataType.rawValue)")
        }
        guard type.shape.dimensions.allSatisfy({ $0 <= Int(Int32.max) }) else {
            throw fault("shape \(type.shape) is too large for the format")
        }
        tensors.append(
            TensorRecord(
                name: unique(name), shape: type.shape.dimensions, type: elementType,
                quantization: type.quantization, data: data))
        return tensors.count - 1
    }

    /// A tensor between two operators of one node.
    mutating func intermediate(_ suffix: String, of output: ValueID, _ type: ValueType) throws(TFLiteError)
        -> Int
    {
        try append(named: "\(graph[output].name):\(suffix)", type)
    }

    /// Weights in the layout that the operator reads; halves are widened by a DEQUANTIZE that runtimes fold away.
    mutating func weights(_ id: ValueID, isDepthwise: Bool = false) throws(TFLiteError) -> Int {
        let key = WeightKey(value: id, isDepthwise: isDepthwise)
        if let known = weightTensors[key] { return known }
        let value = graph[id]
        guard let constant = value.constant else { throw fault("its weights are computed") }
        var type = value.type
        if options.storesHalfWeights, type.dataType == .float32 { type.dataType = .float16 }
        var tensor = constant.tensor
        if isDepthwise {
            type.shape = [1, type.shape[1], type.shape[2], type.shape[0]]
            type.quantization = type.quantization.map {
                Quantization(scales: $0.scales, zeroPoints: $0.zeroPoints, axis: $0.axis.map { _ in 3 })
            }
            tensor = tensor.channelsLast(type.shape)
        }
        let data = try bytes(of: tensor, as: type.dataType, named: value.name)
        let stored = try append(named: value.name, type, data: data)
        guard type.dataType == .float16 else {
            weightTensors[key] = stored
            return stored
        }
        let widened = try append(named: "\(value.name):float32", ValueType(type.shape))
        emit(.dequantize, version: 3, [stored], [widened])
        weightTensors[key] = widened
        return widened
    }

    mutating func emit(
        _ builtin: BuiltinOperator, version: Int32, _ inputs: [Int], _ outputs: [Int],
        _ options: [(id: Int, value: FlatWriter.Field)] = []
    ) {
        operators.append(
            OperatorRecord(
                builtin: builtin, version: version, inputs: inputs, outputs: outputs, options: options))
    }

    /// Emits an operator whose version depends on whether it computes in integers.
    mutating func emit(
        _ builtin: BuiltinOperator, _ inputs: [Int], _ output: Int,
        _ options: [(id: Int, value: FlatWriter.Field)] = []
    ) {
        let isInteger = [.int8, .uint8, .int16].contains(tensors[output].type)
        emit(builtin, version: builtin.version(isInteger: isInteger), inputs, [output], options)
    }

    /// A constant of 32-bit integers, as shapes, axes and sizes are given.
    mutating func integers(_ values: [Int], _ suffix: String, of output: ValueID) throws(TFLiteError) -> Int {
        var words: [Int32] = []
        for value in values {
            guard let word = Int32(exactly: value) else { throw fault("\(value) does not fit 32 bits") }
            words.append(word)
        }
        return try append(
            named: "\(graph[output].name):\(suffix)", ValueType([values.count], .int32),
            data: words.littleEndian)
    }

    /// A constant of real numbers.
    mutating func reals(
        _ values: [Float], shape: Shape, _ suffix: String, of output: ValueID
    ) throws(TFLiteError) -> Int {
        try append(
            named: "\(graph[output].name):\(suffix)", ValueType(shape),
            data: isDryRun ? [] : values.map(\.bitPattern).littleEndian)
    }

    func fault(_ detail: String) -> TFLiteError {
        .notExportable(graph: graph.name, detail: "\(place): \(detail)")
    }

    private mutating func unique(_ name: String) -> String { names.insertUnique(name) }
}

extension GraphPolicy {
    /// Nothing but batch normalisation is changed, so that an imported graph is written as it came.
    fileprivate static let foldingOnly = GraphPolicy(
        deadCode: .kept, foldsBatchNormalization: true, fusesActivation: false, fusesResidual: false,
        removesNoOps: false)
}

extension Operation {
    fileprivate var isBatchNormalization: Bool { if case .batchNormalization = self { true } else { false } }
}

extension Array where Element: FixedWidthInteger {
    /// The bytes of the elements, lowest first.
    var littleEndian: [UInt8] {
        let width = Element.bitWidth / 8
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count * width)
        for element in self {
            for byte in 0..<width { bytes.append(UInt8(truncatingIfNeeded: element >> Element(8 * byte))) }
        }
        return bytes
    }
}
