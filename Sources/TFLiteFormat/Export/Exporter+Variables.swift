import ModelGraph

/// States of the graph as variables of the file, which the runtime keeps from one run to the next.
extension Exporter {
    /// Reads every state into the tensor of its input, after giving it its first value once; returns the handles.
    mutating func readVariables() -> [Int] {
        guard !graph.states.isEmpty else { return [] }
        operators.append(
            OperatorRecord(
                builtin: .callOnce, version: 1, inputs: [], outputs: [],
                options: [(Schema.CallOnce.subgraph, .number(1))]))
        return graph.states.map { state in
            let value = graph[graph.inputs[state.input]]
            let handle = appendHandle(value.name)
            operators.append(variable(value.name, handle))
            let inputs = tensorIndices([graph.inputs[state.input]]).map(Int.init)
            operators.append(
                OperatorRecord(
                    builtin: .readVariable, version: 1, inputs: [handle], outputs: inputs, options: []))
            return handle
        }
    }

    /// Stores what the run gave each state, and writes the subgraph with the first values.
    mutating func assignVariables(_ handles: [Int]) throws(TFLiteError) {
        for (state, handle) in zip(graph.states, handles) {
            let value = graph[graph.inputs[state.input]]
            let output = try tensor(graph.outputs[state.output])
            operators.append(assignment(handle, output))
            let initial = Tensor(value.type.shape, .repeated(Double(state.initial), value.type.dataType))
            guard let type = Schema.TensorType(value.type.dataType) else {
                throw fault("TFLite variables do not hold \(value.type.dataType.rawValue)")
            }
            let own = initialTensors.count
            initialTensors.append(handleRecord("\(value.name):handle"))
            initialTensors.append(
                TensorRecord(
                    name: "\(value.name):initial", shape: value.type.shape.dimensions, type: type,
                    quantization: value.type.quantization,
                    data: try bytes(of: initial, named: value.name)))
            initialOperators.append(variable(value.name, own))
            initialOperators.append(assignment(own, own + 1))
        }
    }

    private mutating func appendHandle(_ name: String) -> Int {
        tensors.append(handleRecord("\(name):handle"))
        return tensors.count - 1
    }

    private func handleRecord(_ name: String) -> TensorRecord {
        TensorRecord(name: name, shape: [], type: .int32, quantization: nil, data: nil, isHandle: true)
    }

    private func variable(_ name: String, _ handle: Int) -> OperatorRecord {
        OperatorRecord(
            builtin: .varHandle, version: 1, inputs: [], outputs: [handle], options: [],
            texts: [(Schema.VarHandle.container, ""), (Schema.VarHandle.name, name)])
    }

    private func assignment(_ handle: Int, _ value: Int) -> OperatorRecord {
        OperatorRecord(
            builtin: .assignVariable, version: 1, inputs: [handle, value], outputs: [], options: [])
    }
}
