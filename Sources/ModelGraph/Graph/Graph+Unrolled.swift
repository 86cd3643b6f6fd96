extension Graph {
    /// A streaming network as one that reads a whole sample and answers as this one does after its last step.
    ///
    /// Steps lie one after another along the second axis of the sample, and share their weights. Constants keep their numbers, so that
    /// `rolled(into:)` takes trained ones back. A network without states is returned as it is.
    /// - Parameter sample: the shape of one sample without its batch axis.
    /// - Throws: where the sample is no whole number of steps, or a state does not have the batch as its first axis.
    public func unrolled(over sample: [Int]) throws(GraphError) -> Graph {
        guard !states.isEmpty else { return self }
        guard givenInputs.count == 1, readOutputs.count == 1,
            let steps = steps(inSampleOf: sample.reduce(1, *)), let rows = sample.first,
            self[inputs[givenInputs[0]]].type.shape.dimensions == [1, rows / steps] + sample.dropFirst()
        else {
            throw .invalid(node: name, detail: "a sample of shape \(sample) is not a number of its steps")
        }
        var unrolling = try Unrolling(self, sample: Shape([1] + sample))
        for step in 0..<steps { try unrolling.append(step, isLast: step == steps - 1) }
        return unrolling.graph
    }

    /// `original`, which this network was made from by unrolling, with the constants of this network.
    public func rolled(into original: Graph) -> Graph { lendingConstants(to: original) }
}

/// Writes one step of a streaming network behind another.
private struct Unrolling {
    let step: Graph
    private(set) var graph: Graph
    private let sample: ValueID
    /// For each state's input, what it is in the next step.
    private var carried: [ValueID: ValueID] = [:]

    init(_ step: Graph, sample shape: Shape) throws(GraphError) {
        self.step = step
        graph = step
        (graph.nodes, graph.states) = ([], [])
        sample = ValueID(graph.values.count)
        graph.values.append(Value(name: "sample", type: ValueType(shape)))
        (graph.inputs, graph.outputs) = ([sample], [step.outputs[step.readOutputs[0]]])
        for state in step.states {
            let input = step.inputs[state.input]
            carried[input] = try first(step[input], initial: state.initial)
        }
    }

    /// What a state is before the first step: made from the sample, so that it has as many rows as there are samples.
    private mutating func first(_ state: Value, initial: Float) throws(GraphError) -> ValueID {
        let shape = state.type.shape
        guard shape.rank > 1, shape[0] == 1, let last = shape.dimensions.last else {
            throw .invalid(
                node: state.name, detail: "is a state of shape \(shape), whose first axis is not the batch")
        }
        let ones = [Int](repeating: 1, count: graph[sample].type.shape.rank)
        let none = [Int](repeating: 0, count: shape.rank)
        var after = shape.dimensions.map { $0 - 1 }
        after[after.count - 1] = last
        var behind = none
        behind[behind.count - 1] = 1
        // One number of each sample, surrounded by the initial number, and then cut away.
        let corner = try add(
            .slice(Slicing(starts: ones.map { $0 - 1 }, sizes: ones)), to: sample, state.name)
        let single = try add(.reshape([Int](repeating: 1, count: shape.rank)), to: corner, state.name)
        let wide = try add(
            .pad(Padding(before: none, after: after, value: initial)), to: single, state.name)
        return try add(.slice(Slicing(starts: behind, sizes: shape.dimensions)), to: wide, state.name)
    }

    mutating func append(_ number: Int, isLast: Bool) throws(GraphError) {
        let given = step.inputs[step.givenInputs[0]]
        let shape = step[given].type.shape
        var starts = [Int](repeating: 0, count: shape.rank)
        starts[1] = number * shape[1]
        var copies = carried
        copies[given] = try add(
            .slice(Slicing(starts: starts, sizes: shape.dimensions)), to: sample, step[given].name)
        for node in step.nodes {
            let output = isLast ? node.output : ValueID(graph.values.count)
            if !isLast { graph.values.append(step[node.output]) }
            graph.nodes.append(
                Node(
                    name: node.name, operation: node.operation, inputs: node.inputs.map { copies[$0] ?? $0 },
                    output: output))
            copies[node.output] = output
        }
        for state in step.states {
            let output = step.outputs[state.output]
            carried[step.inputs[state.input]] = copies[output] ?? output
        }
    }

    private mutating func add(
        _ operation: Operation, to input: ValueID, _ name: String
    ) throws(GraphError) -> ValueID {
        let output = ValueID(graph.values.count)
        graph.values.append(Value(name: name, type: try operation.outputType([graph[input].type])))
        graph.nodes.append(Node(name: name, operation: operation, inputs: [input], output: output))
        return output
    }
}
