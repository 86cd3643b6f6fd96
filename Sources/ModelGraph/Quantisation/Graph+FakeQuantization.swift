extension Graph {
    /// A prepared network with rounding where its int8 form rounds, to be trained (quantisation-aware training, Jacob et al., 2018).
    ///
    /// Weights pass through a symmetric grid for each output channel (or one for all), activations through the grid of their range; gradients pass straight
    /// through both. `strippingFakeQuantization(into:)` takes the trained weights back.
    public func fakeQuantizing(
        _ precision: Assignment<Precision>, ranges: (ValueID) -> ClosedRange<Float>?,
        weightScales: WeightScales = .perChannel
    ) throws(GraphError) -> Graph {
        let forms = PrecisionPlan(self) { precision[$0.name] }.forms
        let scales = try ActivationScales(self, forms: forms, ranges: ranges)
        var rewriter = RoundingInserter(source: self)
        for (node, form) in zip(nodes, forms) {
            var inputs = node.inputs
            if form == .int8 {
                for (place, input) in node.inputs.enumerated() where self[input].constant == nil {
                    inputs[place] = rewriter.rounded(input, by: scales[input])
                }
                if node.operation.isLayer, let grid = weightGrid(of: node, weightScales) {
                    inputs[1] = rewriter.rounded(node.inputs[1], by: grid)
                }
            }
            rewriter.append(node, inputs: inputs)
            // The result of integers is on the grid for every reader.
            if form == .int8, !node.operation.movesOnly {
                rewriter.replaceByRounded(node.output, by: scales[node.output])
            }
        }
        return rewriter.finished()
    }

    /// `original` with the constants of this network, which was made from it by inserting nodes that only round.
    public func strippingFakeQuantization(into original: Graph) -> Graph { lendingConstants(to: original) }

    /// A graph whose constants have the same numbers as here, with the elements that they have here.
    func lendingConstants(to original: Graph) -> Graph {
        var result = original
        for index in original.values.indices where original.values[index].constant != nil {
            result.values[index].constant = values[index].constant
        }
        return result
    }

    private func weightGrid(of node: Node, _ scales: WeightScales) -> Quantization? {
        guard let tensor = self[node.inputs[1]].constant?.tensor, let values = tensor.floats,
            tensor.shape[0] > 0,
            values.allSatisfy(\.isFinite)
        else { return nil }
        let channels = tensor.shape[0]
        let length = values.count / channels
        let largest = (0..<channels).map { channel in
            values[channel * length..<(channel + 1) * length].reduce(0) { max($0, abs($1)) }
        }
        return switch scales {
        case .perChannel: Quantization(scales: largest.map { max($0 / 127, 0x1p-60) }, axis: 0)
        case .perTensor: Quantization(scale: max((largest.max() ?? 0) / 127, 0x1p-60))
        }
    }
}

/// Copies a graph node by node, with rounding nodes in between; the values of the source keep their numbers.
struct RoundingInserter {
    private var graph: Graph
    private var replacements: [ValueID: ValueID] = [:]

    init(source: Graph) {
        graph = source
        graph.nodes = []
    }

    mutating func append(_ node: Node, inputs: [ValueID]) {
        let current = inputs.map { replacements[$0] ?? $0 }
        graph.nodes.append(
            Node(name: node.name, operation: node.operation, inputs: current, output: node.output))
    }

    /// The value on a grid; rounded once however often it is read.
    mutating func rounded(_ value: ValueID, by grid: Quantization) -> ValueID {
        replaceByRounded(value, by: grid)
        return replacements[value] ?? value
    }

    mutating func replaceByRounded(_ value: ValueID, by grid: Quantization) {
        guard replacements[value] == nil else { return }
        replacements[value] = insert(.fakeQuantize(grid), after: value, name: "\(graph[value].name).rounded")
    }

    /// A value rounded to ±1.
    mutating func binarized(_ value: ValueID) -> ValueID {
        insert(.binarize, after: value, name: "\(graph[value].name).sign")
    }

    private mutating func insert(_ operation: TrainingOperation, after value: ValueID, name: String)
        -> ValueID
    {
        let result = ValueID(graph.values.count)
        graph.values.append(Value(name: name, type: ValueType(graph[value].type.shape)))
        let source = replacements[value] ?? value
        graph.nodes.append(
            Node(name: name, operation: .training(operation), inputs: [source], output: result))
        return result
    }

    consuming func finished() -> Graph {
        graph.outputs = graph.outputs.map { replacements[$0] ?? $0 }
        return graph
    }
}
