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
        var parameters = sk_convolution()
        parameters.windows = windows(of: shape, pixel: pixel)
        parameters.groups = Int32(shape.groups)
        parameters.group_inputs = Int32(pixel / shape.groups)
        parameters.group_outputs = Int32(shape.groupOutputs)
        parameters.y_stride = Int64(shape.outputChannels)
        return parameters
    }

    /// Where the windows lie in an input of `pixel` elements a pixel.
    func windows(of shape: WindowShape, pixel: Int) -> sk_windows {
        let runs = WindowRuns(shape, pixel: pixel)
        return sk_windows(
            images: Int32(shape.images), out_height: Int32(shape.outputHeight),
            out_width: Int32(shape.outputWidth), image_step: Int64(runs.imageStep),
            row_step: Int64(runs.rowStep), column_step: Int64(runs.columnStep),
            taps: Int32(runs.offsets.count), depth: Int32(runs.depth),
            tap_offset: UnsafePointer(pool.store(runs.offsets)))
    }
}
