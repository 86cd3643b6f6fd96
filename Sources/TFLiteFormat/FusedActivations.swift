import ModelGraph

extension Graph {
    /// For each node, the activation node that TFLite computes in the same operator; nil where there is none.
    ///
    /// The node's value must feed nothing else, and integers must have one quantisation before and after.
    var fusedActivations: [Int?] {
        let consumers = consumers
        let isOutput = outputs.reduce(into: [Bool](repeating: false, count: values.count)) {
            $0[$1.index] = true
        }
        return nodes.map { node in
            let value = node.output
            guard node.operation.takesFusedActivation, !isOutput[value.index],
                let next = consumers[value.index].first, consumers[value.index].count == 1,
                case .activation(let activation) = nodes[next].operation, activation.fused != nil,
                self[value].type == self[nodes[next].output].type
            else { return nil }
            return next
        }
    }

    /// The same graph with values that a fused operator never shows named after what it shows.
    func namingFusedResults() -> Graph {
        var graph = self
        var names = Set(values.map(\.name))
        for (index, next) in fusedActivations.enumerated() {
            guard let next else { continue }
            let value = nodes[index].output
            let wanted = nodes[next].name.beforeActivation
            guard self[value].name != wanted, names.insert(wanted).inserted else { continue }
            graph[value].name = wanted
            graph.nodes[index].name = wanted
        }
        return graph
    }
}

extension String {
    /// The name of an operator's result before its fused activation.
    var beforeActivation: String { "\(self):linear" }
}

extension Operation {
    fileprivate var takesFusedActivation: Bool {
        if case .pool = self { return true }
        if case .transposedConvolution = self { return false }
        guard case .binary(let operation) = self else { return isLayer }
        switch operation {
        case .add, .subtract, .multiply, .divide: return true
        case .minimum, .maximum, .power: return false
        }
    }
}

extension Activation {
    /// The code of this activation as part of another operator; nil where TFLite has none that its kernels honour.
    var fused: Schema.FusedActivation? {
        switch self {
        case .relu: .relu
        case .relu6: .relu6
        case .clip(lower: -1, upper: 1): .reluN1To1
        case .hardSwish, .sigmoid, .silu, .tanh, .hardSigmoid, .gelu, .leakyRelu, .clip: nil
        }
    }
}

extension Schema.FusedActivation {
    /// Nil for none, and for SIGN_BIT, which no kernel computes.
    var activation: Activation? {
        switch self {
        case .none, .signBit: nil
        case .relu: .relu
        case .reluN1To1: .clip(lower: -1, upper: 1)
        case .relu6: .relu6
        case .tanh: .tanh
        }
    }
}

extension String {
    /// Ends the name of a bias of zeros that only the file has, because TFLite's convolutions need one.
    static let noBias = ":no_bias"
}
