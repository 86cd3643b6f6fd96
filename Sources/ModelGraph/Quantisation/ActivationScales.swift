/// The int8 scale of every value that integers compute with or carry.
///
/// Values that must share a scale form a group: input and result of operations that only move elements (and of average pools, as
/// TensorFlow Lite asks), operands and result of a concatenation, and a layer's result with that of the ReLU after it,
/// whose range then also decides the layer's scale, so that nothing is rounded twice.
struct ActivationScales {
    private var parents: [Int]
    private var fixed: [Int: Quantization] = [:]
    private var quantizations: [Int: Quantization] = [:]

    /// - Parameter ranges: what calibration saw of a value; nil where unknown.
    init(
        _ graph: Graph, forms: [PrecisionPlan.Form], ranges: (ValueID) -> ClosedRange<Float>?
    ) throws(GraphError) {
        parents = Array(graph.values.indices)
        let isClipped = graph.clippedLater(forms)
        for (node, form) in zip(graph.nodes, forms) where form == .int8 {
            if let own = node.operation.traits.ownQuantization { fixed[node.output.index] = own }
        }
        let states = graph.integerStates(forms)
        for state in states { merge(graph.inputs[state.input].index, graph.outputs[state.output].index) }
        for (node, form) in zip(graph.nodes, forms) where form == .int8 {
            couple(node, in: graph, isClipped: isClipped)
        }
        var covered: [Int: ClosedRange<Float>] = [:]
        for index in graph.values.indices where graph.values[index].constant == nil && !isClipped[index] {
            guard let range = ranges(ValueID(index)) else { continue }
            let root = root(index)
            covered[root] = covered[root].map { $0.hull(range) } ?? range
        }
        for state in states {
            let root = root(graph.inputs[state.input].index)
            covered[root] = covered[root]?.hull(state.initial...state.initial)
        }
        for (index, value) in graph.values.enumerated() where root(index) == index {
            if let own = fixed[index] {
                quantizations[index] = own
            } else if let range = covered[index] {
                guard let quantization = Quantization(covering: range) else {
                    throw .invalid(node: value.name, detail: "its range \(range) has no int8 scale")
                }
                quantizations[index] = quantization
            }
        }
    }

    subscript(value: ValueID) -> Quantization { quantizations[root(value.index)] ?? .uncalibrated }

    private mutating func couple(_ node: Node, in graph: Graph, isClipped: [Bool]) {
        let (source, result) = (node.inputs[0].index, node.output.index)
        if node.operation.traits.sharesScale { merge(source, result) }
        if case .activation = node.operation, isClipped[source] { merge(source, result) }
        guard case .concatenate = node.operation else { return }
        for input in node.inputs where graph[input].constant == nil && fixed[root(input.index)] == nil {
            merge(input.index, result)
        }
    }

    private func root(_ index: Int) -> Int {
        var index = index
        while parents[index] != index { index = parents[index] }
        return index
    }

    private mutating func merge(_ a: Int, _ b: Int) {
        let (a, b) = (root(a), root(b))
        guard a != b else { return }
        parents[max(a, b)] = min(a, b)
        if let own = fixed[a] ?? fixed[b] { fixed[min(a, b)] = own }
    }
}

extension Graph {
    /// For each value, whether `converted(to:)` asks for the range of its numbers: not of constants, nor of what only a clipping
    /// activation reads.
    public func needsRange(for precision: Assignment<Precision>) -> [Bool] {
        let isClipped = clippedLater(PrecisionPlan(self) { precision[$0.name] }.forms)
        return values.indices.map { values[$0].constant == nil && !isClipped[$0] }
    }

    /// The states that integers carry from run to run: those that integers compute.
    func integerStates(_ forms: [PrecisionPlan.Form]) -> [GraphState] {
        let producers = producers
        return states.filter { state in
            let (input, output) = (self[inputs[state.input]], self[outputs[state.output]])
            guard let producer = producers[outputs[state.output].index] else { return false }
            return forms[producer] == .int8 && input.type.dataType == .float32
                && output.type.dataType == .float32
        }
    }

    /// Values all of whose readers are one clipping activation (perhaps behind operations that only move elements): what lies outside the
    /// activation's range need not be kept.
    ///
    /// A binary layer that skips the activation reads them too.
    fileprivate func clippedLater(_ forms: [PrecisionPlan.Form]) -> [Bool] {
        let consumers = consumers
        var isClipped = [Bool](repeating: false, count: values.count)
        var isRead = [Bool](repeating: false, count: values.count)
        for port in inputs + outputs { isRead[port.index] = true }
        for (node, form) in zip(nodes, forms) where form == .binary {
            isRead[binarySource(of: node.inputs[0]).index] = true
        }
        for (node, form) in zip(nodes, forms).reversed() where form == .int8 {
            let source = node.inputs[0]
            guard consumers[source.index].count == 1, !isRead[source.index] else { continue }
            if case .activation(let activation) = node.operation {
                isClipped[source.index] = activation.onlyClips
            } else if node.operation.movesOnly {
                isClipped[source.index] = isClipped[node.output.index]
            }
        }
        return isClipped
    }
}

extension Activation {
    /// Whether this is the identity inside a range that contains zero at its edge or inside, and constant outside.
    fileprivate var onlyClips: Bool {
        switch self {
        case .relu, .relu6: true
        case .clip(let lower, let upper): lower <= 0 && upper >= 0
        case .hardSwish, .sigmoid, .silu, .tanh, .hardSigmoid, .gelu, .leakyRelu: false
        }
    }
}

extension ClosedRange<Float> {
    func hull(_ other: ClosedRange<Float>) -> ClosedRange<Float> {
        Swift.min(lowerBound, other.lowerBound)...Swift.max(upperBound, other.upperBound)
    }
}
