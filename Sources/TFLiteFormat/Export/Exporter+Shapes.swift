import ModelGraph

extension Exporter {
    /// The first extent is left open, so that the file runs with other batch sizes where a runtime allows them.
    mutating func lowerReshape(_ node: Node, to output: ValueID) throws(TFLiteError) {
        let shape = graph[output].type.shape
        let isOpen = shape.rank > 0 && !shape.dimensions.contains(0)
        let target = try integers(
            isOpen ? [-1] + shape.dimensions.dropFirst() : shape.dimensions, "shape", of: output)
        emit(.reshape, version: 1, [try tensor(node.inputs[0]), target], [try tensor(output)])
    }

    mutating func lowerConcatenation(axis: Int, _ node: Node, to output: ValueID) throws(TFLiteError) {
        var parts: [Int] = []
        for (position, input) in node.inputs.enumerated() {
            parts.append(try rescaled(input, like: output, "part\(position)"))
        }
        emit(
            .concatenation, parts, try tensor(output),
            [(Schema.Concatenation.axis, .number(axis)), (Schema.Concatenation.activation, .byte(0))])
    }

    mutating func lower(_ slicing: Slicing, _ node: Node, to output: ValueID) throws(TFLiteError) {
        let input = try tensor(node.inputs[0])
        let starts = try integers(slicing.starts, "starts", of: output)
        guard slicing.strides.contains(where: { $0 != 1 }) else {
            let sizes = try integers(slicing.sizes, "sizes", of: output)
            return emit(.slice, [input, starts, sizes], try tensor(output))
        }
        let extents = graph[node.inputs[0]].type.shape
        var ends: [Int] = []
        var endMask = 0
        for axis in 0..<extents.rank {
            let end = slicing.starts[axis] + slicing.sizes[axis] * slicing.strides[axis]
            // An end before the first element would be read as counted from the last; the mask says "all the way".
            if end < 0 { endMask |= 1 << axis }
            ends.append(end < 0 ? 0 : min(end, extents[axis]))
        }
        let (stops, steps) = (
            try integers(ends, "ends", of: output), try integers(slicing.strides, "strides", of: output)
        )
        emit(
            .stridedSlice, [input, starts, stops, steps], try tensor(output),
            [
                (Schema.StridedSlice.begin, .int32(0)), (Schema.StridedSlice.end, .number(endMask)),
                (Schema.StridedSlice.ellipsis, .int32(0)), (Schema.StridedSlice.newAxis, .int32(0)),
                (Schema.StridedSlice.shrinkAxis, .int32(0)),
            ])
    }

    mutating func lower(_ reduction: Reduction, _ node: Node, to output: ValueID) throws(TFLiteError) {
        let axes = try integers(reduction.axes.sorted(), "axes", of: output)
        let input = try tensor(node.inputs[0])
        let keeps: [(id: Int, value: FlatWriter.Field)] = [
            (Schema.Reducer.keepsDimensions, .flag(reduction.keepsDimensions))
        ]
        let quantization = graph[node.inputs[0]].type.quantization
        switch reduction.kind {
        case .mean: emit(.mean, [input, axes], try tensor(output), keeps)
        case .sum: emit(.sum, [input, axes], try tensor(output), keeps)
        case .maximum:
            try scaled(output, as: quantization) { (exporter, result) in
                exporter.emit(.reduceMax, [input, axes], result, keeps)
            }
        case .product: emit(.reduceProd, [input, axes], try tensor(output), keeps)
        case .minimum:
            try scaled(output, as: quantization) { (exporter, result) in
                exporter.emit(.reduceMin, [input, axes], result, keeps)
            }
        }
    }

    mutating func lowerCast(to dataType: DataType, _ node: Node, to output: ValueID) throws(TFLiteError) {
        let source = graph[node.inputs[0]].type.dataType
        guard let from = Schema.TensorType(source), let to = Schema.TensorType(dataType) else {
            throw fault("TFLite does not convert \(source.rawValue) to \(dataType.rawValue)")
        }
        emit(
            .cast, version: 1, [try tensor(node.inputs[0])], [try tensor(output)],
            [(Schema.Cast.from, .byte(from.rawValue)), (Schema.Cast.to, .byte(to.rawValue))])
    }
}
