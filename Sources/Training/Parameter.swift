import ModelGraph

/// A constant of the network as the trainer holds it: `count` floats at `offset` of the parameter memory.
///
/// With weight sharing a parameter is a strided view of a larger tensor: the super-network's trainer gathers the view
/// into this stretch before a step and scatters the stretch's gradient back after it; nothing else changes.
struct Parameter: Sendable {
    enum Role: Sendable {
        /// Weights of a convolution, dense layer or matrix product: decayed.
        case weight
        /// Biases, scales, offsets and other trained constants: not decayed.
        case plain
        /// Running means or variances, tracked but not trained.
        case statistic
        /// Not trained.
        case fixed
    }
    var value: ValueID
    var name: String
    var role: Role
    var offset: Int
    var count: Int
    /// What the constant is marked with: its zeros stay zeros, and a pruning schedule leads to it.
    var sparsity: Sparsity

    var isTrained: Bool { role == .weight || role == .plain }

    /// The constants the steps read, trained ones first so that gradients need memory for those only.
    static func parameters(of steps: [TapeStep], in graph: Graph) throws(TrainingError) -> [Parameter] {
        var roles = [Role?](repeating: nil, count: graph.values.count)
        var order: [ValueID] = []
        for step in steps {
            for (place, input) in (step.inputs + (step.residual.map { [$0] } ?? [])).enumerated()
            where graph[input].constant != nil && roles[input.index] == nil {
                roles[input.index] = try role(of: input, at: place, in: step, graph)
                order.append(input)
            }
        }
        let roleOf = { (id: ValueID) in roles[id.index] ?? .fixed }
        let isTrained = { (id: ValueID) in roleOf(id) == .weight || roleOf(id) == .plain }
        var offset = 0
        return (order.filter(isTrained) + order.filter { !isTrained($0) }).map { id in
            let value = graph[id]
            let parameter = Parameter(
                value: id, name: value.name, role: roleOf(id), offset: offset,
                count: value.type.shape.elementCount,
                sparsity: value.constant?.sparsity ?? .dense)
            // Stretches begin on cache lines.
            offset += (parameter.count + 15) / 16 * 16
            return parameter
        }
    }

    private static func role(
        of input: ValueID, at place: Int, in step: TapeStep, _ graph: Graph
    ) throws(TrainingError) -> Role {
        if step.node.operation.readsUntrained(at: place) { return .fixed }
        guard let constant = graph[input].constant, constant.tensor.dataType == .float32 else {
            throw .unsupported(
                node: step.node.name, detail: "constant '\(graph[input].name)' is not float32")
        }
        if case .pattern(let kept, let group) = constant.sparsity, kept < 0 || group <= 0 || kept > group {
            throw .unsupported(
                node: step.node.name,
                detail: "constant '\(graph[input].name)' keeps \(kept) of every \(group)")
        }
        var isRepeated = false
        if case .repeated = constant.tensor.storage { isRepeated = true }
        if case .batchNormalization = step.node.operation {
            return place == 1 || place == 2 ? .plain : place <= 4 && place > 0 ? .statistic : .fixed
        }
        if case .training = step.node.operation { return .weight }
        switch step.node.operation.traits.kind {
        case .layer: return place == 1 ? .weight : place == 2 ? .plain : .fixed
        case .product: return isRepeated ? .fixed : .weight
        case .recurrence: return place == 1 || place == 2 ? .weight : isRepeated ? .fixed : .plain
        case .pooling, .elementwise, .movement, .mixing: return isRepeated ? .fixed : .plain
        }
    }
}

extension Operation {
    /// Whether no gradient leads to an operand, which then may be of any type: conditions, what is compared, what is converted.
    fileprivate func readsUntrained(at place: Int) -> Bool {
        switch self {
        case .compare, .cast: true
        case .select: place == 0
        case .gather: place == 1
        case .convolution, .dense, .batchNormalization, .pool, .globalPool, .binary, .activation, .unary,
            .concatenate, .slice, .reshape, .transpose, .pad, .softmax, .resize,
            .localResponseNormalization, .matrixMultiply, .reduce, .argument, .cumulativeSum, .quantize,
            .dequantize, .training, .layerNormalization, .transposedConvolution, .recurrence:
            false
        }
    }
}
