import ModelGraph

/// Turns the records of a TFLite file into a graph, operator by operator in file order.
///
/// Unsigned 8-bit tensors become signed inside the graph (z ≡ z − 128), and only its inputs and outputs keep their type.
/// Every node is named after the value it produces. Where one operator becomes several nodes, the last has the tensor's
/// name and the others that name with a suffix, so that exporting and importing again gives the same graph.
struct Importer {
    private(set) var file: TFLiteFile
    /// See `TFLiteReadOptions`.
    let roundsActivations: Bool
    /// See `TFLiteReadOptions`.
    let inputShapes: [String: Shape]
    /// How many bodies of control flow stand around the operator being imported.
    var bodyDepth = 0
    var builder: GraphBuilder
    /// For each tensor, the value that holds it once something has produced or loaded it.
    var values: [ValueID?]
    /// Weights as the graph lays them out; looked up only.
    var weights: [WeightKey: ValueID] = [:]
    /// Constants that only the graph has, by their number; looked up only.
    var numbers: [Float: ValueID] = [:]
    /// Integers that follow from shapes alone, for the tensors that hold such.
    var folded: [[Int]?]
    /// For a tensor that only widens a stored constant, the tensor with the constant.
    var storedAs: [Int?]
    /// Whether a tensor is an input, or the result of an operator met so far.
    private var isComputed: [Bool]
    private var names: Set<String> = []
    private var isOutput: [Bool]
    /// Variables kept between runs, in the order in which the model names them.
    var variables: [StateVariable] = []
    /// For each tensor that is a handle, the variable it stands for.
    var handles: [Int: Int] = [:]
    /// What is being imported, for errors.
    var place = "the model"

    struct WeightKey: Hashable {
        let tensor: Int
        let isDepthwise: Bool
        let isReal: Bool
    }

    init(_ file: TFLiteFile, _ options: TFLiteReadOptions) {
        self.file = file
        roundsActivations = options.roundsActivations
        inputShapes = options.inputShapes
        let count = file.subgraph.tensors.count
        let stem = file.name.hasSuffix(".tflite") ? String(file.name.dropLast(7)) : file.name
        let given = file.subgraph.name
        builder = GraphBuilder(name: given.isEmpty || given == "main" ? stem : given)
        values = [ValueID?](repeating: nil, count: count)
        folded = [[Int]?](repeating: nil, count: count)
        storedAs = [Int?](repeating: nil, count: count)
        isComputed = [Bool](repeating: false, count: count)
        isOutput = [Bool](repeating: false, count: count)
    }

    mutating func graph() throws(TFLiteError) -> Graph {
        try checkIndices()
        try checkGivenShapes()
        try checkOperators()
        for index in file.subgraph.inputs { try declareInput(index) }
        try declareVariables()
        for index in file.subgraph.inputs { try enterInternalType(index) }
        for (index, record) in file.subgraph.operators.enumerated() {
            let call = try OperatorCall(record, index: index, in: file)
            place = call.place
            try importOperator(call)
        }
        place = "the outputs"
        var outputs: [ValueID] = []
        for index in file.subgraph.outputs { outputs.append(try leaveInternalType(index)) }
        for variable in variables { outputs.append(try variable.current(in: self)) }
        var graph = builder.graph(outputs: outputs).joiningActivations().namingFusedResults()
        graph.states = variables.indices.map { index in
            GraphState(
                input: file.subgraph.inputs.count + index, output: file.subgraph.outputs.count + index,
                initial: variables[index].initial)
        }
        return graph
    }

    /// All operators that Swiftlet has none for are named at once, with how often each stands in the file.
    func checkOperators() throws(TFLiteError) {
        var counts: [Int: Int] = [:]
        for operation in file.subgraph.operators where file.operatorCodes.indices.contains(operation.code) {
            guard BuiltinOperator(file.operatorCodes[operation.code]) == nil else { continue }
            counts[operation.code, default: 0] += 1
        }
        guard !counts.isEmpty else { return }
        let names = counts.sorted { $0.value > $1.value || $0.value == $1.value && $0.key < $1.key }.map {
            "\(file.operatorCodes[$0.key].name) × \($0.value)"
        }
        throw .unsupported(
            file: file.name, place: "\(counts.values.reduce(0, +)) of its operators",
            detail: "Swiftlet runs none of these: \(names.joined(separator: ", ")); express them with "
                + "supported operators before exporting")
    }

    /// Every tensor number that the file mentions must exist; −1 stands for an operand left out.
    mutating func checkIndices() throws(TFLiteError) {
        let count = file.subgraph.tensors.count
        for index in file.subgraph.inputs + file.subgraph.outputs where !(0..<count).contains(index) {
            throw file.flat.damaged("the model's inputs and outputs name tensor \(index) of \(count)")
        }
        for (number, operation) in file.subgraph.operators.enumerated() {
            for index in operation.inputs where !(-1..<count).contains(index) {
                throw file.flat.damaged("operator \(number) reads tensor \(index) of \(count)")
            }
            for index in operation.outputs where !(0..<count).contains(index) {
                throw file.flat.damaged("operator \(number) writes tensor \(index) of \(count)")
            }
        }
        for index in file.subgraph.outputs { isOutput[index] = true }
        guard !file.subgraph.outputs.isEmpty else { throw file.flat.damaged("the model has no output") }
    }

    // MARK: - Bodies

    /// What is known of one subgraph's tensors.
    struct Tensors {
        let subgraph: TFLiteFile.Subgraph
        let values: [ValueID?]
        let weights: [WeightKey: ValueID]
        let folded: [[Int]?]
        let storedAs: [Int?]
        let isComputed, isOutput: [Bool]
        let handles: [Int: Int]
        let place: String
    }

    /// Turns to the tensors of a body; returns those of the graph around it.
    mutating func enter(_ body: TFLiteFile.Subgraph) -> Tensors {
        let outer = Tensors(
            subgraph: file.subgraph, values: values, weights: weights, folded: folded, storedAs: storedAs,
            isComputed: isComputed, isOutput: isOutput, handles: handles, place: place)
        let count = body.tensors.count
        file.subgraph = body
        values = [ValueID?](repeating: nil, count: count)
        weights = [:]
        folded = [[Int]?](repeating: nil, count: count)
        storedAs = [Int?](repeating: nil, count: count)
        isComputed = [Bool](repeating: false, count: count)
        isOutput = [Bool](repeating: false, count: count)
        handles = [:]
        return outer
    }

    mutating func leave(to outer: Tensors) {
        file.subgraph = outer.subgraph
        (values, weights, folded, storedAs) = (outer.values, outer.weights, outer.folded, outer.storedAs)
        (isComputed, isOutput) = (outer.isComputed, outer.isOutput)
        (handles, place) = (outer.handles, outer.place)
    }

    /// Gives a body's input its value.
    mutating func give(_ tensor: Int, _ value: ValueID) {
        values[tensor] = value
        isComputed[tensor] = true
    }

    private mutating func declareInput(_ index: Int) throws(TFLiteError) {
        place = "input \(index)"
        guard values[index] == nil else { throw file.flat.damaged("tensor \(index) is an input twice") }
        var type = try storedType(of: index)
        if let given = inputShapes[name(of: index)] { type.shape = try resized(index, to: given) }
        values[index] = builder.input(unique(name(of: index)), type)
        isComputed[index] = true
    }

    /// The shape given for an input, if it only fills in what the file leaves open.
    private func resized(_ index: Int, to given: Shape) throws(TFLiteError) -> Shape {
        let record = file.subgraph.tensors[index]
        let open = record.signature ?? record.shape
        guard given.rank == open.count,
            zip(open, given.dimensions).allSatisfy({ $0 == $1 || $0 == -1 && $1 > 0 })
        else {
            throw unsupported(
                "'\(name(of: index))' has the shape \(Shape(open)) (-1: open), which \(given) does not fit")
        }
        guard given.elementCount < 1 << 31 else { throw unsupported("the shape \(given) is too large") }
        return given
    }

    /// Shapes given for inputs that the model does not have are refused.
    private func checkGivenShapes() throws(TFLiteError) {
        let names = file.subgraph.inputs.map(name)
        guard let wrong = inputShapes.keys.sorted().first(where: { !names.contains($0) }) else { return }
        throw unsupported(
            "there is no input '\(wrong)' to give a shape; the inputs are \(names.joined(separator: ", "))")
    }

    /// Converts an unsigned input to the signed type used inside.
    private mutating func enterInternalType(_ index: Int) throws(TFLiteError) {
        let inner = try type(of: index)
        guard let value = values[index], inner != builder.type(of: value),
            let quantization = inner.quantization
        else { return }
        values[index] = try emit(.quantize(.int8, quantization), [value], as: "\(name(of: index)):int8")
    }

    /// The value to hand out for an output: unsigned again where the model says so.
    private mutating func leaveInternalType(_ index: Int) throws(TFLiteError) -> ValueID {
        let value = try operand(index)
        let outer = try storedType(of: index)
        guard outer.dataType == .uint8, let quantization = outer.quantization,
            builder.type(of: value).dataType == .int8
        else { return value }
        return try emit(.quantize(.uint8, quantization), [value], as: name(of: index))
    }

    /// The name of what an operator leaves in tensor `index`; an unsigned output's own name is kept for the conversion.
    func resultName(of index: Int) -> String {
        let isUnsigned = file.subgraph.tensors[index].type == Schema.TensorType.uint8.rawValue
        return isOutput[index] && isUnsigned && file.subgraph.tensors[index].quantization != nil
            ? "\(name(of: index)):int8" : name(of: index)
    }

    func name(of index: Int) -> String {
        let name = file.subgraph.tensors[index].name
        return name.isEmpty ? "tensor_\(index)" : name
    }

    /// `name`, or `name_2`, `name_3`, … where it is taken.
    mutating func unique(_ name: String) -> String { names.insertUnique(name) }

    /// Appends a node named after its value.
    mutating func emit(
        _ operation: Operation, _ inputs: [ValueID], as name: String, type: ValueType? = nil
    ) throws(TFLiteError) -> ValueID {
        do {
            return try builder.apply(
                operation, to: inputs, name: unique(name), quantization: type?.quantization,
                dataType: type?.dataType)
        } catch {
            throw unsupported("\(error)")
        }
    }

    func unsupported(_ detail: String) -> TFLiteError {
        .unsupported(file: file.name, place: place, detail: detail)
    }

    /// Records what an operator computed for tensor `index`, after checking it against the declared type.
    mutating func set(_ index: Int, to value: ValueID) throws(TFLiteError) {
        guard values[index] == nil, folded[index] == nil else {
            throw file.flat.damaged("\(place) writes '\(name(of: index))', which is already known")
        }
        let (computed, declared) = (builder.type(of: value), try type(of: index))
        guard computed.dataType == declared.dataType else {
            throw unsupported(
                "computes \(computed.dataType.rawValue), but '\(name(of: index))' is \(declared.dataType.rawValue)"
            )
        }
        let record = file.subgraph.tensors[index]
        let extents = record.signature ?? record.shape
        // A file resized holds the shapes of its old size.
        let agrees =
            !inputShapes.isEmpty || extents.isEmpty
            || extents.count == computed.shape.rank
                && zip(extents, computed.shape.dimensions).allSatisfy { $0 == -1 || $0 == $1 }
        guard agrees else {
            throw unsupported(
                "gives \(computed.shape), but '\(name(of: index))' is declared \(Shape(extents))")
        }
        values[index] = value
        isComputed[index] = true
    }

    /// Whether a tensor's elements stand in the file.
    func isConstant(_ index: Int) -> Bool {
        let buffer = file.subgraph.tensors[index].buffer
        return !isComputed[index] && file.buffers.indices.contains(buffer) && !file.buffers[buffer].isEmpty
    }
}
