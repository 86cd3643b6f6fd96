/// Which nodes of a graph compute with integers, bits or real numbers.
struct PrecisionPlan {
    enum Form: Hashable {
        case real
        /// Real sums over weights stored in sixteen bits.
        case half(DataType)
        case int8
        case binary
    }

    /// One form a node.
    private(set) var forms: [Form]

    init(_ graph: Graph, _ precision: (Node) -> Precision) {
        forms = []
        let layers = graph.nodes.indices.filter { graph.nodes[$0].operation.isLayer }
        let (producers, consumers) = (graph.producers, graph.consumers)
        for (index, node) in graph.nodes.enumerated() {
            let isEdge = index == layers.first || index == layers.last
            var form = graph.form(of: node, at: precision(node), isEdge: isEdge)
            // An activation follows the layer it will be fused with.
            if case .activation = node.operation, consumers[node.inputs[0].index].count == 1,
                let producer = producers[node.inputs[0].index], graph.nodes[producer].operation.isLayer
            {
                form = forms[producer] == .int8 && graph.canBeInt8(node) ? .int8 : .real
            }
            forms.append(form)
        }
    }
}

extension Graph {
    fileprivate func form(of node: Node, at precision: Precision, isEdge: Bool) -> PrecisionPlan.Form {
        switch precision {
        case .float32: return .real
        case .float16: return hasFloatWeights(node) ? .half(.float16) : .real
        case .bfloat16: return hasFloatWeights(node) ? .half(.bfloat16) : .real
        case .int8: return canBeInt8(node) ? .int8 : .real
        case .binary:
            guard node.operation.isLayer else { return .real }
            if !isEdge, canBeBinary(node) { return .binary }
            // Numbers near zero change sign when they are rounded: where much of an image is one constant, all would do so
            // at once.
            if case .convolution(let convolution) = node.operation, convolution.groups > 1 { return .real }
            return canBeInt8(node) ? .int8 : .real
        }
    }

    private func hasFloatWeights(_ node: Node) -> Bool {
        node.operation.isLayer && self[node.inputs[0]].type.dataType == .float32
            && self[node.inputs[1]].constant?.tensor.dataType == .float32
    }

    private func canBeBinary(_ node: Node) -> Bool {
        guard hasFloatWeights(node) else { return false }
        if case .convolution(let convolution) = node.operation { return convolution.groups == 1 }
        if case .transposedConvolution = node.operation { return false }
        return true
    }

    /// Longer sums could leave int32: half its range is for products of at most 127 · 128, half for the bias.
    static let longestInt8Sum = (1 << 30) / (127 * 128)

    /// Whether the node has an int8 form: its tensors are real numbers and its operation is one that integers can do.
    func canBeInt8(_ node: Node) -> Bool {
        let activations = node.inputs.filter { self[$0].constant == nil }
        guard !activations.isEmpty, self[node.output].type.dataType == .float32,
            node.inputs.allSatisfy({ self[$0].type.dataType == .float32 })
        else { return false }
        guard node.operation.traits.hasInt8Form else { return false }
        if case .softmax(let axis) = node.operation {
            return axis == self[node.inputs[0]].type.shape.rank - 1
        }
        guard node.operation.isLayer else { return true }
        return node.inputs.dropFirst().allSatisfy { self[$0].constant != nil }
            && reductionLength(of: node) <= Graph.longestInt8Sum
    }
}
