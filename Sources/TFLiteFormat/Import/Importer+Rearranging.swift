import ModelGraph

/// Operators that move elements between space and batch, repeat or reverse them.
extension Importer {
    /// Cuts space into blocks that become the batch, after padding; with BATCH_TO_SPACE_ND a dilated convolution around it.
    mutating func importSpaceToBatch(_ call: OperatorCall) throws(TFLiteError) {
        var input = try operand(try call.input(0))
        let (sizes, pads) = (try integers(try call.input(1)), try integers(try call.input(2)))
        let image = builder.shape(of: input)
        let count = sizes.count
        guard count > 0, image.rank > count, pads.count == 2 * count,
            sizes.allSatisfy({ $0 > 0 && $0 < 1 << 15 }),
            pads.allSatisfy({ $0 >= 0 && $0 < 1 << 20 })
        else { throw unsupported("blocks of \(sizes) with padding \(pads) do not fit \(image)") }
        let name = resultName(of: try call.output())
        if pads.contains(where: { $0 > 0 }) {
            let rest = [Int](repeating: 0, count: image.rank - count - 1)
            let padding = Padding(
                before: [0] + (0..<count).map { pads[2 * $0] } + rest,
                after: [0] + (0..<count).map { pads[2 * $0 + 1] } + rest)
            input = try emit(.pad(padding), [input], as: "\(name):padded", type: builder.type(of: input))
        }
        let padded = builder.shape(of: input).dimensions
        guard (0..<count).allSatisfy({ padded[1 + $0] % sizes[$0] == 0 }) else {
            throw unsupported("\(Shape(padded)) is not made of whole blocks of \(sizes)")
        }
        let tail = Array(padded[(1 + count)...])
        let split = [padded[0]] + (0..<count).flatMap { [padded[1 + $0] / sizes[$0], sizes[$0]] } + tail
        let rank = split.count
        let order =
            (0..<count).map { 2 + 2 * $0 } + [0] + (0..<count).map { 1 + 2 * $0 }
            + Array(1 + 2 * count..<rank)
        let shape =
            [padded[0] * sizes.reduce(1, *)] + (0..<count).map { padded[1 + $0] / sizes[$0] } + tail
        let apart = try emit(.reshape(split), [input], as: "\(name):blocks", type: builder.type(of: input))
        let moved = try emit(.transpose(order), [apart], as: "\(name):moved", type: builder.type(of: input))
        try finishKeepingScale(call, .reshape(shape), moved)
    }

    mutating func importBatchToSpace(_ call: OperatorCall) throws(TFLiteError) {
        let input = try operand(try call.input(0))
        let (sizes, crops) = (try integers(try call.input(1)), try integers(try call.input(2)))
        let image = builder.shape(of: input).dimensions
        let count = sizes.count
        let area = sizes.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
        guard count > 0, image.count > count, crops.count == 2 * count,
            sizes.allSatisfy({ $0 > 0 && $0 < 1 << 15 }),
            crops.allSatisfy({ $0 >= 0 && $0 < 1 << 20 }), area > 0, image[0] % area == 0
        else { throw unsupported("blocks of \(sizes) with crops \(crops) do not fit \(Shape(image))") }
        let name = resultName(of: try call.output())
        let type = builder.type(of: input)
        let tail = Array(image[(1 + count)...])
        let split = sizes + [image[0] / area] + image[1...count] + tail
        let order =
            [count] + (0..<count).flatMap { [count + 1 + $0, $0] } + Array(2 * count + 1..<split.count)
        let whole = [image[0] / area] + (0..<count).map { image[1 + $0] * sizes[$0] } + tail
        let apart = try emit(.reshape(split), [input], as: "\(name):blocks", type: type)
        let moved = try emit(.transpose(order), [apart], as: "\(name):moved", type: type)
        guard crops.contains(where: { $0 > 0 }) else {
            return try finishKeepingScale(call, .reshape(whole), moved)
        }
        let joined = try emit(.reshape(whole), [moved], as: "\(name):joined", type: type)
        let slicing = Slicing(
            starts: [0] + (0..<count).map { crops[2 * $0] } + tail.map { _ in 0 },
            sizes: [whole[0]] + (0..<count).map { whole[1 + $0] - crops[2 * $0] - crops[2 * $0 + 1] } + tail)
        guard slicing.sizes.allSatisfy({ $0 > 0 }) else { throw unsupported("crops everything away") }
        try finishKeepingScale(call, .slice(slicing), joined)
    }

    mutating func importTile(_ call: OperatorCall) throws(TFLiteError) {
        var value = try operand(try call.input(0))
        let counts = try integers(try call.input(1))
        let shape = builder.shape(of: value)
        guard counts.count == shape.rank, counts.allSatisfy({ $0 > 0 && $0 <= 4096 }) else {
            throw unsupported("\(counts) repeats do not fit \(shape)")
        }
        let name = resultName(of: try call.output())
        let type = builder.type(of: value)
        let axes = counts.indices.filter { counts[$0] > 1 }
        for axis in axes {
            value = try emit(
                .concatenate(axis: axis), [ValueID](repeating: value, count: counts[axis]),
                as: axis == axes.last ? name : "\(name):axis\(axis)", type: type)
        }
        if axes.isEmpty { return try finishKeepingScale(call, .reshape(shape.dimensions), value) }
        try set(try call.output(), to: value)
    }

    /// Backwards along some axes.
    mutating func importReverse(_ call: OperatorCall) throws(TFLiteError) {
        let input = try operand(try call.input(0))
        let shape = builder.shape(of: input)
        let axes = try normalized(try integers(try call.input(1)), rank: shape.rank)
        let slicing = Slicing(
            starts: (0..<shape.rank).map { axes.contains($0) ? shape[$0] - 1 : 0 }, sizes: shape.dimensions,
            strides: (0..<shape.rank).map { axes.contains($0) ? -1 : 1 })
        try finishKeepingScale(call, .slice(slicing), input)
    }

    mutating func importBroadcast(_ call: OperatorCall) throws(TFLiteError) {
        let name = resultName(of: try call.output())
        let input = try real(try operand(try call.input(0)), as: "\(name):input")
        let target = try integers(try call.input(1))
        guard target.allSatisfy({ $0 > 0 && $0 < 1 << 31 }), target.count <= 16,
            builder.shape(of: input).broadcast(with: Shape(target)) == Shape(target)
        else { throw unsupported("\(builder.shape(of: input)) does not broadcast to \(target)") }
        let ones = builder.constant(unique("\(name):ones"), Tensor(Shape(target), .repeated(1, .float32)))
        try finishReal(call) { (importer, name) throws(TFLiteError) in
            try importer.emit(.binary(.multiply), [input, ones], as: name)
        }
    }
}
