extension Graph {
    /// Positions in `inputs` of what a caller gives; states are left out.
    public var givenInputs: [Int] {
        inputs.indices.filter { index in !states.contains { $0.input == index } }
    }

    /// Positions in `outputs` of what a caller reads; states are left out.
    public var readOutputs: [Int] {
        outputs.indices.filter { index in !states.contains { $0.output == index } }
    }

    /// How many steps of this network a sample of `elements` numbers is; nil where it is no whole number of them.
    ///
    /// Networks without states take one step a sample.
    public func steps(inSampleOf elements: Int) -> Int? {
        guard let first = givenInputs.first else { return nil }
        let size = self[inputs[first]].type.shape.elementCount
        guard size > 0, elements > 0, elements % size == 0 else { return nil }
        return states.isEmpty && elements != size ? nil : elements / size
    }

    /// The same network with what a caller gives and reads before its states.
    public func withStatesLast() -> Graph {
        let inputOrder = givenInputs + inputs.indices.filter { !givenInputs.contains($0) }
        let outputOrder = readOutputs + outputs.indices.filter { !readOutputs.contains($0) }
        var graph = self
        graph.inputs = inputOrder.map { inputs[$0] }
        graph.outputs = outputOrder.map { outputs[$0] }
        graph.states = states.map { state in
            GraphState(
                input: inputOrder.firstIndex(of: state.input) ?? state.input,
                output: outputOrder.firstIndex(of: state.output) ?? state.output, initial: state.initial)
        }
        return graph
    }
}
