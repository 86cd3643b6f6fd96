/// The geometry of a convolution or pooling layer; sizes in pixels, NHWC.
public struct WindowShape: Hashable, Sendable {
    public var images, inputHeight, inputWidth, inputChannels: Int
    public var outputHeight, outputWidth, outputChannels: Int
    public var kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX: Int
    public var top, bottom, left, right: Int
    /// Groups of channels that are convolved apart; the number of channels for a depthwise layer.
    public var groups: Int

    /// A geometry of these sizes; `isValid` says whether windows fit the input.
    public init(
        images: Int, input: (height: Int, width: Int, channels: Int),
        output: (height: Int, width: Int, channels: Int), kernel: (height: Int, width: Int) = (1, 1),
        stride: (y: Int, x: Int) = (1, 1), dilation: (y: Int, x: Int) = (1, 1),
        padding: (top: Int, bottom: Int, left: Int, right: Int) = (0, 0, 0, 0), groups: Int = 1
    ) {
        self.images = images
        (inputHeight, inputWidth, inputChannels) = input
        (outputHeight, outputWidth, outputChannels) = output
        (kernelHeight, kernelWidth) = kernel
        (strideY, strideX) = stride
        (dilationY, dilationX) = dilation
        (top, bottom, left, right) = padding
        self.groups = groups
    }

    /// A matrix of `rows` rows of `inputs` numbers times weights [outputs, inputs].
    public static func dense(rows: Int, inputs: Int, outputs: Int) -> WindowShape {
        WindowShape(images: rows, input: (1, 1, inputs), output: (1, 1, outputs))
    }

    /// Elements of the input.
    public var inputCount: Int { images * inputHeight * inputWidth * inputChannels }
    /// Positions of the result, over all images.
    public var outputPixels: Int { images * outputHeight * outputWidth }
    /// Elements of the result.
    public var outputCount: Int { outputPixels * outputChannels }
    /// Rows of the input with its padding.
    var paddedHeight: Int { inputHeight + top + bottom }
    /// Columns of the input with its padding.
    var paddedWidth: Int { inputWidth + left + right }
    /// Whether anything is added around the input.
    public var isPadded: Bool { top + bottom + left + right > 0 }
    /// Each output channel sees one input channel, its own.
    public var isDepthwise: Bool { groups == inputChannels && groups == outputChannels }
    var groupInputs: Int { inputChannels / groups }
    var groupOutputs: Int { outputChannels / groups }
    /// Multiply-adds, for deciding about threads.
    var work: Double { Double(outputCount) * Double(kernelHeight * kernelWidth * groupInputs) }

    /// Whether every window lies inside the padded input and all numbers fit the kernels' 32-bit fields.
    public var isValid: Bool {
        let all = [
            images, inputHeight, inputWidth, inputChannels, outputHeight, outputWidth, outputChannels,
            kernelHeight,
            kernelWidth, strideY, strideX, dilationY, dilationX, top, bottom, left, right, groups,
        ]
        let limit = 1 << 28
        guard all.allSatisfy({ $0 >= 0 && $0 < limit }), groups > 0, inputChannels % groups == 0,
            outputChannels % groups == 0, paddedHeight < limit, paddedWidth < limit,
            kernelHeight * kernelWidth < limit, kernelWidth * inputChannels < limit, fitsMemory
        else { return false }
        let lastRow = (max(outputHeight, 1) - 1) * strideY + (kernelHeight - 1) * dilationY
        let lastColumn = (max(outputWidth, 1) - 1) * strideX + (kernelWidth - 1) * dilationX
        return lastRow < paddedHeight && lastColumn < paddedWidth
    }

    private var fitsMemory: Bool {
        let input = [images, paddedHeight, paddedWidth, inputChannels],
            output = [images, outputHeight, outputWidth]
        return [input, output + [outputChannels]].allSatisfy { extents in
            extents.reduce(1.0) { $0 * Double($1) } < 0x1p31
        }
    }
}
