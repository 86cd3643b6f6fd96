/// Neighbouring nodes behind a transpose that compute the same numbers in any order of axes.
struct TransposedRegion {
    private let permutation: Permutation
    /// Whether each node of the graph belongs to it.
    private var contains: [Bool]

    /// All such nodes that read the transpose's result, or other transposes' results together with such nodes; nil if there are none.
    init?(behind transpose: Int, in graph: Graph) {
        guard let permutation = graph.nodes[transpose].operation.permutation else { return nil }
        self.permutation = permutation
        contains = [Bool](repeating: false, count: graph.nodes.count)
        let (producers, consumers) = (graph.producers, graph.consumers)
        func canTurn(_ node: Int) -> Bool { graph.canTurn(graph.nodes[node], rank: permutation.axes.count) }
        var isSeen = [Bool](repeating: false, count: graph.values.count)
        var waiting = [graph.nodes[transpose].output]
        while let value = waiting.popLast() {
            guard !isSeen[value.index], let producer = producers[value.index],
                graph.nodes[producer].operation.permutation != nil || canTurn(producer)
            else { continue }
            isSeen[value.index] = true
            for node in [producer] + consumers[value.index] where !contains[node] && canTurn(node) {
                contains[node] = true
                waiting += graph.nodes[node].inputs + [graph.nodes[node].output]
            }
        }
        guard contains.contains(true) else { return nil }
    }

    /// The same function, with the region's nodes computing in the order of axes before the transpose.
    ///
    /// What enters the region is put into that order and what is computed there is put back, also where nothing reads that.
    func turned(_ graph: Graph) -> Graph {
        var turning = Turning(into: permutation.inverse, graph)
        for (index, node) in graph.nodes.enumerated() {
            if contains[index] { turning.appendTurned(node) } else { turning.graph.nodes.append(node) }
        }
        return turning.graph
    }
}

/// A graph whose nodes are being appended again, some in another order of axes.
private struct Turning {
    var graph: Graph
    private let inward: Permutation
    /// Values in the other order, by the values they stand for.
    private var turned: [ValueID: ValueID] = [:]

    init(into inward: Permutation, _ graph: Graph) {
        self.graph = graph
        self.graph.nodes = []
        self.inward = inward
    }

    mutating func appendTurned(_ node: Node) {
        var copy = node
        copy.operation = node.operation.turned(by: inward) ?? node.operation
        for index in node.inputs.indices { copy.inputs[index] = turn(node.inputs[index]) }
        copy.output = appendValue(turning: node.output)
        turned[node.output] = copy.output
        graph.nodes.append(copy)
        appendTranspose(
            inward.inverse, of: copy.output, as: node.output, name: name(node.output, inward.inverse))
    }

    /// The value in the other order; what is not known so yet is transposed.
    private mutating func turn(_ value: ValueID) -> ValueID {
        if let known = turned[value] { return known }
        // One number fits operands of any shape.
        if graph[value].constant != nil, graph[value].type.shape.elementCount == 1 { return value }
        let result = appendValue(turning: value)
        if graph[value].constant == nil {
            appendTranspose(inward, of: value, as: result, name: graph[result].name)
        }
        turned[value] = result
        return result
    }

    private mutating func appendValue(turning value: ValueID) -> ValueID {
        var copy = graph[value]
        let missing = [Int](repeating: 1, count: inward.axes.count - copy.type.shape.rank)
        let full = missing + copy.type.shape.dimensions
        copy.name = name(value, inward)
        copy.type.shape = Shape(inward(full))
        copy.constant = copy.constant.map { Constant($0.tensor.reshaped(full).permuted(inward.axes)) }
        graph.values.append(copy)
        return ValueID(graph.values.count - 1)
    }

    private mutating func appendTranspose(
        _ permutation: Permutation, of value: ValueID, as result: ValueID, name: String
    ) {
        graph.nodes.append(
            Node(name: name, operation: .transpose(permutation.axes), inputs: [value], output: result))
    }

    private func name(_ value: ValueID, _ permutation: Permutation) -> String {
        "\(graph[value].name)/\(permutation.axes.map(String.init).joined())"
    }
}

extension Graph {
    /// Whether a node computes the same numbers from operands of `rank` axes in any order.
    fileprivate func canTurn(_ node: Node, rank: Int) -> Bool {
        let fits = (node.inputs + [node.output]).allSatisfy { id in
            let type = self[id].type
            return type.quantization?.axis == nil && type.dataType != .binary
                && (type.shape.rank == rank || self[id].constant != nil && type.shape.rank < rank)
        }
        return fits && node.operation.turned(by: Permutation(Array(0..<rank))) != nil
    }
}

extension Operation {
    /// What gives the same numbers from operands whose axes are in another order; nil where that would not be the same operation.
    fileprivate func turned(by inward: Permutation) -> Operation? {
        if case .concatenate(let axis) = self { return .concatenate(axis: inward.inverse.axes[axis]) }
        if case .slice(let slicing) = self {
            return .slice(
                Slicing(
                    starts: inward(slicing.starts), sizes: inward(slicing.sizes),
                    strides: inward(slicing.strides)))
        }
        if case .pad(let padding) = self {
            return .pad(
                Padding(
                    before: inward(padding.before), after: inward(padding.after), mode: padding.mode,
                    value: padding.value))
        }
        return traits.ignoresAxes ? self : nil
    }
}
