import ModelGraph

/// A tensor that a model keeps from one run to the next.
struct StateVariable {
    let name: String
    let type: ValueType
    /// What holds the variable now: the graph's input, or what was assigned last.
    var value: ValueID
    /// What it is before the first run, one number everywhere.
    var initial: Float = 0

    /// The value that leaves the graph, of the variable's type.
    func current(in importer: Importer) throws(TFLiteError) -> ValueID {
        guard importer.builder.type(of: value) == type else {
            throw importer.unsupported("the variable '\(name)' is assigned values of another type")
        }
        return value
    }
}

extension Importer {
    /// Gives every variable an input of the graph, which is its value before the run.
    mutating func declareVariables() throws(TFLiteError) {
        var names: [Int: String] = [:]
        for (index, record) in file.subgraph.operators.enumerated() {
            guard let call = try? OperatorCall(record, index: index, in: file) else { continue }
            place = call.place
            if call.builtin == .varHandle { names[try call.output()] = try variableName(call) }
            if call.builtin == .svdf { try declareMemory(call) }
            guard call.builtin == .readVariable, let name = names[try call.input(0)],
                !variables.contains(where: { $0.name == name })
            else { continue }
            let type = try type(of: try call.output())
            let value = builder.input(unique(name.isEmpty ? "variable" : name), type)
            variables.append(StateVariable(name: name, type: type, value: value))
        }
    }

    private func variableName(_ call: OperatorCall) throws(TFLiteError) -> String {
        let name = try call.text(Schema.VarHandle.name), container = try call.text(Schema.VarHandle.container)
        return container.isEmpty ? name : "\(name)@\(container)"
    }

    mutating func importHandle(_ call: OperatorCall) throws(TFLiteError) {
        let name = try variableName(call)
        handles[try call.output()] = variables.firstIndex { $0.name == name } ?? -1
    }

    mutating func importRead(_ call: OperatorCall) throws(TFLiteError) {
        guard let variable = handles[try call.input(0)], variables.indices.contains(variable) else {
            throw file.flat.damaged("\(place) reads what is no variable")
        }
        try set(try call.output(), to: variables[variable].value)
    }

    /// A variable that nobody reads needs no value.
    mutating func importAssignment(_ call: OperatorCall) throws(TFLiteError) {
        guard let variable = handles[try call.input(0)] else {
            throw file.flat.damaged("\(place) assigns to what is no variable")
        }
        guard variables.indices.contains(variable) else { return }
        variables[variable].value = try operand(try call.input(1))
    }

    /// CALL_ONCE: a subgraph that assigns constants to variables.
    mutating func importInitialisation(_ call: OperatorCall) throws(TFLiteError) {
        let number = try call.int(Schema.CallOnce.subgraph)
        guard number > 0, file.subgraphs.indices.contains(number) else {
            throw file.flat.damaged("\(place) runs subgraph \(number) of \(file.subgraphs.count)")
        }
        let subgraph = file.subgraphs[number]
        var names: [Int: String] = [:]
        for (index, record) in subgraph.operators.enumerated() {
            let inner = try OperatorCall(record, index: index, in: file)
            switch inner.builtin {
            case .varHandle: names[try inner.output()] = try variableName(inner)
            case .assignVariable:
                guard let name = names[try inner.input(0)] else {
                    throw file.flat.damaged("\(place) assigns to what is no variable")
                }
                guard let variable = variables.firstIndex(where: { $0.name == name }) else { continue }
                variables[variable].initial = try initial(
                    of: try inner.input(1), in: subgraph, variables[variable].type)
            default:
                throw unsupported(
                    "it starts variables by \(inner.builtin.name), only constants are supported")
            }
        }
    }

    /// The one number that a constant of another subgraph holds everywhere, in the graph's own integers.
    private func initial(
        of index: Int, in subgraph: TFLiteFile.Subgraph, _ type: ValueType
    ) throws(TFLiteError) -> Float {
        guard subgraph.tensors.indices.contains(index),
            file.buffers.indices.contains(subgraph.tensors[index].buffer)
        else { throw file.flat.damaged("\(place) starts a variable with tensor \(index)") }
        let tensor = subgraph.tensors[index], range = file.buffers[tensor.buffer]
        let isUnsigned = tensor.type == Schema.TensorType.uint8.rawValue && type.dataType == .int8
        let stored = ValueType(
            type.shape, isUnsigned ? .uint8 : type.dataType, quantization: type.quantization)
        guard range.count == stored.bytes, Shape(tensor.shape).elementCount == type.shape.elementCount else {
            throw unsupported("the variable starts with another number of elements than it has")
        }
        let storage = try file.flat.elements(in: range, stored, "an initial value")
        let values = Tensor(type.shape, storage).floats ?? []
        guard let first = values.first else { return 0 }
        guard values.allSatisfy({ $0 == first }) else {
            throw unsupported("a variable that starts with different numbers is not supported")
        }
        return first
    }
}
