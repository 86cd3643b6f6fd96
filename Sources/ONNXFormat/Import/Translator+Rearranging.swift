import ModelGraph

extension Translator {
    mutating func pad(_ call: Call) throws(ONNXProblem) {
        let input = try plain(try view(0, of: call), call)
        let isAttribute = operatorSet < 11
        let amounts = isAttribute ? call.integers("pads") ?? [] : try integers(1, of: call)
        let named = isAttribute ? nil : try optionalIntegers(3, of: call)
        let axes = named ?? Array(input.shape.indices)
        _ = try call.axes(axes, rank: input.rank)
        guard amounts.count == 2 * axes.count else {
            throw call.fault("\(amounts.count) amounts do not pad \(axes.count) axes on both sides")
        }
        var (before, after) = (input.shape.map { _ in 0 }, input.shape.map { _ in 0 })
        for (index, axisOrNegative) in axes.enumerated() {
            let axis = try call.axis(axisOrNegative, rank: input.rank)
            before[axis] = amounts[index]
            after[axis] = amounts[index + axes.count]
        }
        let cropped = try crop(input, &before, &after, call)
        var padding = Padding(
            before: cropped.storedAxes.map { before[$0] }, after: cropped.storedAxes.map { after[$0] })
        switch call.text("mode", default: "constant") {
        case "constant":
            padding.value = isAttribute ? call.float("value", default: 0) : try scalar(2, of: call) ?? 0
        case "reflect": padding.mode = .reflect
        case "edge": padding.mode = .edge
        case "wrap": return set(call, try wrapped(cropped, before, after, call))
        case let mode:
            throw call.unsupported("it pads by '\(mode.shortened)'; use constant, reflect, edge or wrap")
        }
        if (padding.before + padding.after).allSatisfy({ $0 == 0 }) { return set(call, cropped) }
        let (source, integer) = try real(cropped, call)
        try setResult(call, integer) { (translator, name) throws(ONNXProblem) in
            let id = try translator.apply(.pad(padding), [source.value], call, name: name)
            return translator.stored(id, like: source.storedAxes)
        }
    }

    /// Repeats the input in front of itself and behind, axis by axis.
    private mutating func wrapped(
        _ input: View, _ before: [Int], _ after: [Int], _ call: Call
    ) throws(ONNXProblem) -> View {
        var source = input
        for axis in input.shape.indices where before[axis] + after[axis] > 0 {
            let extent = source.shape[axis], end = extent + after[axis]
            guard before[axis] / extent + after[axis] / extent < 4096 else {
                throw call.unsupported("it repeats an axis more than 4096 times")
            }
            var parts: [ValueID] = []
            var start = -before[axis]
            while start < end {
                let first = (start % extent + extent) % extent
                var slicing = Slicing(starts: source.shape.map { _ in 0 }, sizes: source.shape)
                slicing.starts[axis] = first
                slicing.sizes[axis] = min(extent - first, end - start)
                let isWhole = slicing.sizes == source.shape
                parts.append(
                    isWhole ? source.value : try sliced(source, slicing, call, name: nil).value)
                start += slicing.sizes[axis]
            }
            let id = try apply(.concatenate(axis: source.order[axis]), parts, call)
            source = stored(id, like: source.storedAxes, isOffset: source.isOffset)
        }
        return source
    }

    /// Negative amounts cut elements off.
    private mutating func crop(
        _ input: View, _ before: inout [Int], _ after: inout [Int], _ call: Call
    ) throws(ONNXProblem) -> View {
        guard (before + after).contains(where: { $0 < 0 }) else { return input }
        let bound = 1 << 31
        guard (before + after).allSatisfy({ $0 > -bound && $0 < bound }) else {
            throw call.fault("pads by too much")
        }
        var slicing = Slicing(starts: input.shape.map { _ in 0 }, sizes: input.shape)
        for axis in input.shape.indices {
            slicing.starts[axis] = max(-before[axis], 0)
            slicing.sizes[axis] += min(before[axis], 0) + min(after[axis], 0)
            before[axis] = max(before[axis], 0)
            after[axis] = max(after[axis], 0)
        }
        return try sliced(input, slicing, call, name: nil)
    }

    /// Repeats elements: Expand broadcasts, Tile repeats whole axes.
    mutating func expand(_ call: Call) throws(ONNXProblem) {
        let input = try view(0, of: call)
        let amounts = try integers(1, of: call)
        guard amounts.allSatisfy({ $0 > 0 && $0 < 1 << 31 }), amounts.count <= 32 else {
            throw call.fault("\(Shape(amounts)) is not a shape")
        }
        if call.type == "Tile" { return try tile(input, amounts, call) }
        guard let shape = Shape(input.shape).broadcast(with: Shape(amounts)) else {
            throw call.fault("\(Shape(input.shape)) does not expand to \(Shape(amounts))")
        }
        try checkSize(ValueType(shape, .float32), of: call.output)
        let (source, integer) = try real(input, call)
        try setResult(call, integer) { (translator, name) throws(ONNXProblem) in
            let ones = translator.constantValue("\(call.output)/ones", Tensor(shape, .repeated(1, .float32)))
            return try translator.combine(.multiply, source, View(ones, shape.dimensions), call, name: name)
        }
    }

    private mutating func tile(_ input: View, _ repeats: [Int], _ call: Call) throws(ONNXProblem) {
        guard repeats.count == input.rank else {
            throw call.fault("\(repeats.count) repeats do not fit the \(input.rank) axes of its input")
        }
        let source = try plain(input, call)
        var id = source.value
        for (axis, count) in repeats.enumerated() where count > 1 {
            guard count <= 4096 else {
                throw call.unsupported("it repeats an axis \(count) times; at most 4096 are")
            }
            id = try apply(
                .concatenate(axis: source.order[axis]), [ValueID](repeating: id, count: count), call)
        }
        set(call, stored(id, like: source.storedAxes, isOffset: source.isOffset))
    }

    /// DepthToSpace and SpaceToDepth as reshape, transpose, reshape.
    mutating func rearrange(_ call: Call) throws(ONNXProblem) {
        let input = try view(0, of: call)
        let block = call.integer("blocksize", default: 0)
        guard input.rank == 4, block > 0, block < 1 << 15 else {
            throw call.fault("needs images of 4 axes and a positive blocksize")
        }
        let (n, c, h, w) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3])
        let split: [Int], order: [Int], merged: [Int]
        if call.type == "SpaceToDepth" {
            guard h % block == 0, w % block == 0 else {
                throw call.fault("\(Shape(input.shape)) has no whole blocks")
            }
            split = [n, c, h / block, block, w / block, block]
            order = [0, 3, 5, 1, 2, 4]
            merged = [n, c * block * block, h / block, w / block]
        } else {
            guard c % (block * block) == 0 else {
                throw call.fault("\(c) channels are not made of \(block)×\(block) blocks")
            }
            let isColumnRow = call.text("mode", default: "DCR") == "CRD"
            let depth = c / (block * block)
            split = isColumnRow ? [n, depth, block, block, h, w] : [n, block, block, depth, h, w]
            order = isColumnRow ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]
            merged = [n, depth, h * block, w * block]
        }
        let pieces = try plain(input.reshaped(split), call)
        var moved = View(pieces.value, stored: pieces.stored, order: order.map { pieces.order[$0] })
        moved.isOffset = pieces.isOffset
        set(call, moved.reshaped(merged))
    }
}
