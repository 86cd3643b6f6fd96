import CKernels

extension ProgramBuilder {
    /// Whether a layer runs by Winograd's F(4 × 4, 3 × 3): a function of one image's shape and the kernel set.
    ///
    /// It multiplies a quarter as often as the direct kernel, but reads weights four times as large; where few tiles share
    /// them, or much of the last tiles is cut off, the direct kernel stays. int8 is exact as long as no sum of products
    /// reaches 2²⁵.
    func runsWinograd(_ shape: WindowShape, isInteger: Bool = false) -> Bool {
        let lanes = max(Int(table.lanes), 1), tiles = shape.winogradTiles
        let (inputs, outputs) = (shape.inputChannels, shape.outputChannels)
        let isSquare =
            (shape.kernelHeight, shape.kernelWidth, shape.strideY, shape.strideX) == (3, 3, 1, 1)
            && (shape.dilationY, shape.dilationX, shape.groups) == (1, 1, 1)
        let hasKernel =
            isInteger
            ? table.winograd_s8 != nil && inputs % (2 * lanes) == 0 && 9 * 255 * 128 * inputs < 1 << 25
            : table.winograd_f32 != nil && inputs % lanes == 0
        return isSquare && hasKernel && min(inputs, outputs) >= 16 && outputs % lanes == 0
            && tiles.rows * tiles.columns * 16 * 2 <= 3 * shape.outputHeight * shape.outputWidth
            && 36 * (isInteger ? 2 : 4) * inputs * outputs <= tiles.rows * tiles.columns << 18
    }

    /// The layer as `runsWinograd` allows it; parameters as those of `convolution`.
    mutating func winograd(
        _ x: Buffer, _ shape: WindowShape, weights: [Float], bias: [Float], residual: Buffer?,
        clamp: ClosedRange<Float>, into y: Buffer
    ) {
        guard let kernel = table.winograd_f32 else { preconditionFailure("winograd: no kernel") }
        let width = Int(table.f32_width), bordered = shape.winogradBordered
        let source = bordered.isPadded ? border(x, bordered) : x
        var parameters = sk_winograd(bordered)
        parameters.weights = UnsafeRawPointer(pool.store(shape.winogradPacked(weights, width: width)))
        parameters.epilogue.bias = UnsafeRawPointer(pool.store(shape.blocked(bias, width: width)))
        parameters.epilogue.lower = clamp.lowerBound
        parameters.epilogue.upper = clamp.upperBound
        parameters.epilogue.has_residual = residual != nil
        let scratch = winogradScratch(&parameters, inputBytes: 4)
        emit(
            "winograd", kernel, a: source, b: residual, y: y, scratch: scratch, parameters, work: shape.work,
            pace: .floats, reach: table.winograd_f32_reach)
    }

    /// The same in int8.
    mutating func winograd(
        _ x: Buffer, zeroPoint: Int32, _ shape: WindowShape, weights: [Int8], bias: [Int32],
        residual: Buffer?,
        epilogue: IntegerEpilogue, into y: Buffer
    ) {
        guard let kernel = table.winograd_s8 else { preconditionFailure("winograd: no kernel") }
        let width = Int(table.s8_width), bordered = shape.winogradBordered
        let source = integerInput(x, zeroPoint: zeroPoint, bordered)
        var parameters = sk_winograd(bordered)
        let packed = shape.winogradPacked(weights, width: width, group: Int(table.s8_group))
        parameters.weights = UnsafeRawPointer(pool.store(packed))
        parameters.epilogue.bias = UnsafeRawPointer(pool.store(shape.blocked(bias, width: width)))
        parameters.epilogue.scale = UnsafePointer(pool.store(shape.blocked(epilogue.factors, width: width)))
        parameters.epilogue.apply(epilogue)
        let scratch = winogradScratch(&parameters, inputBytes: 2)
        emit(
            "winograd_int8", kernel, a: source, b: residual, y: y, scratch: scratch, parameters,
            work: shape.work, pace: .integers, reach: table.winograd_s8_reach)
    }

    /// Memory for the transformed inputs and the products of a group of tiles, for each thread.
    private mutating func winogradScratch(_ parameters: inout sk_winograd, inputBytes: Int) -> Buffer {
        let channelBytes = inputBytes * Int(parameters.inputs) + 4 * Int(parameters.outputs)
        parameters.scratch_bytes = 36 * Int64(SK_WINOGRAD_TILES) * Int64(channelBytes)
        return buffer(bytes: Int(parameters.scratch_bytes) * Int(SK_MAX_PARTS))
    }
}

extension sk_winograd {
    fileprivate init(_ bordered: WindowShape) {
        self.init()
        images = Int32(bordered.images)
        out_height = Int32(bordered.outputHeight)
        out_width = Int32(bordered.outputWidth)
        tile_rows = Int32(bordered.winogradTiles.rows)
        tile_columns = Int32(bordered.winogradTiles.columns)
        inputs = Int32(bordered.inputChannels)
        outputs = Int32(bordered.outputChannels)
        row_step = Int64(bordered.paddedWidth * bordered.inputChannels)
        image_step = Int64(bordered.paddedHeight) * row_step
    }
}

extension WindowShape {
    /// Tiles of 4 × 4 outputs that cover an image.
    fileprivate var winogradTiles: (rows: Int, columns: Int) {
        ((outputHeight + 3) / 4, (outputWidth + 3) / 4)
    }

    /// The layer with its border reaching under the last whole tiles.
    fileprivate var winogradBordered: WindowShape {
        var bordered = self
        bordered.bottom = winogradTiles.rows * 4 + 2 - inputHeight - top
        bordered.right = winogradTiles.columns * 4 + 2 - inputWidth - left
        return bordered
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

    /// The same with the rows of G times 4, 6, 6, 24, 24 and 1, pairs (`group`) of inputs side by side.
    fileprivate func winogradPacked(_ weights: [Int8], width: Int, group: Int) -> [Int16] {
        let inputs = inputChannels, size = inputChannels * outputChannels
        let g0 = SIMD8<Int16>(1, -1, -1, 1, 1, 0, 0, 0)
        let g1 = SIMD8<Int16>(0, -1, 1, 2, -2, 0, 0, 0)
        let g2 = SIMD8<Int16>(0, -1, -1, 4, 4, 1, 0, 0)
        var packed = [Int16](repeating: 0, count: 36 * size)
        for output in 0..<outputChannels {
            let first = output / width * width, block = min(width, outputChannels - first)
            for input in 0..<inputs {
                func column(_ x: Int) -> SIMD8<Int16> {
                    let top = (output * 9 + x) * inputs + input
                    return Int16(weights[top]) &* g0 &+ Int16(weights[top + 3 * inputs]) &* g1
                        &+ Int16(weights[top + 6 * inputs]) &* g2
                }
                let (left, middle, right) = (column(0), column(1), column(2))
                let (pair, side) = input.quotientAndRemainder(dividingBy: group)
                let place = first * inputs + (pair * block + output - first) * group + side
                for x in 0..<6 {
                    let places = left &* g0[x] &+ middle &* g1[x] &+ right &* g2[x]
                    for y in 0..<6 { packed[(6 * y + x) * size + place] = places[y] }
                }
            }
        }
        return packed
    }
}
