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
