import ModelGraph

/// Turns the nodes of a file into a graph, one after the other.
struct Translator {
    var operatorSet: Int
    let options: ONNXReadOptions
    /// The file's own functions.
    let functions: [FunctionName: ProtoFunction]
    var decoder: TensorDecoder
    var graph = Graph(name: "model", values: [], nodes: [], inputs: [], outputs: [])
    var known: [String: Known] = [:]
    /// Views already laid out in some order, so that no element is moved twice.
    var layouts: [LayoutKey: ValueID] = [:]
    /// Constants already in the graph, by their name in the file and layout.
    var constants: [ConstantKey: ValueID] = [:]
    /// The integers behind real constants, by the value of the graph that holds the real numbers.
    var scaledConstants: [ValueID: ScaledConstant] = [:]
    /// The initialiser behind each constant that a DequantizeLinear turns into real numbers, by the name of these.
    var integerNames: [String: String] = [:]
    private var names = Names()
    private var nodeNames = Names()
    /// Results beside the main one, which only training reads, by name; none is computed.
    var leftOut: [String: Call] = [:]
    /// Values with rows that stand for nothing (see `suppress`), and the outputs that are such.
    var padded: Set<ValueID> = []
    private(set) var paddedOutputs: [String] = []
    /// The results of nodes by name, and those that are outputs.
    private var results: [String: ValueID] = [:]
    private var taken: Set<ValueID> = []
    private var declaredInputs: Set<String> = []
    /// How many bodies of If, Loop and functions stand around the node being translated.
    var bodyDepth = 0
    /// Nodes of such bodies met so far.
    var inlinedNodes = 0

    struct LayoutKey: Hashable {
        let view: View
        let order: [Int]
    }

    struct ConstantKey: Hashable {
        let name: String
        let shape: Shape
        let order: [Int]
    }

    struct FunctionName: Hashable {
        let domain, name: String
    }

    init(
        operatorSet: Int, functions: [ProtoFunction] = [], decoder: TensorDecoder, options: ONNXReadOptions
    ) {
        self.operatorSet = operatorSet
        self.functions = Dictionary(
            functions.map { (FunctionName(domain: $0.domain, name: $0.name), $0) },
            uniquingKeysWith: { a, _ in a })
        self.decoder = decoder
        self.options = options
    }

    /// The whole network.
    mutating func graph(_ proto: ProtoGraph) throws(ONNXProblem) -> Graph {
        graph.name = proto.name.isEmpty ? "model" : proto.name
        try checkOperators(proto.node)
        for node in proto.node { names.take(node.output) }
        try readInitializers(proto.initializer)
        try declareInputs(proto.input, proto.node)
        let nodes = try NodeOrder.sorted(proto.node) { known[$0] != nil }
        for node in nodes {
            try translate(node)
        }
        for output in proto.output { graph.outputs.append(try finishedOutput(output.name)) }
        return try graph.simplifiedAfterImport()
    }

    private mutating func readInitializers(_ tensors: [ProtoTensor]) throws(ONNXProblem) {
        for proto in tensors {
            let tensor = try decoder.tensor(proto)
            guard !tensor.holdsNaN else {
                throw .tensor(
                    name: proto.name, detail: "holds NaN, which no trained network does; export it again")
            }
            guard known.updateValue(.constant(tensor), forKey: proto.name) == nil else {
                throw .tensor(name: proto.name, detail: "is stored twice")
            }
        }
    }

    private mutating func declareInputs(_ inputs: [ProtoValueInfo], _ nodes: [ProtoNode]) throws(ONNXProblem)
    {
        let extents = try OpenExtents(inputs, options)
        for input in inputs {
            guard declaredInputs.insert(input.name).inserted, !input.name.isEmpty else {
                throw .model("the input '\(input.name.shortened)' is declared twice or has no name")
            }
            names.take([input.name])
            if known[input.name] != nil { continue }
            if let tensor = options.fixedInputs[input.name] {
                known[input.name] = .constant(tensor)
                continue
            }
            let type = try inputType(input, extents)
            if type.shape.dimensions.contains(0) {
                known[input.name] = try empty(
                    type.shape.dimensions, type.dataType, Call(output: input.name))
                continue
            }
            if let numbers = options.inputValues[input.name] {
                known[input.name] = .constant(try fixed(numbers, type, input.name))
                continue
            }
            let quantization = try declaredQuantization(input.name, type.dataType, nodes)
            let id = append(
                Value(
                    name: input.name, type: ValueType(type.shape, type.dataType, quantization: quantization)))
            graph.inputs.append(id)
            known[input.name] = .computed(View(id, type.shape.dimensions))
        }
    }

    /// The numbers a caller gives for an input; one number fills the whole input.
    private func fixed(_ numbers: [Double], _ type: ValueType, _ name: String) throws(ONNXProblem) -> Tensor {
        let count = type.shape.elementCount
        guard numbers.count == count || numbers.count == 1 else {
            throw .model("the input '\(name.shortened)' takes \(count) numbers, \(numbers.count) were given")
        }
        if numbers.count < count { return Tensor(type.shape, .repeated(numbers[0], type.dataType)) }
        if type.dataType.isFloatingPoint {
            return Tensor(type.shape, Tensor.Storage(numbers, as: type.dataType))
        }
        let integers = numbers.compactMap { Int(exactly: $0) }
        guard integers.count == count else {
            throw .model("the input '\(name.shortened)' takes whole numbers")
        }
        return Tensor(type.shape, .integers(integers, as: type.dataType))
    }

    private func inputType(_ input: ProtoValueInfo, _ extents: OpenExtents) throws(ONNXProblem) -> ValueType {
        guard case .tensorType(let tensor)? = input.type.value else {
            throw .model("the input '\(input.name.shortened)' is not a tensor; only tensors are supported")
        }
        guard let element = ElementType(rawValue: tensor.elemType), let dataType = element.graphType else {
            let type = ElementType(rawValue: tensor.elemType).map { "\($0)" } ?? "number \(tensor.elemType)"
            throw .model(
                "the input '\(input.name.shortened)' has the element type \(type); use float32, float16, int8 or uint8"
            )
        }
        let shape = try extents.shape(tensor.shape.dim, of: input.name)
        let type = ValueType(shape, dataType)
        if !shape.dimensions.contains(0) { try checkSize(type, of: input.name) }
        return type
    }

    func checkSize(_ type: ValueType, of name: String) throws(ONNXProblem) {
        guard type.shape.dimensions.count <= 32 else {
            throw .model("'\(name.shortened)' has \(type.shape.rank) dimensions; at most 32 are supported")
        }
        guard type.shape.dimensions.allSatisfy({ $0 > 0 }) else {
            throw .model("'\(name.shortened)' has the shape \(type.shape), which holds no elements")
        }
        guard type.shape.elementCount < 1 << 40, type.bytes <= options.memoryBytes else {
            let bytes = type.shape.elementCount < 1 << 40 ? type.bytes : .max
            throw .memory(
                what: "'\(name.shortened)' of shape \(type.shape)", bytes: bytes, limit: options.memoryBytes)
        }
    }

    /// The output in the file's own layout and type, under its own name.
    private mutating func finishedOutput(_ name: String) throws(ONNXProblem) -> ValueID {
        if let source = leftOut[name] {
            throw source.unsupported(
                "its result '\(name.shortened)' beside the main one is not computed; export for inference")
        }
        guard let found = known[name] else {
            throw .model("the output '\(name.shortened)' is computed by no node")
        }
        let call = Call(output: name)
        if case .constant(let tensor) = found, tensor.shape.elementCount == 0 {
            return emptyOutput(name, tensor)
        }
        var view = try self.view(found, named: name, for: call)
        if view.isOffset { view = try restoreUnsigned(view, call) }
        if padded.contains(view.value) { paddedOutputs.append(name) }
        let nodesBefore = graph.nodes.count
        var id = try lay(view, Array(view.shape.indices), call)
        nameMoves(from: nodesBefore, behind: view.value, of: name)
        if isOrigin(id) || !taken.insert(id).inserted {
            id = try apply(.reshape(reshapeTarget(from: view.shape, to: view.shape)), [id], call)
        }
        taken.insert(id)
        rename(id, to: name)
        return id
    }

    /// What lies behind an output in another layout is `name/stored`, and so are the steps made from it.
    private mutating func nameMoves(from first: Int, behind source: ValueID, of name: String) {
        guard graph.nodes.count > first, graph[source].name == name, !isOrigin(source) else { return }
        graph[source].name = freshName("\(name)/stored")
        for index in first..<graph.nodes.count {
            let old = graph.nodes[index].name
            guard old.hasPrefix("\(name)/") else { continue }
            let fresh = freshName("\(name)/stored/\(old.dropFirst(name.count + 1))")
            graph.nodes[index].name = fresh
            graph[graph.nodes[index].output].name = fresh
        }
    }

    /// Whether the value is an input or a constant rather than a node's result.
    private func isOrigin(_ id: ValueID) -> Bool {
        graph[id].constant != nil || id.index < graph.inputs.count
    }

    /// Gives a result the name of an output; the previous owner of the name is `name/stored` from now on.
    private mutating func rename(_ id: ValueID, to name: String) {
        guard graph[id].name != name else { return }
        if let holder = results[name], graph[holder].name == name {
            graph[holder].name = freshName("\(name)/stored")
        }
        graph[id].name = name
    }

    /// A name nobody else has, made from `stem`.
    mutating func freshName(_ stem: String) -> String { names.fresh(stem) }

    /// Keeps a name from being given to anything else.
    mutating func take(_ name: String) { names.take([name]) }

    // MARK: - Looking up

    func lookUp(_ name: String, for call: Call) throws(ONNXProblem) -> Known {
        guard let found = known[name] else {
            if let source = leftOut[name] {
                throw source.unsupported(
                    "its result '\(name.shortened)' beside the main one is not computed; export for inference"
                )
            }
            throw call.fault(
                "reads '\(name.shortened)', which neither a node, an input nor an initializer provides")
        }
        return found
    }

    func required(_ index: Int, of call: Call) throws(ONNXProblem) -> Known {
        guard let name = call.input(index) else { throw call.fault("needs an input \(index + 1)") }
        return try lookUp(name, for: call)
    }

    func optional(_ index: Int, of call: Call) throws(ONNXProblem) -> Known? {
        guard let name = call.input(index) else { return nil }
        return try lookUp(name, for: call)
    }

    /// The tensor an input holds, where it does not depend on the network's input.
    func constant(_ index: Int, of call: Call) throws(ONNXProblem) -> Tensor {
        switch try required(index, of: call) {
        case .constant(let tensor): return tensor
        case .dequantized(let tensor, let quantization): return try dequantize(tensor, quantization, call)
        case .computed(let view):
            let name = call.input(index) ?? ""
            if isDeclaredInput(name) {
                throw .needsConstant(node: call.name, type: call.type, input: name)
            }
            if let input = decidingInput(of: view.value) {
                throw .needsConstant(node: call.name, type: call.type, input: input)
            }
            throw call.unsupported(
                "its input '\(name.shortened)' depends on the network's input; export the model with constant values there"
            )
        }
    }

    func isDeclaredInput(_ name: String) -> Bool { declaredInputs.contains(name) }

    func optionalConstant(_ index: Int, of call: Call) throws(ONNXProblem) -> Tensor? {
        call.input(index) == nil ? nil : try constant(index, of: call)
    }

    /// The integers an input holds (shapes, axes, amounts).
    func integers(_ index: Int, of call: Call) throws(ONNXProblem) -> [Int] {
        let tensor = try constant(index, of: call)
        guard let values = tensor.integers else {
            throw call.fault(
                "needs integers in '\(call.named(index).shortened)', got \(tensor.dataType.rawValue)")
        }
        return values
    }

    func optionalIntegers(_ index: Int, of call: Call) throws(ONNXProblem) -> [Int]? {
        call.input(index) == nil ? nil : try integers(index, of: call)
    }

    /// An input as a view; constants become values of the graph.
    mutating func view(_ index: Int, of call: Call) throws(ONNXProblem) -> View {
        try view(try required(index, of: call), named: call.input(index) ?? "", for: call)
    }

    mutating func view(_ found: Known, named name: String, for call: Call) throws(ONNXProblem) -> View {
        switch found {
        case .computed(let view): return view
        case .constant(let tensor):
            try checkSize(ValueType(tensor.shape, tensor.dataType), of: name)
            return View(sharedConstant(name, tensor), tensor.shape.dimensions)
        case .dequantized(let tensor, let quantization):
            try checkSize(ValueType(tensor.shape, .float32), of: name)
            let real = try dequantize(tensor, quantization, call)
            let id = sharedConstant(name, real)
            scaledConstants[id] = ScaledConstant(integerNames[name] ?? name, tensor, quantization)
            return View(id, tensor.shape.dimensions)
        }
    }

    /// The single number an input holds; nil where it is left out.
    func scalar(_ index: Int, of call: Call) throws(ONNXProblem) -> Float? {
        guard let tensor = try optionalConstant(index, of: call) else { return nil }
        guard tensor.shape.elementCount == 1, let value = tensor.floats?.first else {
            throw call.unsupported("its input \(index + 1) must be a single number")
        }
        return value
    }

    // MARK: - Growing the graph

    /// One value for each constant and layout, however many nodes read it.
    mutating func sharedConstant(
        _ name: String, _ tensor: Tensor, _ quantization: Quantization? = nil, order: [Int] = []
    ) -> ValueID {
        let key = ConstantKey(name: name, shape: tensor.shape, order: order)
        // The same integers may stand for other numbers elsewhere.
        if let id = constants[key], graph[id].type.quantization == quantization { return id }
        let id = constantValue(name, tensor, quantization: quantization)
        constants[key] = id
        return id
    }

    mutating func constantValue(
        _ name: String, _ tensor: Tensor, quantization: Quantization? = nil
    ) -> ValueID {
        // Two layouts of one constant share a name until the end, where those that are used become unique.
        let type = ValueType(tensor.shape, tensor.dataType, quantization: quantization)
        return append(Value(name: name.isEmpty ? "constant" : name, type: type, constant: Constant(tensor)))
    }

    /// Appends an operation; `name` is the file's name for the result; a step that the file does not have gets one
    /// made from `step`.
    mutating func apply(
        _ operation: Operation, _ inputs: [ValueID], _ call: Call, name: String? = nil, step: String? = nil
    ) throws(ONNXProblem) -> ValueID {
        let finalName = name ?? freshName(step ?? "\(call.output)/\(operation.name)")
        var type: ValueType
        do { type = try operation.outputType(inputs.map { graph[$0].type }) } catch {
            throw call.fault(error.description)
        }
        try checkSize(type, of: finalName)
        try decoder.reserve(512 + inputs.count * 8, for: "the graph")
        if case .binary = operation, !type.dataType.isFloatingPoint { type.quantization = nil }
        let output = append(Value(name: finalName, type: type))
        results[finalName] = output
        graph.nodes.append(
            Node(
                name: nodeNames.fresh(name == nil ? finalName : call.name), operation: operation,
                inputs: inputs,
                output: output))
        return output
    }

    mutating func append(_ value: Value) -> ValueID {
        graph.values.append(value)
        return ValueID(graph.values.count - 1)
    }

    func dataType(_ view: View) -> DataType { graph[view.value].type.dataType }

    mutating func set(_ call: Call, _ view: View) { known[call.output] = .computed(view) }
}

/// Names that differ from each other.
struct Names {
    private var used: Set<String> = []
    private var copies: [String: Int] = [:]

    mutating func take(_ names: [String]) { used.formUnion(names) }

    /// The name itself if it is free, else the name with a number behind it.
    mutating func fresh(_ stem: String) -> String {
        if used.insert(stem).inserted { return stem }
        var copy = copies[stem] ?? 2
        while !used.insert("\(stem)~\(copy)").inserted { copy += 1 }
        copies[stem] = copy + 1
        return "\(stem)~\(copy)"
    }
}
