import CKernels

/// The sizes of a convolution or pooling window over a fixed batch of NHWC images.
public struct ConvolutionGeometry: Hashable, Sendable {
    public var batch, height, width, channels: Int
    public var outHeight, outWidth, outChannels: Int
    public var kernelHeight, kernelWidth, strideHeight, strideWidth, dilationHeight, dilationWidth: Int
    public var top, left: Int
    /// Groups of channels that are convolved apart; the number of channels for a depthwise layer.
    public var groups: Int

    /// A geometry of these sizes in pixels; `top` and `left` are rows and columns of padding, the rest
    /// follows from the output.
    public init(
        batch: Int, height: Int, width: Int, channels: Int, outHeight: Int, outWidth: Int, outChannels: Int,
        kernelHeight: Int, kernelWidth: Int, strideHeight: Int, strideWidth: Int, dilationHeight: Int,
        dilationWidth: Int, top: Int, left: Int, groups: Int
    ) {
        self.batch = batch
        self.height = height
        self.width = width
        self.channels = channels
        self.outHeight = outHeight
        self.outWidth = outWidth
        self.outChannels = outChannels
        self.kernelHeight = kernelHeight
        self.kernelWidth = kernelWidth
        self.strideHeight = strideHeight
        self.strideWidth = strideWidth
        self.dilationHeight = dilationHeight
        self.dilationWidth = dilationWidth
        self.top = top
        self.left = left
        self.groups = groups
    }

    var taps: Int { kernelHeight * kernelWidth }
    var inputCount: Int { height * width * channels }
    var outputCount: Int { outHeight * outWidth * outChannels }
    var isDepthwise: Bool { groups > 1 && groups == channels && channels == outChannels }
    var isPointwise: Bool {
        taps == 1 && strideHeight == 1 && strideWidth == 1 && top == 0 && left == 0 && outHeight == height
            && outWidth == width
    }

    var window: TrainWindow {
        TrainWindow(
            height: Int32(height), width: Int32(width), channels: Int32(channels),
            out_height: Int32(outHeight),
            out_width: Int32(outWidth), kernel_height: Int32(kernelHeight), kernel_width: Int32(kernelWidth),
            stride_height: Int32(strideHeight), stride_width: Int32(strideWidth),
            dilation_height: Int32(dilationHeight), dilation_width: Int32(dilationWidth), top: Int32(top),
            left: Int32(left))
    }

    /// Numbers of one image with its border around it, as far as windows reach.
    var borderedCount: Int {
        let rows = (outHeight - 1) * strideHeight + (kernelHeight - 1) * dilationHeight + 1
        let columns = (outWidth - 1) * strideWidth + (kernelWidth - 1) * dilationWidth + 1
        return rows * columns * channels
    }

    /// Same-sized images merged until each has enough rows to be worth a pass of its own (pointwise only).
    var mergingImages: ConvolutionGeometry {
        var merged = self
        var factor = 1
        while factor < batch && factor * height * width < 256 { factor += 1 }
        while batch % factor != 0 { factor += 1 }
        merged.batch = batch / factor
        merged.height = factor * height
        merged.outHeight = factor * outHeight
        return merged
    }
}

extension ConvolutionGeometry {
    /// Each output position with the input positions its taps read.
    func forwardTable(tileRows: Int) -> GatherTable {
        var rows: [(destination: Int, sources: [Int])] = []
        for oy in 0..<outHeight {
            for ox in 0..<outWidth {
                rows.append(
                    (
                        (oy * outWidth + ox) * outChannels,
                        sources(y: oy * strideHeight - top, x: ox * strideWidth - left)
                    )
                )
            }
        }
        return GatherTable(rows: rows, taps: taps, tileRows: tileRows)
    }

    private func sources(y: Int, x: Int) -> [Int] {
        (0..<taps).map { tap in
            let row = y + tap / kernelWidth * dilationHeight
            let column = x + tap % kernelWidth * dilationWidth
            guard row >= 0, row < height, column >= 0, column < width else { return -1 }
            return (row * width + column) * channels
        }
    }

    /// Each input position with the output positions its gradient comes from, those of one stride phase together.
    func backwardTable(tileRows: Int) -> GatherTable {
        var rows: [(destination: Int, sources: [Int])] = []
        for phaseY in 0..<min(strideHeight, height) {
            for phaseX in 0..<min(strideWidth, width) {
                for y in stride(from: phaseY, to: height, by: strideHeight) {
                    for x in stride(from: phaseX, to: width, by: strideWidth) {
                        rows.append(((y * width + x) * channels, outputs(y: y, x: x)))
                    }
                }
            }
        }
        return GatherTable(rows: rows, taps: taps, tileRows: tileRows)
    }

    private func outputs(y: Int, x: Int) -> [Int] {
        (0..<taps).map { tap in
            let row = y + top - tap / kernelWidth * dilationHeight
            let column = x + left - tap % kernelWidth * dilationWidth
            guard row >= 0, row % strideHeight == 0, row / strideHeight < outHeight, column >= 0,
                column % strideWidth == 0, column / strideWidth < outWidth
            else { return -1 }
            return (row / strideHeight * outWidth + column / strideWidth) * outChannels
        }
    }

    /// For each tap every pair of input and output positions it joins.
    func pairTable() -> PairTable {
        PairTable(
            taps: (0..<taps).map { tap in
                var pairs: [(source: Int, destination: Int)] = []
                for oy in 0..<outHeight {
                    let y = oy * strideHeight - top + tap / kernelWidth * dilationHeight
                    guard y >= 0, y < height else { continue }
                    for ox in 0..<outWidth {
                        let x = ox * strideWidth - left + tap % kernelWidth * dilationWidth
                        guard x >= 0, x < width else { continue }
                        pairs.append(((y * width + x) * channels, (oy * outWidth + ox) * outChannels))
                    }
                }
                return pairs
            })
    }
}
