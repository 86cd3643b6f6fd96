public import ModelGraph

/// The kinds of work whose speed differs on real devices.
public enum WorkFamily: String, Hashable, Sendable, CaseIterable {
    /// Convolutions with a window larger than 1×1.
    case convolution
    /// 1×1 convolutions.
    case pointwise
    case depthwise
    /// Convolutions in several groups that are not depthwise.
    case grouped
    case dense
    case pooling
    /// One result for each element: additions, activations, batch norms.
    case elementwise
    /// Copies: concatenation, slices, padding, transposition, casts.
    case movement
    /// Softmax, resizing, normalisation across channels, reductions.
    case other
}

/// What one fused kernel has to do, without its weights: all that its price depends on.
public struct Workload: Hashable, Sendable {
    /// The kind of work, which decides the speed.
    public var family: WorkFamily
    /// The operation's name in profiles, such as `depthwise_convolution` or `hard_swish`.
    public var operation: String
    /// A fused activation's name in profiles.
    public var activation: String?
    /// Whether another value is added to the result on the way out.
    public var addsResidual: Bool
    /// Multiply-accumulates; 0 for kernels that do none.
    public var macs: Int
    /// `macs`, or the elements read or written by kernels that do no multiply-accumulates.
    public var work: Int
    public var outputHeight, outputWidth, outputChannels: Int
    /// Channels that the kernel reads.
    public var inputChannels: Int
    /// Positions in a window: height times width.
    public var kernelTaps: Int
    /// Groups of channels that are computed apart.
    public var groups: Int
    /// Pixels between neighbouring windows, the larger of both axes.
    public var stride: Int
    /// The type of the activations, before the device's own rules.
    public var dataType: DataType
    /// The type the weights are stored in.
    public var weightType: DataType?
    /// How many scales int8 weights have; nil for other weights.
    public var weightScales: WeightScales? = nil
    /// Elements of weights and bias.
    public var weightElements: Int
    /// Elements of them that an earlier kernel of the network reads too, so that the model stores them once.
    public var sharedWeightElements = 0
    /// Weights that may be non-zero, where they are sparse.
    public var nonZeroWeights: Int?
    /// Elements of the activations read (with a fused residual) and written.
    public var inputElements, outputElements: Int
}

extension Workload {
    /// A kernel known by its shapes alone; `work` is `macs`, or the elements that a kernel without multiplications handles.
    package init(
        family: WorkFamily, operation: String, macs: Int, work: Int,
        output: (height: Int, width: Int, channels: Int),
        inputChannels: Int, kernelTaps: Int, groups: Int, stride: Int, dataType: DataType,
        weightElements: Int,
        inputElements: Int, outputElements: Int
    ) {
        self.init(
            family: family, operation: operation, activation: nil, addsResidual: false, macs: macs,
            work: work,
            outputHeight: output.height, outputWidth: output.width, outputChannels: output.channels,
            inputChannels: inputChannels, kernelTaps: kernelTaps, groups: groups, stride: stride,
            dataType: dataType, weightType: weightElements > 0 ? dataType : nil,
            weightElements: weightElements,
            nonZeroWeights: nil, inputElements: inputElements, outputElements: outputElements)
    }
}

extension Workload {
    /// Rows times columns of the result.
    public var outputPixels: Int { outputHeight * outputWidth }

    /// Whether the kernel only changes how values are stored.
    var isConversion: Bool { operation == "quantize" || operation == "dequantize" || operation == "cast" }
}

extension Graph {
    /// The work of each kernel of a normalized graph; constants that several kernels read are stored once.
    func workloads(of kernels: [FusedKernel]) -> [Workload] {
        var isStored = [Bool](repeating: false, count: values.count)
        return kernels.map { kernel in
            var work = workload(of: kernel)
            for input in nodes[kernel.anchor].inputs where self[input].constant != nil {
                if isStored[input.index] { work.sharedWeightElements += self[input].storedElements }
                isStored[input.index] = true
            }
            return work
        }
    }

    /// The work of one kernel of a normalized graph.
    func workload(of kernel: FusedKernel) -> Workload {
        let node = nodes[kernel.anchor]
        let input = self[node.inputs[0]].type
        let output = self[kernel.output].type
        let weights = node.inputs.dropFirst().first {
            self[$0].constant != nil && node.operation.traits.kind.readsWeights
        }
        let constants = node.inputs.filter { self[$0].constant != nil }
        var activations = node.inputs.filter { self[$0].constant == nil }
        if let residual = kernel.residual { activations.append(residual) }
        let (family, name) = classification(of: node)
        var work = Workload(
            family: family, operation: name, activation: kernel.activation?.name,
            addsResidual: kernel.residual != nil, macs: macs(of: node), work: 0,
            outputHeight: output.shape.extent(1), outputWidth: output.shape.extent(2),
            outputChannels: output.shape.dimensions.last ?? 1,
            inputChannels: input.shape.dimensions.last ?? 1,
            kernelTaps: 1, groups: 1, stride: 1, dataType: input.dataType,
            weightType: weights.map { self[$0].type.dataType },
            weightScales: weights.flatMap { self[$0].type.weightScales },
            weightElements: constants.reduce(0) { $0 + self[$1].storedElements },
            nonZeroWeights: weights.flatMap { self[$0].nonZeros },
            inputElements: activations.reduce(0) { $0 + self[$1].type.shape.elementCount },
            outputElements: output.shape.elementCount)
        work.describeWindow(of: node.operation)
        work.work = work.macs > 0 ? work.macs : max(work.outputElements * work.kernelTaps, work.inputElements)
        return work
    }

    private func classification(of node: Node) -> (WorkFamily, String) {
        if case .transposedConvolution = node.operation { return (.convolution, node.operation.name) }
        guard case .convolution(let convolution) = node.operation else {
            return (node.operation.traits.kind.family, node.operation.name)
        }
        if convolution.groups > 1 {
            let isDepthwise = convolution.groups == self[node.inputs[0]].type.shape.extent(3)
            return isDepthwise ? (.depthwise, "depthwise_convolution") : (.grouped, "grouped_convolution")
        }
        return (convolution.kernel == 1 ? .pointwise : .convolution, "convolution")
    }
}

extension Workload {
    fileprivate mutating func describeWindow(of operation: Operation) {
        if case .convolution(let convolution) = operation {
            kernelTaps = convolution.kernel.height * convolution.kernel.width
            groups = convolution.groups
            stride = max(convolution.stride.height, convolution.stride.width)
        }
        if case .transposedConvolution(let convolution) = operation {
            kernelTaps = convolution.kernel.height * convolution.kernel.width
            groups = convolution.groups
        }
        if case .pool(let pooling) = operation {
            kernelTaps = pooling.kernel.height * pooling.kernel.width
            stride = max(pooling.stride.height, pooling.stride.width)
        }
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
    /// Elements that a runtime keeps for a constant; one where a single value is repeated.
    var storedElements: Int {
        guard let constant else { return 0 }
        if case .repeated = constant.tensor.storage { return 1 }
        return type.shape.elementCount
    }

    /// How many elements of a sparse constant may be non-zero; nil for a dense one.
    var nonZeros: Int? {
        guard let constant else { return nil }
        switch constant.sparsity {
        case .dense: return nil
        case .unstructured(let nonZeros): return nonZeros
        case .pattern(let kept, let group): return type.shape.elementCount / max(group, 1) * kept
        }
    }
}

extension Shape {
    /// The extent along an axis of NHWC, 1 where the shape has fewer axes.
    func extent(_ axis: Int) -> Int { rank == 4 && axis < rank ? self[axis] : 1 }
}
