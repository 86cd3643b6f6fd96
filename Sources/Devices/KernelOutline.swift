import ModelGraph

/// A kernel of a normalized graph without the extents of its values, from which its work follows.
struct KernelOutline: Sendable {
    /// The work but for what extents decide.
    private let work: Workload
    private let products: ProductCount
    private var window: Window
    private let input, output: ValueID
    /// The activations read, with a fused residual.
    private let activations: [ValueID]
    /// The constants read, with those that an earlier kernel has read.
    private let constants: [StoredConstant]
    private let weights: ValueID?
    private let sparsity: Sparsity

    private struct StoredConstant {
        let value: ValueID
        /// Whether a single number is kept for all elements.
        let isNumber: Bool
        let isShared: Bool

        func elements(_ extents: ValueExtents) -> Int { isNumber ? 1 : extents.count(value) }
    }

    /// `isStored` says of each constant whether an earlier kernel has read it.
    fileprivate init(_ kernel: FusedKernel, in graph: Graph, isStored: inout [Bool]) {
        let node = graph.nodes[kernel.anchor]
        let constants = node.inputs.filter { graph[$0].constant != nil }
        weights =
            node.operation.traits.kind.readsWeights
            ? node.inputs.dropFirst().first { graph[$0].constant != nil } : nil
        self.constants = constants.map { id in
            defer { isStored[id.index] = true }
            return StoredConstant(
                value: id, isNumber: graph[id].isNumber, isShared: isStored[id.index])
        }
        activations =
            node.inputs.filter { graph[$0].constant == nil } + (kernel.residual.map { [$0] } ?? [])
        sparsity = weights.flatMap { graph[$0].constant?.sparsity } ?? .dense
        products = ProductCount(node, in: graph)
        window = Window(node.operation)
        (input, output) = (node.inputs[0], kernel.output)
        work = Workload(
            family: node.operation.traits.kind.family, operation: node.operation.name,
            activation: kernel.activation?.name,
            addsResidual: kernel.residual != nil, macs: 0, work: 0,
            outputHeight: 1, outputWidth: 1, outputChannels: 1, inputChannels: 1,
            kernelTaps: 1, groups: 1, stride: window.stride, dataType: graph[input].type.dataType,
            weightType: weights.map { graph[$0].type.dataType },
            weightScales: weights.flatMap { graph[$0].type.weightScales },
            weightElements: 0, nonZeroWeights: nil, inputElements: 0, outputElements: 0)
    }

    /// The same where `marks` stand for open extents, each with its place.
    func opened(_ marks: [Int: Int]) -> KernelOutline {
        var outline = self
        outline.window.open(marks)
        return outline
    }

    /// What the kernel has to do where values have these extents.
    func work(_ extents: ValueExtents) -> Workload {
        var work = work
        work.macs = products.count(extents)
        work.outputHeight = extents.extent(output, 1)
        work.outputWidth = extents.extent(output, 2)
        work.outputChannels = extents.shape(output).last ?? 1
        work.inputChannels = extents.shape(input).last ?? 1
        let kernel = (height: extents.number(window.height), width: extents.number(window.width))
        work.kernelTaps = kernel.height * kernel.width
        work.groups = extents.number(window.groups)
        switch window.kind {
        case .convolution:
            if work.groups > 1 {
                let isDepthwise = work.groups == extents.extent(input, 3)
                work.family = isDepthwise ? .depthwise : .grouped
                work.operation = isDepthwise ? "depthwise_convolution" : "grouped_convolution"
            } else {
                work.family = kernel == (1, 1) ? .pointwise : .convolution
                work.operation = "convolution"
            }
        case .transposedConvolution: work.family = .convolution
        case .other: break
        }
        for constant in constants {
            let elements = constant.elements(extents)
            work.weightElements += elements
            if constant.isShared { work.sharedWeightElements += elements }
        }
        work.nonZeroWeights = weights.flatMap { nonZeros(of: extents.count($0)) }
        for activation in activations { work.inputElements += extents.count(activation) }
        work.outputElements = extents.count(output)
        work.work = work.macs > 0 ? work.macs : max(work.outputElements * work.kernelTaps, work.inputElements)
        return work
    }

    /// How many of the weights may be non-zero; nil where they are dense.
    private func nonZeros(of weights: Int) -> Int? {
        switch sparsity {
        case .dense: nil
        case .unstructured(let nonZeros): nonZeros
        case .pattern(let kept, let group): weights / max(group, 1) * kept
        }
    }
}

/// The window of an operation; numbers may be codes of open extents.
private struct Window: Sendable {
    enum Kind { case convolution, transposedConvolution, other }

    var kind = Kind.other
    var height = 1, width = 1, groups = 1
    /// Pixels between neighbouring windows, the larger of both axes.
    var stride = 1

    init(_ operation: Operation) {
        if case .convolution(let convolution) = operation {
            kind = .convolution
            (height, width) = (convolution.kernel.height, convolution.kernel.width)
            groups = convolution.groups
            stride = max(convolution.stride.height, convolution.stride.width)
        }
        if case .transposedConvolution(let convolution) = operation {
            kind = .transposedConvolution
            (height, width) = (convolution.kernel.height, convolution.kernel.width)
            groups = convolution.groups
        }
        if case .pool(let pooling) = operation {
            (height, width) = (pooling.kernel.height, pooling.kernel.width)
            stride = max(pooling.stride.height, pooling.stride.width)
        }
    }

    /// Takes numbers of a convolution that are marks for codes of open extents.
    mutating func open(_ marks: [Int: Int]) {
        guard kind == .convolution else { return }
        func code(_ number: Int) -> Int { marks[number].map { -1 - $0 } ?? number }
        (height, width, groups) = (code(height), code(width), code(groups))
    }
}

/// The multiply-accumulates of a node as a product of extents; as `Graph.macs(of:)`.
struct ProductCount: Sendable {
    private let result: ValueID
    private let kind: Kind

    private enum Kind {
        /// For each element of the result as many as a row of these weights has elements.
        case layer(weights: ValueID)
        /// For each element of the result as many as the last extent of this value.
        case product(ValueID)
        case fixed(Int)
    }

    init(_ node: Node, in graph: Graph) {
        result = node.output
        kind =
            switch node.operation.traits.kind {
            case .layer:
                if case .transposedConvolution = node.operation {
                    .fixed(graph.macs(of: node))
                } else {
                    .layer(weights: node.inputs[1])
                }
            case .product: .product(node.inputs[0])
            case .recurrence: .fixed(graph.macs(of: node))
            case .pooling, .elementwise, .movement, .mixing: .fixed(0)
            }
    }

    /// Whether the count follows from extents: not where it was taken from the graph as a whole.
    var followsFromExtents: Bool { if case .fixed = kind { isZero } else { true } }

    /// Whether the node multiplies nothing, whatever its extents are.
    var isZero: Bool { if case .fixed(0) = kind { true } else { false } }

    func count(_ extents: ValueExtents) -> Int {
        switch kind {
        case .layer(let weights):
            extents.count(result).multipliedSaturated(
                by: extents.shape(weights).dropFirst().reduce(1) { $0.multipliedSaturated(by: $1) })
        case .product(let value):
            extents.count(result).multipliedSaturated(by: extents.shape(value).last ?? 0)
        case .fixed(let count): count
        }
    }
}

extension Graph {
    /// The kernels of a normalized graph without extents; constants that several kernels read are stored once.
    func outlines(of kernels: [FusedKernel]) -> [KernelOutline] {
        var isStored = [Bool](repeating: false, count: values.count)
        return kernels.map { KernelOutline($0, in: self, isStored: &isStored) }
    }
}

extension OperationTraits.Kind {
    /// The family of such work; layers other than convolutions are dense ones.
    fileprivate var family: WorkFamily {
        switch self {
        case .layer, .product: .dense
        case .pooling: .pooling
        case .elementwise: .elementwise
        case .movement: .movement
        case .mixing: .other
        case .recurrence: .dense
        }
    }

    /// Whether the second input is a weight tensor (and not, say, a scalar factor).
    fileprivate var readsWeights: Bool { self == .layer || self == .product || self == .recurrence }
}

extension ValueType {
    /// How many scales int8 weights of this type have; nil for other types.
    fileprivate var weightScales: WeightScales? {
        guard dataType == .int8 || dataType == .uint8, let quantization else { return nil }
        return quantization.axis == nil ? .perTensor : .perChannel
    }
}

extension Value {
    /// Whether a runtime keeps one element for all of a constant.
    fileprivate var isNumber: Bool {
        if case .repeated = constant?.tensor.storage { true } else { false }
    }
}
