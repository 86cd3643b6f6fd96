public import ModelGraph

/// What a runtime (with the converter before it) does to a graph before running it.
///
/// Besides the rewrites that keep a network's function, some that only a price needs: they change which kernels run.
public struct RuntimePolicy: Hashable, Sendable {
    /// The rewrites that keep the network's function.
    public var graph: GraphPolicy
    /// A product with a constant number becomes part of the convolution before it when only such products read that one.
    ///
    /// A product with zero then leaves a convolution with zero weights, which runs like any other: that is why
    /// TensorFlow Lite on the Raspberry Pi 4 takes the time of some branches that contribute nothing.
    public var foldsScale: Bool
    /// Whatever is fed only by zeros counts as zero, biases included: the network is built without it, or it is
    /// computed ahead as a constant.
    public var dropsZeroFed: Bool
    /// Where what only zeros feed is dropped, a sum of zeros is not taken for zero: what reads it runs.
    public var keepsZeroSums: Bool

    /// A policy; the rewrites that only a price needs are off unless stated otherwise.
    public init(
        _ graph: GraphPolicy, foldsScale: Bool = false, dropsZeroFed: Bool = false,
        keepsZeroSums: Bool = false
    ) {
        self.graph = graph
        self.foldsScale = foldsScale
        self.dropsZeroFed = dropsZeroFed
        self.keepsZeroSums = keepsZeroSums
    }
}

extension Graph {
    /// The graph as a runtime with this policy executes it.
    func executed(under policy: RuntimePolicy) -> Graph {
        var graph = self
        if policy.foldsScale { graph = graph.foldingScales() }
        if policy.dropsZeroFed { graph = graph.droppingZeroFed(keepingSums: policy.keepsZeroSums) }
        return graph.normalized(for: policy.graph)
    }

    /// Products with a constant number disappear into the convolution (or its batch norm) before them.
    private func foldingScales() -> Graph {
        guard nodes.contains(where: { $0.operation == .binary(.multiply) }) else { return self }
        let (producers, consumers) = (producers, consumers)
        var replaced = [ValueID?](repeating: nil, count: values.count)
        for node in nodes {
            guard case .binary(.multiply) = node.operation, !outputs.contains(node.output),
                let source = node.inputs.first(where: { self[$0].constant == nil }),
                node.inputs.contains(where: { isNumber($0) }),
                consumers[source.index].allSatisfy({ nodes[$0].scalesByNumber(in: self) }),
                let producer = producers[source.index], nodes[producer].operation.hasScale,
                self[source].type.shape == self[node.output].type.shape
            else { continue }
            replaced[node.output.index] = source
        }
        return rewired(replaced)
    }

    fileprivate func isNumber(_ id: ValueID) -> Bool {
        self[id].constant != nil && self[id].type.shape.elementCount == 1
    }

    /// Sums skip terms that only zeros feed.
    private func droppingZeroFed(keepingSums keepsSums: Bool) -> Graph {
        var isZero = values.map { $0.isConstantZero }
        var replaced = [ValueID?](repeating: nil, count: values.count)
        for node in nodes {
            let data = node.inputs.filter { self[$0].constant == nil || self[$0].isConstantZero }
            let zeros = data.map { isZero[$0.index] }
            let traits = node.operation.traits
            isZero[node.output.index] =
                traits.zeros == .whenAnyInputIs
                ? zeros.contains(true) : !zeros.isEmpty && !zeros.contains(false)
            guard case .binary(.add) = node.operation else { continue }
            if keepsSums, zeros == [true, true] { isZero[node.output.index] = false }
            if zeros == [true, false] { replaced[node.output.index] = data[1] }
            if zeros == [false, true] { replaced[node.output.index] = data[0] }
        }
        for (index, source) in replaced.enumerated() {
            guard let source else { continue }
            if values[index].type.shape != self[source].type.shape || outputs.contains(ValueID(index)) {
                replaced[index] = nil
            }
        }
        return rewired(replaced)
    }

    /// Readers of a replaced value read its replacement; its node goes.
    private func rewired(_ replaced: [ValueID?]) -> Graph {
        guard replaced.contains(where: { $0 != nil }) else { return self }
        func final(_ id: ValueID) -> ValueID {
            var id = id
            while let next = replaced[id.index] { id = next }
            return id
        }
        var graph = self
        graph.nodes = nodes.filter { replaced[$0.output.index] == nil }
        for index in graph.nodes.indices { graph.nodes[index].inputs = graph.nodes[index].inputs.map(final) }
        return graph
    }
}

extension Graph {
    /// Whether an output depends on an input: a network that products with zero cut in two is a constant, which a runtime
    /// works out ahead, so that its time tells nothing about the device.
    public var dependsOnInput: Bool {
        var depends = [Bool](repeating: false, count: values.count)
        for input in inputs { depends[input.index] = true }
        for node in nodes where !node.multipliesByZero(in: self) {
            depends[node.output.index] = node.inputs.contains { depends[$0.index] }
        }
        return outputs.contains { depends[$0.index] }
    }
}

extension Node {
    fileprivate func multipliesByZero(in graph: Graph) -> Bool {
        if case .binary(.multiply) = operation { inputs.contains { graph[$0].isConstantZero } } else { false }
    }

    /// Whether the node only multiplies by a constant number.
    fileprivate func scalesByNumber(in graph: Graph) -> Bool {
        if case .binary(.multiply) = operation { inputs.contains { graph.isNumber($0) } } else { false }
    }
}

extension Operation {
    /// Whether a factor can be multiplied into the operation's own weights.
    fileprivate var hasScale: Bool {
        if case .batchNormalization = self { true } else { isLayer }
    }
}
