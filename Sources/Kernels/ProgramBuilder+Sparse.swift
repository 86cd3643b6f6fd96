import CKernels

extension KernelSet {
    var sparse: sk_sparse_kernels { sk_sparse_for(table).pointee }

    /// Whether a pointwise layer runs faster with its zero weights left out, by measurement of layers of many shapes.
    ///
    /// A pure function of shape, kernel set and sparsity: with few rows vectors stay empty, with few channels turning rows into
    /// columns costs more than is saved, with very many a tile leaves the cache, and from a density of one fifth to one third
    /// on the dense kernel wins (so 2:4 runs dense).
    public func skipsZeros(_ shape: WindowShape, nonZeros: Int) -> Bool {
        shape.isPointwise && shape.inputChannels >= Int(sparse.least_inputs)
            && shape.inputChannels <= 4096 && shape.weightCount < 1 << 31
            && shape.outputPixels >= Int(sparse.least_rows)
            && Float(nonZeros) <= sparse.most_density * Float(shape.weightCount)
    }
}

extension ProgramBuilder {
    /// y = clamp(x · weights + bias + residual) for a pointwise layer, float32; zero weights cost nothing.
    ///
    /// - Parameters:
    ///   - shape: a 1×1 convolution with stride 1, no padding and one group, or a dense layer.
    ///   - weights: [outputs, inputs].
    ///   - bias: one an output, or empty.
    ///   - residual: laid out as y.
    mutating func sparseConvolution(
        _ x: Buffer, _ shape: WindowShape, weights: [Float], bias: [Float], residual: Buffer? = nil,
        clamp: ClosedRange<Float> = -.infinity ... .infinity, into y: Buffer
    ) {
        precondition(shape.isValid && shape.isPointwise, "sparse: not a pointwise layer")
        require(x, holds: shape.inputCount, of: 4, in: "sparse")
        require(y, holds: shape.outputCount, of: 4, in: "sparse")
        if let residual { require(residual, holds: shape.outputCount, of: 4, in: "sparse") }
        precondition(weights.count == shape.weightCount, "sparse: \(weights.count) weights")
        precondition(bias.isEmpty || bias.count == shape.outputChannels, "sparse: one bias an output")
        let set = kernels.sparse, tile = Int(set.tile)
        let rows = CompressedRows(
            weights, rows: shape.outputChannels, columns: shape.inputChannels, columnStep: tile)
        let scratchSize = tile > 1 ? shape.inputChannels * tile : 0
        let parameters = sk_sparse(
            rows: Int64(shape.outputPixels), inputs: Int32(shape.inputChannels),
            outputs: Int32(shape.outputChannels), first: UnsafePointer(pool.store(rows.first)),
            channel: UnsafePointer(pool.store(rows.columns)), weight: UnsafePointer(pool.store(rows.values)),
            bias: UnsafePointer(
                pool.store(bias.isEmpty ? [Float](repeating: 0, count: shape.outputChannels) : bias)),
            scratch_size: Int64(scratchSize), lower: clamp.lowerBound, upper: clamp.upperBound,
            has_residual: residual != nil)
        let scratch = scratchSize > 0 ? buffer(bytes: scratchSize * 4 * Int(SK_MAX_PARTS)) : nil
        emit(
            "convolution_sparse", set.pointwise, a: x, b: residual, y: y, scratch: scratch, parameters,
            work: Double(shape.outputPixels) * Double(rows.values.count), pace: .floats)
    }
}

/// The non-zeros of a matrix, row after row (CSR).
private struct CompressedRows {
    private(set) var first: [Int32] = [0]
    /// Column times `columnStep`.
    private(set) var columns: [Int32] = []
    private(set) var values: [Float] = []

    init(_ matrix: [Float], rows: Int, columns count: Int, columnStep: Int) {
        for row in 0..<rows {
            for column in 0..<count where matrix[row * count + column] != 0 {
                columns.append(Int32(column * columnStep))
                values.append(matrix[row * count + column])
            }
            first.append(Int32(values.count))
        }
    }
}

extension WindowShape {
    /// Whether every output pixel reads one input pixel, its own: the layer is a product of matrices.
    var isPointwise: Bool {
        kernelHeight == 1 && kernelWidth == 1 && strideY == 1 && strideX == 1 && groups == 1 && !isPadded
            && outputHeight == inputHeight && outputWidth == inputWidth
    }
}
