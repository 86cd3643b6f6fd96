import CKernels

/// How the rows of a step's result depend on those of its input: what running it strip by strip needs.
struct RowGeometry {
    /// Whose parameters say how many rows a step computes.
    enum Kind { case convolution, depthwise }

    let kind: Kind
    /// Rows of the input (a convolution's border included) and of the result.
    let inputRows, outputRows: Int
    /// Input rows from the first to the last under one window, and between neighbouring windows.
    let extent, stride: Int
    /// Rows of the first window above the input.
    let top: Int
    let inputRowBytes, outputRowBytes: Int

    /// Nil for batches: their images do not follow each other row by row.
    init?(_ kind: Kind, _ shape: WindowShape, inputBytes: Int, outputBytes: Int) {
        guard shape.images == 1 else { return nil }
        self.kind = kind
        let isBordered = kind == .convolution
        inputRows = isBordered ? shape.paddedHeight : shape.inputHeight
        outputRows = shape.outputHeight
        extent = (shape.kernelHeight - 1) * shape.dilationY + 1
        stride = shape.strideY
        top = isBordered ? 0 : shape.top
        inputRowBytes =
            (isBordered ? shape.paddedWidth : shape.inputWidth) * shape.inputChannels * inputBytes
        outputRowBytes = shape.outputWidth * shape.outputChannels * outputBytes
    }

    /// The row under the top of a result's windows; negative above the image.
    func firstInput(for output: Int) -> Int { output * stride - top }

    /// The rows of the input that some rows of the result are computed from.
    func inputs(for outputs: Range<Int>) -> Range<Int> {
        let end = firstInput(for: outputs.upperBound - 1) + extent
        let lower = min(max(firstInput(for: outputs.lowerBound), 0), inputRows)
        return lower..<max(lower, min(end, inputRows))
    }
}

extension StepRecord {
    /// The step for some rows of its result only.
    ///
    /// Precondition: it has a row geometry.
    /// - Parameters:
    ///   - source: the row of the input that its buffer begins with.
    ///   - target: the row of the result that its buffer begins with.
    func rows(
        _ outputs: Range<Int>, source: Int, target: Int, in pool: ConstantPool
    ) -> StepRecord {
        guard let geometry = rows else { preconditionFailure("\(name) cannot compute some rows only") }
        let inputs = geometry.inputs(for: outputs), first = outputs.lowerBound
        var part = self
        switch geometry.kind {
        case .convolution:
            // SAFETY: the geometry's kind says what the parameters are.
            var own = parameters.load(as: sk_convolution.self)
            own.windows.out_height = Int32(outputs.count)
            part.parameters = pool.store(one: own)
        case .depthwise:
            // SAFETY: as above.
            var own = parameters.load(as: sk_depthwise.self)
            own.in_height = Int32(inputs.count)
            own.out_height = Int32(outputs.count)
            own.top = Int32(max(geometry.top - first * geometry.stride, 0))
            part.parameters = pool.store(one: own)
        }
        part.offsets.a = (inputs.lowerBound - source) * geometry.inputRowBytes
        part.offsets.b = first * geometry.outputRowBytes
        part.offsets.y = (first - target) * geometry.outputRowBytes
        part.work = work * Double(outputs.count) / Double(geometry.outputRows)
        return part
    }
}
