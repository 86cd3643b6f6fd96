import CKernels

extension ProgramBuilder {
    /// Whether a float32 layer runs by Winograd's F(4 × 4, 3 × 3): a function of one image's shape and the kernel set.
    ///
    /// It multiplies a quarter as often as the direct kernel, but reads weights four times as large; where few tiles share
    /// them, or much of the last tiles is cut off, the direct kernel stays.
    func runsWinograd(_ shape: WindowShape) -> Bool {
        let lanes = max(Int(table.lanes), 1), tiles = shape.winogradTiles
        let isSquare =
            (shape.kernelHeight, shape.kernelWidth, shape.strideY, shape.strideX) == (3, 3, 1, 1)
            && (shape.dilationY, shape.dilationX, shape.groups) == (1, 1, 1)
        return isSquare && table.winograd_f32 != nil
            && min(shape.inputChannels, shape.outputChannels) >= 16
            && shape.inputChannels % lanes == 0 && shape.outputChannels % lanes == 0
            && tiles.rows * tiles.columns * 16 * 2 <= 3 * shape.outputHeight * shape.outputWidth
            && 36 * 4 * shape.inputChannels * shape.outputChannels <= tiles.rows * tiles.columns << 18
    }

    /// The layer as `runsWinograd` allows it; parameters as those of `convolution`.
    mutating func winograd(
        _ x: Buffer, _ shape: WindowShape, weights: [Float], bias: [Float], residual: Buffer?,
        clamp: ClosedRange<Float>, into y: Buffer
    ) {
        guard let kernel = table.winograd_f32 else { preconditionFailure("winograd: no kernel") }
        let tiles = shape.winogradTiles, width = Int(table.f32_width)
        var bordered = shape
        bordered.bottom = tiles.rows * 4 + 2 - shape.inputHeight - shape.top
        bordered.right = tiles.columns * 4 + 2 - shape.inputWidth - shape.left
        let source = bordered.isPadded ? border(x, bordered) : x
        var parameters = sk_winograd()
        parameters.images = Int32(shape.images)
        parameters.out_height = Int32(shape.outputHeight)
        parameters.out_width = Int32(shape.outputWidth)
        parameters.tile_rows = Int32(tiles.rows)
        parameters.tile_columns = Int32(tiles.columns)
        parameters.inputs = Int32(shape.inputChannels)
        parameters.outputs = Int32(shape.outputChannels)
        parameters.row_step = Int64(bordered.paddedWidth * shape.inputChannels)
        parameters.image_step = Int64(bordered.paddedHeight) * parameters.row_step
        parameters.weights = UnsafePointer(pool.store(shape.winogradPacked(weights, width: width)))
        parameters.bias = UnsafePointer(pool.store(shape.blocked(bias, width: width)))
        parameters.lower = clamp.lowerBound
        parameters.upper = clamp.upperBound
        parameters.has_residual = residual != nil
        let scratch =
            36 * Int(SK_WINOGRAD_TILES * SK_MAX_PARTS) * (shape.inputChannels + shape.outputChannels)
        parameters.scratch_size = Int64(scratch)
        emit(
            "winograd", kernel, a: source, b: residual, y: y, scratch: buffer(bytes: scratch * 4), parameters,
            work: shape.work)
    }
}

extension WindowShape {
    /// Tiles of 4 × 4 outputs that cover an image.
    fileprivate var winogradTiles: (rows: Int, columns: Int) {
        ((outputHeight + 3) / 4, (outputWidth + 3) / 4)
    }

    /// G g Gᵀ of every 3 × 3 kernel g, as 36 matrices [inputs × outputs] in blocks of `width` outputs.
    fileprivate func winogradPacked(_ weights: [Float], width: Int) -> [Float] {
        let inputs = inputChannels, size = inputChannels * outputChannels
        // The columns of G, one lane a place.
        let g0 = SIMD8<Float>(1 / 4, -1 / 6, -1 / 6, 1 / 24, 1 / 24, 0, 0, 0)
        let g1 = SIMD8<Float>(0, -1 / 6, 1 / 6, 1 / 12, -1 / 12, 0, 0, 0)
        let g2 = SIMD8<Float>(0, -1 / 6, -1 / 6, 1 / 6, 1 / 6, 1, 0, 0)
        var packed = [Float](repeating: 0, count: 36 * size)
        for output in 0..<outputChannels {
            let first = output / width * width, block = min(width, outputChannels - first)
            for input in 0..<inputs {
                func column(_ x: Int) -> SIMD8<Float> {
                    let top = (output * 9 + x) * inputs + input
                    return weights[top] * g0 + weights[top + 3 * inputs] * g1 + weights[top + 6 * inputs] * g2
                }
                let (left, middle, right) = (column(0), column(1), column(2))
                let place = first * inputs + input * block + output - first
                for x in 0..<6 {
                    let places = left * g0[x] + middle * g1[x] + right * g2[x]
                    for y in 0..<6 { packed[(6 * y + x) * size + place] = places[y] }
                }
            }
        }
        return packed
    }
}
