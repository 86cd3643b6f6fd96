/// What a graph costs before any device is known.
public struct GraphCounts: Hashable, Sendable {
    /// Multiply-accumulate operations of one run, zeros included.
    public var macs: Int
    /// The same where zeros of sparse weights are skipped.
    public var sparseMACs: Int
    /// Trainable numbers: weights, biases, scales and offsets, each shared one once.
    public var parameters: Int
    /// Bytes of all constants stored densely.
    public var weightBytes: Int
    /// Bytes of all constants with sparse ones stored sparse where that is smaller.
    public var sparseWeightBytes: Int
    /// Dense bytes of constants by element type, in the order of `DataType.allCases`; types without any are left out.
    public var weightBytesByType: [TypedBytes]

    /// Bytes of all constants with one element type.
    public struct TypedBytes: Hashable, Sendable {
        /// The element type.
        public var dataType: DataType
        /// Bytes of the constants stored densely.
        public var bytes: Int
    }
}

extension Graph {
    /// Exact counts; constants that no node reads and that are no output are not counted.
    public var counts: GraphCounts {
        let used = usedConstants
        var bytesByType: [GraphCounts.TypedBytes] = []
        for dataType in DataType.allCases {
            let bytes = used.filter { self[$0].type.dataType == dataType }.saturatingSum {
                self[$0].type.bytes
            }
            if bytes > 0 { bytesByType.append(.init(dataType: dataType, bytes: bytes)) }
        }
        return GraphCounts(
            macs: macs,
            sparseMACs: nodes.saturatingSum(sparseMACs(of:)),
            parameters: parameters,
            weightBytes: bytesByType.saturatingSum(\.bytes),
            sparseWeightBytes: used.saturatingSum { self[$0].constant?.sparseBytes ?? 0 },
            weightBytesByType: bytesByType)
    }

    /// Multiply-accumulate operations of one run, zeros included.
    public var macs: Int { nodes.saturatingSum(macs(of:)) }

    /// Trainable numbers: weights, biases, scales and offsets, each shared one once.
    public var parameters: Int { trainableConstants.saturatingSum { self[$0].type.shape.elementCount } }

    /// Multiply-accumulate operations of one node; 0 for all but layers and matrix products.
    public func macs(of node: Node) -> Int {
        let input = self[node.inputs[0]].type.shape
        if case .transposedConvolution(let convolution) = node.operation {
            return convolution.macs(inputs: input.elementCount, outputs: self[node.inputs[1]].type.shape[0])
        }
        if case .recurrence(let recurrence) = node.operation {
            return recurrence.macs(input: input, hidden: self[node.inputs[2]].type.shape[1])
        }
        let outputs = self[node.output].type.shape.elementCount
        return outputs.multipliedSaturated(by: reductionLength(of: node))
    }

    /// `macs(of:)` where the zeros of sparse weights are skipped.
    public func sparseMACs(of node: Node) -> Int {
        let dense = macs(of: node)
        guard dense > 0, node.inputs.count > 1, let weights = self[node.inputs[1]].constant else {
            return dense
        }
        let count = weights.tensor.shape.elementCount
        guard count > 0 else { return 0 }
        return Int((Double(dense) * Double(weights.nonZeros) / Double(count)).rounded())
    }

    /// How many products each output of a node sums; 0 where it sums none.
    func reductionLength(of node: Node) -> Int {
        switch node.operation.traits.kind {
        case .layer:
            return self[node.inputs[1]].type.shape.dimensions.dropFirst().reduce(1) {
                $0.multipliedSaturated(by: $1)
            }
        case .product: return self[node.inputs[0]].type.shape.dimensions.last ?? 0
        case .pooling, .elementwise, .movement, .mixing, .recurrence: return 0
        }
    }

    /// Constants that a node reads or that are outputs, in order of their ids.
    var usedConstants: [ValueID] {
        var isUsed = [Bool](repeating: false, count: values.count)
        for node in nodes { for input in node.inputs { isUsed[input.index] = true } }
        for output in outputs { isUsed[output.index] = true }
        return values.indices.filter { isUsed[$0] && values[$0].constant != nil }.map { ValueID($0) }
    }

    /// Constants that training adjusts, in order of their ids.
    ///
    /// These are weights, biases, and the scale and offset of batch normalisation; its mean and variance are statistics.
    /// Single numbers beside an element-wise operation are not trained either.
    package var trainableConstants: [ValueID] {
        var isTrainable = [Bool](repeating: false, count: values.count)
        for node in nodes {
            let adjusted = node.inputs.indices.clamped(to: node.operation.traits.trainedInputs)
            for id in node.inputs[adjusted] {
                if case .binary = node.operation, self[id].type.shape.elementCount == 1 { continue }
                isTrainable[id.index] = true
            }
        }
        return values.indices.filter { isTrainable[$0] && values[$0].constant != nil }.map { ValueID($0) }
    }
}

extension Constant {
    /// How many elements may be non-zero.
    public var nonZeros: Int {
        let count = tensor.shape.elementCount
        switch sparsity {
        case .dense: return count
        case .unstructured(let nonZeros): return nonZeros
        case .pattern(let kept, let group): return count / group * kept
        }
    }

    /// Bytes when stored sparse, or densely where that is smaller: one bit an element, and the elements that may be non-zero.
    public var sparseBytes: Int {
        let dense = ValueType(tensor.shape, tensor.dataType).bytes
        let mask = (tensor.shape.elementCount + 7) / 8
        switch sparsity {
        case .dense: return dense
        case .unstructured, .pattern:
            return min(dense, tensor.dataType.bytes(for: nonZeros).addingSaturated(mask))
        }
    }
}

extension Int {
    /// The product, or `Int.max` where it overflows (both non-negative).
    package func multipliedSaturated(by other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}

extension Sequence {
    /// The sum of non-negative numbers, or `Int.max` where it overflows.
    func saturatingSum(_ number: (Element) -> Int) -> Int {
        reduce(0) { $0.addingSaturated(number($1)) }
    }
}
