/// Nodes that run as one kernel: anchor → (+ residual) → activation.
public struct FusedKernel: Hashable, Sendable {
    /// Index into `graph.nodes` of the node that does the main work.
    public var anchor: Int
    /// Applied after the residual.
    public var activation: Activation?
    /// Added to the anchor's result before the activation.
    public var residual: ValueID?
    /// All nodes of the kernel, in order; the last one marks when the kernel can run.
    public var nodes: [Int]
    /// The anchor's inputs.
    public var inputs: [ValueID]
    /// The last node's result.
    public var output: ValueID

    /// Every value the kernel reads.
    public var reads: [ValueID] { inputs + (residual.map { [$0] } ?? []) }
}

extension Graph {
    /// The kernels a runtime with this policy launches, in an order in which each finds its inputs ready.
    ///
    /// Call it on a `normalized(for:)` graph. An addition joins the later of its operands' producers, so that the other is ready.
    public func kernels(for policy: GraphPolicy) -> [FusedKernel] {
        var kernels = nodes.indices.map { FusedKernel(startingAt: $0, in: self) }
        var kernelOf: [Int?] = Array(nodes.indices)
        let isShared = sharedValues
        let producers = producers
        for (index, node) in nodes.enumerated() {
            guard
                let fusion = fusion(
                    of: node, policy: policy,
                    with: { value in
                        isShared[value.index]
                            ? nil : producers[value.index].flatMap { kernelOf[$0] }.map { kernels[$0] }
                    })
            else { continue }
            kernels[fusion.anchor] = fusion.appending(index, output: node.output)
            kernelOf[index] = fusion.anchor
        }
        return nodes.indices.filter { kernelOf[$0] == $0 }.map { kernels[$0] }.sorted {
            $0.lastNode < $1.lastNode
        }
    }

    /// Values that leave the graph or have more than one reader, and so must exist in memory.
    private var sharedValues: [Bool] {
        var isShared = consumers.map { $0.count > 1 }
        for output in outputs { isShared[output.index] = true }
        return isShared
    }

    /// The kernel that `node` can join, changed so that it computes the node too.
    private func fusion(
        of node: Node, policy: GraphPolicy, with kernel: (ValueID) -> FusedKernel?
    ) -> FusedKernel? {
        if case .activation(let activation) = node.operation {
            guard policy.fusesActivation, var fused = kernel(node.inputs[0]), fused.activation == nil,
                nodes[fused.anchor].operation.traits.fusesActivation
            else { return nil }
            fused.activation = activation
            return fused
        }
        guard case .binary(.add) = node.operation, policy.fusesResidual else { return nil }
        let candidates = [(0, 1), (1, 0)].compactMap { operand, other -> FusedKernel? in
            guard var fused = kernel(node.inputs[operand]), fused.activation == nil, fused.residual == nil,
                nodes[fused.anchor].operation.traits.fusesResidual,
                sameShapeAndType(node.inputs[operand], node.inputs[other], node.output),
                self[node.inputs[other]].constant == nil
            else { return nil }
            fused.residual = node.inputs[other]
            return fused
        }
        return candidates.max { $0.lastNode < $1.lastNode }
    }

    private func sameShapeAndType(_ ids: ValueID...) -> Bool {
        let first = self[ids[0]].type
        return ids.allSatisfy {
            self[$0].type.shape == first.shape && self[$0].type.dataType == first.dataType
        }
    }
}

extension FusedKernel {
    fileprivate init(startingAt index: Int, in graph: Graph) {
        let node = graph.nodes[index]
        self.init(
            anchor: index, activation: nil, residual: nil, nodes: [index], inputs: node.inputs,
            output: node.output)
    }

    /// The node after whose inputs are ready the kernel may run.
    fileprivate var lastNode: Int { nodes.last ?? anchor }

    fileprivate func appending(_ node: Int, output: ValueID) -> FusedKernel {
        var copy = self
        copy.nodes.append(node)
        copy.output = output
        return copy
    }
}
