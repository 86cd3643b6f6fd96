import ModelGraph

extension Exporter {
    mutating func lower(
        _ pooling: Pooling, _ node: Node, to output: ValueID, _ fused: Schema.FusedActivation
    ) throws(TFLiteError) {
        guard pooling.dilation == 1 else { throw fault("TFLite has no dilated pooling") }
        let type = graph[node.inputs[0]].type
        let size = Extent(type.shape[1], type.shape[2])
        let window = Window(
            kernel: pooling.kernel, stride: pooling.stride, dilation: pooling.dilation,
            padding: pooling.padding)
        let isPadded = window.usedPadding(of: size) != .zero
        switch pooling.kind {
        case .maximum:
            let (input, scheme) = try padded(node, window, to: output, with: -.greatestFiniteMagnitude)
            try emitPool(.maxPool2D, input, pooling, scheme, type.quantization, to: output, fused)
        case .average where isPadded && pooling.countsPadding:
            let (input, scheme) = try paddedExplicitly(node, window, to: output)
            try emitPool(.averagePool2D, input, pooling, scheme, type.quantization, to: output, fused)
        case .average:
            guard !isPadded || window.isSame(for: size) else {
                throw fault(
                    "averages that leave out padding are only written where the padding is TensorFlow's SAME")
            }
            let input = try tensor(node.inputs[0])
            try emitPool(
                .averagePool2D, input, pooling, isPadded ? .same : .valid, type.quantization, to: output,
                fused)
        }
    }

    /// Padding that counts as zeros cannot be left to SAME, which skips it.
    private mutating func paddedExplicitly(
        _ node: Node, _ window: Window, to output: ValueID
    ) throws(TFLiteError) -> (input: Int, scheme: Schema.PaddingScheme) {
        var type = graph[node.inputs[0]].type
        let padding = window.padding
        let (rows, columns) = (padding.top + padding.bottom, padding.left + padding.right)
        type.shape = [type.shape[0], type.shape[1] + rows, type.shape[2] + columns, type.shape[3]]
        let result = try intermediate("padded", of: output, type)
        let amounts = try append(
            named: "\(graph[output].name):edges", ValueType([4, 2], .int32),
            data: [0, 0, padding.top, padding.bottom, padding.left, padding.right, 0, 0].map {
                Int32(clamping: $0)
            }
            .littleEndian)
        emit(.pad, [try tensor(node.inputs[0]), amounts], result)
        return (result, .valid)
    }

    private mutating func emitPool(
        _ builtin: BuiltinOperator, _ input: Int, _ pooling: Pooling, _ scheme: Schema.PaddingScheme,
        _ quantization: Quantization?, to output: ValueID, _ fused: Schema.FusedActivation
    ) throws(TFLiteError) {
        typealias Field = Schema.Pooling
        let fields: [(id: Int, value: FlatWriter.Field)] = [
            (Field.padding, .byte(scheme.rawValue)), (Field.strideWidth, .number(pooling.stride.width)),
            (Field.strideHeight, .number(pooling.stride.height)),
            (Field.width, .number(pooling.kernel.width)),
            (Field.height, .number(pooling.kernel.height)), (Field.activation, .byte(fused.rawValue)),
        ]
        try scaled(output, as: quantization) { (exporter, result) in
            exporter.emit(builtin, [input], result, fields)
        }
    }

    /// A pool over the whole image; of integers a mean, which rounds as the graph does and may change the scale.
    mutating func lowerGlobalPool(
        _ kind: PoolingKind, _ node: Node, to output: ValueID
    ) throws(TFLiteError) {
        let type = graph[node.inputs[0]].type
        if kind == .average, type.quantization != nil {
            let axes = try integers([1, 2], "axes", of: output)
            return emit(
                .mean, [try tensor(node.inputs[0]), axes], try tensor(output),
                [(Schema.Reducer.keepsDimensions, .flag(true))])
        }
        let size = Extent(type.shape[1], type.shape[2])
        let pooling = Pooling(kind, kernel: size, stride: size)
        try emitPool(
            kind == .average ? .averagePool2D : .maxPool2D, try tensor(node.inputs[0]), pooling, .valid,
            type.quantization, to: output, .none)
    }

    mutating func lower(_ padding: Padding, _ node: Node, to output: ValueID) throws(TFLiteError) {
        let type = graph[node.inputs[0]].type
        let amounts = try append(
            named: "\(graph[output].name):edges", ValueType([type.shape.rank, 2], .int32),
            data: zip(padding.before, padding.after).flatMap { [Int32(clamping: $0), Int32(clamping: $1)] }
                .littleEndian)
        let (input, result) = (try tensor(node.inputs[0]), try tensor(output))
        switch padding.mode {
        case .constant where padding.value == 0: emit(.pad, [input, amounts], result)
        case .constant: emit(.padV2, [input, amounts, try filler(padding.value, type, of: output)], result)
        case .reflect: emit(.mirrorPad, [input, amounts], result, [(Schema.MirrorPad.mode, .byte(0))])
        case .edge:
            guard (padding.before + padding.after).allSatisfy({ $0 <= 1 }) else {
                throw fault("TFLite repeats the edge by one element at most")
            }
            emit(.mirrorPad, [input, amounts], result, [(Schema.MirrorPad.mode, .byte(1))])
        }
    }

    /// The number to pad with, in the type of what is padded.
    private mutating func filler(_ value: Float, _ type: ValueType, of output: ValueID) throws(TFLiteError)
        -> Int
    {
        let data: [UInt8]
        switch (type.dataType, type.quantization) {
        case (.float32, _): data = [value.bitPattern].littleEndian
        case (.int8, let quantization?):
            let integer =
                (value / quantization.scale).rounded(.toNearestOrEven) + Float(quantization.zeroPoint)
            data = [UInt8(bitPattern: Int8(min(max(integer, -128), 127)))]
        case (.int32, nil): data = [Int32(min(max(value, -1e9), 1e9))].littleEndian
        case (let other, _): throw fault("padding \(other.rawValue) with \(value) is not supported")
        }
        return try append(
            named: "\(graph[output].name):filler",
            ValueType([1], type.dataType, quantization: type.quantization),
            data: data)
    }

    mutating func lower(_ resizing: Resizing, _ node: Node, to output: ValueID) throws(TFLiteError) {
        let type = graph[node.inputs[0]].type
        guard let mapping = resizing.mapping(from: Extent(type.shape[1], type.shape[2])) else {
            throw fault("TFLite has no such mapping from output to input positions")
        }
        let size = try integers([resizing.size.height, resizing.size.width], "size", of: output)
        let input = try tensor(node.inputs[0])
        let isInteger = type.quantization != nil
        let version: Int32 = mapping.usesHalfPixels ? 3 : isInteger ? 2 : 1
        try scaled(output, as: type.quantization) { (exporter, result) in
            switch resizing.mode {
            case .nearest:
                exporter.emit(
                    .resizeNearestNeighbor, version: version, [input, size], [result],
                    [
                        (Schema.ResizeNearest.alignCorners, .flag(mapping.alignsCorners)),
                        (Schema.ResizeNearest.halfPixel, .flag(mapping.usesHalfPixels)),
                    ])
            case .linear:
                exporter.emit(
                    .resizeBilinear, version: version, [input, size], [result],
                    [
                        (Schema.ResizeBilinear.alignCorners, .flag(mapping.alignsCorners)),
                        (Schema.ResizeBilinear.halfPixel, .flag(mapping.usesHalfPixels)),
                    ])
            }
        }
    }
}
