import CKernels

extension ConvolutionGeometry {
    /// Whether Winograd's way is open, and saves at least a third of the products: patches are cut of even sides.
    var suitsWinograd: Bool {
        let outputs = outHeight * outWidth
        let patched = (outHeight + 1) / 2 * ((outWidth + 1) / 2) * 4
        return groups == 1 && kernelHeight == 3 && kernelWidth == 3 && strideHeight == 1 && strideWidth == 1
            && dilationHeight == 1 && dilationWidth == 1 && top <= 2 && left <= 2
            && min(channels, outChannels) >= 8
            && 3 * outputs >= 2 * patched
    }

    /// The window that leads from gradients of results to gradients of inputs; its taps are turned around.
    fileprivate var turnedWindow: TrainWindow {
        var turned = window
        (turned.height, turned.out_height) = (turned.out_height, turned.height)
        (turned.width, turned.out_width) = (turned.out_width, turned.width)
        turned.channels = Int32(outChannels)
        (turned.top, turned.left) = (2 - turned.top, 2 - turned.left)
        return turned
    }
}

/// Convolutions of 3×3 taps in the Winograd domain; see `train_winograd.h`.
extension TrainingConvolution {
    func winogradForward(
        _ x: FloatBlock, weights: FloatBlock, bias: FloatBlock?, into y: FloatBlock, in room: Cut
    ) {
        let (depth, width) = (geometry.channels, geometry.outChannels)
        var window = geometry.window
        kernels.table.pointee.winograd_pack(
            weights.base, Int32(depth), Int32(width), Int64(depth), 1, Int64(9 * depth), room.packed.base)
        kernels.table.pointee.winograd_product(
            &window, forwardImages(), x.base, Int32(depth), room.packed.base, Int32(width), bias?.base,
            room.zeros.base, 0, y.base, room.workspace.base)
    }

    func winogradBackward(
        _ dy: FloatBlock, weights: FloatBlock, into dx: FloatBlock, accumulating: Bool, in room: Cut
    ) {
        let (depth, width) = (geometry.channels, geometry.outChannels)
        var window = geometry.turnedWindow
        kernels.table.pointee.winograd_pack(
            weights.base + 8 * depth, Int32(width), Int32(depth), Int64(-depth), Int64(9 * depth), 1,
            room.packed.base)
        kernels.table.pointee.winograd_product(
            &window, backwardImages(), dy.base, Int32(width), room.packed.base, Int32(depth), nil,
            room.zeros.base, accumulating ? 1 : 0, dx.base, room.workspace.base)
    }

    func winogradWeights(_ x: FloatBlock, _ dy: FloatBlock, into dw: FloatBlock, in room: Cut) {
        let (depth, width) = (Int32(geometry.channels), Int32(geometry.outChannels))
        var window = geometry.window
        kernels.table.pointee.winograd_outer(
            &window, forwardImages(), x.base, depth, dy.base, width, room.zeros.base, room.packed.base,
            room.workspace.base)
        kernels.table.pointee.winograd_unpack_add(room.packed.base, depth, width, dw.base)
    }
}
