import ModelGraph

extension Graph {
    /// Operations between `dequantize` and `quantize` compute in integers, as runtimes do that know this pattern (QDQ).
    ///
    /// What does not fit (weights with a zero point, other scales on both sides of a move) stays in real numbers.
    mutating func computeInIntegers() {
        var rewriter = IntegerRewriter(self)
        for index in nodes.indices { rewriter.visit(index) }
        self = rewriter.finished()
    }
}

private struct IntegerRewriter {
    private var graph: Graph
    private let producers: [Int?]
    private let readers: [Int]
    private var isRemoved: [Bool]
    /// Values that turned out to equal an earlier one.
    private var aliases: [Int: ValueID] = [:]
    private var weights: [ValueID: ValueID] = [:]

    init(_ graph: Graph) {
        self.graph = graph
        producers = graph.producers
        readers = graph.readerCounts
        isRemoved = [Bool](repeating: false, count: graph.nodes.count)
    }

    consuming func finished() -> Graph {
        let isRemoved = isRemoved
        graph.nodes = graph.nodes.indices.filter { !isRemoved[$0] }.map { graph.nodes[$0] }
        return graph
    }

    mutating func visit(_ index: Int) {
        graph.nodes[index].inputs = graph.nodes[index].inputs.map { aliases[$0.index] ?? $0 }
        let node = graph.nodes[index]
        guard case .quantize(.int8, let quantization) = node.operation,
            let before = producer(of: node.inputs[0])
        else {
            return
        }
        if graph.nodes[before].operation == .dequantize { return join(index, before, quantization) }
        guard readers[node.inputs[0].index] == 1 else { return }
        if let inputs = integerInputs(of: before, quantization) {
            rewrite(before, inputs, output: node.output)
            isRemoved[index] = true
        } else if case .activation(let activation) = graph.nodes[before].operation, activation.isClamp,
            let anchor = producer(of: graph.nodes[before].inputs[0]),
            readers[graph.nodes[before].inputs[0].index] == 1,
            let inputs = integerInputs(of: anchor, quantization)
        {
            let between = graph.nodes[anchor].output
            graph[between].type = graph[node.output].type
            rewrite(anchor, inputs, output: between)
            rewrite(before, [between], output: node.output)
            isRemoved[index] = true
        }
    }

    private func producer(of value: ValueID) -> Int? {
        guard let index = producers[value.index], !isRemoved[index] else { return nil }
        return index
    }

    /// Integers to real numbers and back are one change of scale, or none.
    private mutating func join(_ index: Int, _ before: Int, _ quantization: Quantization) {
        let source = graph.nodes[before].inputs[0]
        guard graph[source].constant == nil else { return }
        let output = graph.nodes[index].output
        if graph[source].type == graph[output].type, !graph.outputs.contains(output) {
            aliases[output.index] = source
            isRemoved[index] = true
        } else {
            graph.nodes[index].inputs = [source]
        }
    }

    private mutating func rewrite(_ index: Int, _ inputs: [ValueID], output: ValueID) {
        graph.nodes[index].inputs = inputs
        graph.nodes[index].output = output
    }

    /// The integers behind the real inputs of a node that can compute with them; nil if it cannot.
    private mutating func integerInputs(of index: Int, _ result: Quantization) -> [ValueID]? {
        let node = graph.nodes[index]
        switch node.operation {
        case .convolution, .dense, .transposedConvolution: return layerInputs(node)
        case .pool(let pooling) where pooling.kind == .maximum: return movedInputs(node, result)
        case .slice, .reshape, .transpose, .pad, .globalPool(.maximum): return movedInputs(node, result)
        case .pool, .globalPool, .binary, .activation, .concatenate, .softmax, .resize, .matrixMultiply,
            .reduce:
            let allowsConstants = if case .binary = node.operation { true } else { false }
            var inputs: [ValueID] = []
            for input in node.inputs {
                guard let integers = integers(behind: input, allowsConstants: allowsConstants) else {
                    return nil
                }
                inputs.append(integers)
            }
            return inputs
        case .batchNormalization, .unary, .localResponseNormalization, .cast, .quantize, .dequantize,
            .training, .compare, .select, .gather, .argument, .cumulativeSum, .layerNormalization,
            .recurrence:
            return nil
        }
    }

    private func integers(behind value: ValueID, allowsConstants: Bool = false) -> ValueID? {
        guard let index = producer(of: value), graph.nodes[index].operation == .dequantize else { return nil }
        let source = graph.nodes[index].inputs[0]
        let type = graph[source].type
        guard allowsConstants || graph[source].constant == nil, type.dataType == .int8,
            type.quantization?.axis == nil
        else {
            return nil
        }
        return source
    }

    /// Moving elements keeps their scale, so both sides must have the same.
    private func movedInputs(_ node: Node, _ result: Quantization) -> [ValueID]? {
        guard let source = integers(behind: node.inputs[0]), graph[source].type.quantization == result else {
            return nil
        }
        return [source]
    }

    private mutating func layerInputs(_ node: Node) -> [ValueID]? {
        guard let source = integers(behind: node.inputs[0]),
            let scale = graph[source].type.quantization?.scale,
            let layerWeights = integerWeights(node.inputs[1])
        else { return nil }
        guard node.inputs.count > 2 else { return [source, layerWeights] }
        guard let own = graph[layerWeights].type.quantization else { return nil }
        let sums = Quantization(
            scales: own.scales.map { $0 * scale }, zeroPoints: own.zeroPoints, axis: own.axis)
        let channels = graph[layerWeights].type.shape[0]
        guard own.axis == nil || own.scales.count == channels, sums.scales.allSatisfy({ $0.isNormal }),
            let bias = integerBias(node.inputs[2], sums, channels: channels)
        else { return nil }
        return [source, layerWeights, bias]
    }

    /// int8 weights without zero point, with a scale for each output channel or one for all.
    private mutating func integerWeights(_ value: ValueID) -> ValueID? {
        guard let index = producer(of: value), graph.nodes[index].operation == .dequantize else { return nil }
        let source = graph.nodes[index].inputs[0]
        if let known = weights[source] { return known }
        guard let tensor = graph[source].constant?.tensor, let quantization = graph[source].type.quantization,
            quantization.axis == nil || quantization.axis == 0, tensor.shape.rank > 0
        else { return nil }
        let channels = tensor.shape[0]
        guard channels <= 1 << 24 else { return nil }
        let zeros = [Int32](repeating: 0, count: quantization.scales.count)
        let isSigned = tensor.dataType == .int8 && quantization.zeroPoints.allSatisfy { $0 == 0 }
        let isShifted = tensor.dataType == .uint8 && quantization.zeroPoints.allSatisfy { $0 == 128 }
        guard isSigned || isShifted, let storage = isSigned ? tensor.storage : shifted(tensor), channels > 0
        else { return nil }
        let id = add(
            graph[source].name, Tensor(tensor.shape, storage),
            Quantization(scales: quantization.scales, zeroPoints: zeros, axis: quantization.axis))
        weights[source] = id
        return id
    }

    private func shifted(_ tensor: Tensor) -> Tensor.Storage? {
        tensor.integers.map { .int8($0.map { Int8(truncatingIfNeeded: $0 - 128) }) }
    }

    /// The bias as int32 sums at the scale of the products.
    private mutating func integerBias(
        _ value: ValueID, _ quantization: Quantization, channels: Int
    ) -> ValueID? {
        let scales =
            quantization.axis == nil
            ? [Float](repeating: quantization.scale, count: channels) : quantization.scales
        let name: String, sums: [Int32]
        if let constant = graph[value].constant?.tensor {
            guard constant.shape.elementCount == scales.count, let real = constant.floats,
                let rounded = rounded(real, scales)
            else { return nil }
            (name, sums) = (graph[value].name, rounded)
        } else {
            guard let index = producer(of: value), graph.nodes[index].operation == .dequantize else {
                return nil
            }
            let source = graph[graph.nodes[index].inputs[0]]
            guard let integers = source.constant?.tensor.integers, let own = source.type.quantization,
                own.zeroPoints.allSatisfy({ $0 == 0 }), own.axis == nil || own.axis == 0,
                integers.count == scales.count
            else { return nil }
            let ownScales = own.axis == nil ? scales.map { _ in own.scale } : own.scales
            let isSame = zip(ownScales, scales).allSatisfy { abs($0 - $1) <= 1e-5 * $1 }
            let exact = integers.compactMap(Int32.init(exactly:))
            let real = zip(integers, ownScales).map { Float($0) * $1 }
            guard exact.count == integers.count, let rounded = isSame ? exact : rounded(real, scales) else {
                return nil
            }
            (name, sums) = (source.name, rounded)
        }
        return add(name, Tensor([sums.count], .int32(sums)), quantization)
    }

    private func rounded(_ real: [Float], _ scales: [Float]) -> [Int32]? {
        let sums = zip(real, scales).compactMap { Int32(exactly: ($0 / $1).rounded(.toNearestOrEven)) }
        return sums.count == scales.count && real.count == scales.count ? sums : nil
    }

    private mutating func add(_ name: String, _ tensor: Tensor, _ quantization: Quantization) -> ValueID {
        let type = ValueType(tensor.shape, tensor.dataType, quantization: quantization)
        graph.values.append(Value(name: name, type: type, constant: Constant(tensor)))
        return ValueID(graph.values.count - 1)
    }
}
