/// A graph while a pass changes it: nodes disappear, values are replaced by others, constants are added.
///
/// `finished()` drops what is no longer used and renumbers the rest in the old order.
struct GraphEditor {
    var graph: Graph
    private var isRemoved: [Bool]

    init(_ graph: Graph) {
        self.graph = graph
        isRemoved = [Bool](repeating: false, count: graph.nodes.count)
    }

    /// Indices of the nodes that are still there.
    var remaining: [Int] { graph.nodes.indices.filter { !isRemoved[$0] } }

    func isOutput(_ value: ValueID) -> Bool { graph.outputs.contains(value) }

    /// For each value, the remaining nodes that read it, in order.
    var consumers: [[Int]] {
        var consumers = [[Int]](repeating: [], count: graph.values.count)
        for index in remaining {
            for input in graph.nodes[index].inputs { consumers[input.index].append(index) }
        }
        return consumers
    }

    mutating func remove(_ node: Int) { isRemoved[node] = true }

    /// Lets all readers of one value read another.
    mutating func replace(_ value: ValueID, by other: ValueID) {
        for index in graph.nodes.indices where !isRemoved[index] && graph.nodes[index].inputs.contains(value)
        {
            graph.nodes[index].inputs = graph.nodes[index].inputs.map { $0 == value ? other : $0 }
        }
        graph.outputs = graph.outputs.map { $0 == value ? other : $0 }
    }

    /// Removes a node whose result equals another value, which takes its place and, where it leaves the graph, its name.
    ///
    /// Does nothing where the value cannot leave the graph under that name.
    mutating func replaceResult(of node: Int, by value: ValueID) {
        let result = graph.nodes[node].output
        if isOutput(result) {
            guard canLeaveGraph(value) else { return }
            graph[value].name = graph[result].name
        }
        remove(node)
        replace(result, by: value)
    }

    /// Whether the value may become a graph output under another name.
    private func canLeaveGraph(_ value: ValueID) -> Bool {
        graph[value].constant == nil && !graph.inputs.contains(value) && !isOutput(value)
    }

    mutating func addConstant(_ name: String, _ constant: Constant, quantization: Quantization? = nil)
        -> ValueID
    {
        let type = ValueType(constant.tensor.shape, constant.tensor.dataType, quantization: quantization)
        graph.values.append(Value(name: name, type: type, constant: constant))
        return ValueID(graph.values.count - 1)
    }

    /// The graph without removed nodes and unused values.
    consuming func finished() -> Graph {
        let isUsed = graph.usedValues { !isRemoved[$0] }
        guard isRemoved.contains(true) || isUsed.contains(false) else { return graph }
        var renumbered = [ValueID](repeating: ValueID(0), count: graph.values.count)
        var values: [Value] = []
        for (index, value) in graph.values.enumerated() where isUsed[index] {
            renumbered[index] = ValueID(values.count)
            values.append(value)
        }
        func new(_ id: ValueID) -> ValueID { renumbered[id.index] }
        var finished = Graph(
            name: graph.name, values: values,
            nodes: remaining.map { index in
                var node = graph.nodes[index]
                for place in node.inputs.indices { node.inputs[place] = new(node.inputs[place]) }
                node.output = new(node.output)
                return node
            },
            inputs: graph.inputs.map(new), outputs: graph.outputs.map(new))
        finished.states = graph.states
        return finished
    }
}

extension Graph {
    /// Whether a value is neither read nor written, and no input.
    var hasUnusedValues: Bool { usedValues { _ in true }.contains(false) }

    /// One flag a value: whether a node among those that stay reads or writes it, or the graph has it as input or output.
    fileprivate func usedValues(by stays: (Int) -> Bool) -> [Bool] {
        var isUsed = [Bool](repeating: false, count: values.count)
        for index in nodes.indices where stays(index) {
            for value in nodes[index].inputs { isUsed[value.index] = true }
            isUsed[nodes[index].output.index] = true
        }
        for value in inputs { isUsed[value.index] = true }
        for value in outputs { isUsed[value.index] = true }
        return isUsed
    }
}
