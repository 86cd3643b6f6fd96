import CKernels

/// The windows of a convolution as runs of neighbouring elements of its input, border included.
///
/// Where channels are not grouped and columns not dilated a row of the kernel is one run, else each of its taps is.
struct WindowRuns {
    /// Where each run begins, from the first element of the window.
    let offsets: [Int32]
    /// Elements that a run is multiplied by.
    let depth: Int
    /// Elements from a window to the next one of its row, from a row of windows to the next, from an image to the next.
    let columnStep, rowStep, imageStep: Int

    /// - Parameter pixel: elements that the input has a pixel, which may be more or fewer than its channels.
    init(_ shape: WindowShape, pixel: Int) {
        let row = shape.paddedWidth * pixel
        let columns = shape.mergesColumns ? 1 : shape.kernelWidth
        offsets = (0..<shape.kernelHeight).flatMap { y in
            (0..<columns).map { x in Int32(y * shape.dilationY * row + x * shape.dilationX * pixel) }
        }
        depth = shape.mergesColumns ? shape.kernelWidth * pixel : pixel / shape.groups
        columnStep = shape.strideX * pixel
        rowStep = shape.strideY * row
        imageStep = shape.paddedHeight * row
    }
}

extension WindowShape {
    /// Whether what a window covers of an input row lies together.
    var mergesColumns: Bool { groups == 1 && dilationX == 1 }
}

extension ProgramBuilder {
    /// Parameters of a convolution whose input has `pixel` elements a pixel.
    func convolution(_ shape: WindowShape, pixel: Int) -> sk_convolution {
        let runs = WindowRuns(shape, pixel: pixel)
        var parameters = sk_convolution()
        parameters.images = Int32(shape.images)
        parameters.out_height = Int32(shape.outputHeight)
        parameters.out_width = Int32(shape.outputWidth)
        parameters.image_step = Int64(runs.imageStep)
        parameters.row_step = Int64(runs.rowStep)
        parameters.column_step = Int64(runs.columnStep)
        parameters.groups = Int32(shape.groups)
        parameters.group_inputs = Int32(pixel / shape.groups)
        parameters.group_outputs = Int32(shape.groupOutputs)
        parameters.taps = Int32(runs.offsets.count)
        parameters.depth = Int32(runs.depth)
        parameters.tap_offset = UnsafePointer(pool.store(runs.offsets))
        parameters.y_stride = Int64(shape.outputChannels)
        return parameters
    }
}
