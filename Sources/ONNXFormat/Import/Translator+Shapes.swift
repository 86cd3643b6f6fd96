import ModelGraph

/// Operations that move elements or rename axes; most cost the graph nothing.
extension Translator {
    mutating func reshape(_ call: Call) throws(ONNXProblem) {
        let input = try view(0, of: call)
        if call.type == "Dropout" {
            try refuseTraining(call)
            keepAll(call, input.shape)
        }
        let shape = try reshapedShape(call, input.shape)
        set(call, input.reshaped(shape))
    }

    private func refuseTraining(_ call: Call) throws(ONNXProblem) {
        let isTraining = try scalar(2, of: call) ?? 0
        guard isTraining == 0 else { throw call.unsupported("it is in training mode; export for inference") }
    }

    /// The mask of a Dropout outside training: everything is kept.
    private mutating func keepAll(_ call: Call, _ shape: [Int]) {
        guard call.outputs.count > 1, !call.outputs[1].isEmpty else { return }
        let type: DataType = operatorSet < 10 ? .float32 : .bool
        known[call.outputs[1]] = .constant(Tensor(Shape(shape), .repeated(1, type)))
    }

    /// The file's shape after Reshape, Flatten, Squeeze, Unsqueeze, Identity or Dropout.
    func reshapedShape(_ call: Call, _ shape: [Int]) throws(ONNXProblem) -> [Int] {
        switch call.type {
        case "Reshape": return try target(of: call, shape)
        case "Flatten":
            let axis = call.integer("axis", default: 1)
            guard axis >= -shape.count, axis <= shape.count else {
                throw call.fault("axis \(axis) is outside its input")
            }
            let split = axis < 0 ? axis + shape.count : axis
            return [shape[..<split].reduce(1, *), shape[split...].reduce(1, *)]
        case "Squeeze":
            let given = try axesOrNone(call)
            let axes =
                try given.map { (axes) throws(ONNXProblem) in try call.axes(axes, rank: shape.count) }
                ?? shape.indices.filter { shape[$0] == 1 }
            for axis in axes where shape[axis] != 1 {
                throw call.fault("axis \(axis) of \(Shape(shape)) is not 1, so that it cannot be squeezed")
            }
            return shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
        case "Unsqueeze":
            let given = try axesOrNone(call) ?? []
            guard given.count + shape.count <= 32 else { throw call.fault("gives more than 32 axes") }
            let axes = try call.axes(given, rank: given.count + shape.count)
            var rest = shape[...]
            return (0..<given.count + shape.count).map { axes.contains($0) ? 1 : rest.removeFirst() }
        default: return shape
        }
    }

    /// `axes` as the attribute of older models or the input of newer ones.
    func axesOrNone(_ call: Call) throws(ONNXProblem) -> [Int]? {
        if let axes = call.integers("axes") { return axes }
        return try optionalIntegers(1, of: call)
    }

    private func target(of call: Call, _ shape: [Int]) throws(ONNXProblem) -> [Int] {
        var target = try integers(1, of: call)
        guard target.count <= 32 else { throw call.fault("gives more than 32 axes") }
        for (axis, extent) in target.enumerated() where extent == 0 && !call.flag("allowzero") {
            guard axis < shape.count else {
                throw call.fault("copies axis \(axis) of \(Shape(shape)), which it does not have")
            }
            target[axis] = shape[axis]
        }
        // Extents beside a 0 must not overflow either: some of them may be multiplied later.
        _ = try TensorDecoder.checkedCount(target.map { Int64(max($0, 0)) }, name: call.output)
        let count = Shape(shape).elementCount
        let known = Shape(target.filter { $0 != -1 }).elementCount
        if let inferred = target.firstIndex(of: -1), known > 0, known != .max, count % known == 0 {
            target[inferred] = count / known
        }
        guard target.allSatisfy({ $0 >= 0 }), Shape(target).elementCount == count else {
            throw call.fault("\(Shape(shape)) does not reshape to \(Shape(try integers(1, of: call)))")
        }
        return target
    }

    mutating func transpose(_ call: Call) throws(ONNXProblem) {
        let input = try view(0, of: call)
        let permutation = try self.permutation(call, rank: input.rank)
        let plain = try self.plain(input, call)
        var result = View(plain.value, stored: plain.stored, order: permutation.map { plain.order[$0] })
        result.isOffset = plain.isOffset
        set(call, result)
    }

    func permutation(_ call: Call, rank: Int) throws(ONNXProblem) -> [Int] {
        let permutation = call.integers("perm") ?? Array((0..<rank).reversed())
        guard permutation.sorted() == Array(0..<rank) else {
            throw call.fault("\(permutation) does not permute \(rank) axes")
        }
        return permutation
    }

    mutating func concatenate(_ call: Call) throws(ONNXProblem) {
        guard !call.inputs.isEmpty else { throw call.fault("needs at least one input") }
        var views: [View] = []
        for index in call.inputs.indices {
            if try !isEmpty(index, of: call) { views.append(try view(index, of: call)) }
        }
        let axis = try call.axis(call.integer("axis", default: 1), rank: views[0].rank)
        guard views.allSatisfy({ $0.rank == views[0].rank && dataType($0) == dataType(views[0]) }) else {
            throw call.fault("its inputs differ in rank or element type")
        }
        guard
            views.allSatisfy({
                $0.isOffset == views[0].isOffset
                    && graph[$0.value].type.quantization == graph[views[0].value].type.quantization
            })
        else { throw call.unsupported("it joins integers of different scales; dequantize them first") }
        let leader = views.first {
            $0.isPlain && $0.order != Array($0.shape.indices) && graph[$0.value].constant == nil
        }
        let order = leader?.storedAxes ?? Array(views[0].shape.indices)
        var values: [ValueID] = []
        for view in views { values.append(try lay(view, order, call)) }
        let place = order.firstIndex(of: axis) ?? axis
        let id =
            values.count == 1 && graph[values[0]].constant == nil
            ? values[0] : try apply(.concatenate(axis: place), values, call, name: call.output)
        set(call, stored(id, like: order, isOffset: views[0].isOffset))
    }

    /// A value whose stored axis i is the file's axis `order[i]`.
    func stored(_ id: ValueID, like order: [Int], isOffset: Bool = false) -> View {
        var places = [Int](repeating: 0, count: order.count)
        for (place, axis) in order.enumerated() { places[axis] = place }
        var view = View(id, stored: graph[id].type.shape.dimensions, order: places)
        view.isOffset = isOffset
        return view
    }

    mutating func slice(_ call: Call) throws(ONNXProblem) {
        let input = try plain(try view(0, of: call), call)
        let slicing = try self.slicing(call, input.shape)
        if slicing.sizes.contains(0) {
            known[call.output] = try empty(slicing.sizes, elementType(0, of: call), call)
            return
        }
        set(call, try sliced(input, slicing, call, name: call.output))
    }

    /// A part of a plain view; the slicing is in the file's axes.
    mutating func sliced(
        _ input: View, _ slicing: Slicing, _ call: Call, name: String?
    ) throws(ONNXProblem) -> View {
        guard slicing.sizes.allSatisfy({ $0 > 0 }) else {
            throw call.unsupported("its result is empty; leave that part out of the exported model")
        }
        let axes = input.storedAxes
        let stored = Slicing(
            starts: axes.map { slicing.starts[$0] }, sizes: axes.map { slicing.sizes[$0] },
            strides: axes.map { slicing.strides[$0] })
        let id = try apply(.slice(stored), [input.value], call, name: name)
        return self.stored(id, like: axes, isOffset: input.isOffset)
    }

    /// Starts, sizes and steps for every axis, with ONNX's clamping of whatever lies outside.
    func slicing(_ call: Call, _ shape: [Int]) throws(ONNXProblem) -> Slicing {
        let isAttribute = operatorSet < 10
        let given =
            isAttribute
            ? (call.integers("starts") ?? [], call.integers("ends") ?? [], call.integers("axes"), nil)
            : (
                try integers(1, of: call), try integers(2, of: call), try optionalIntegers(3, of: call),
                try optionalIntegers(4, of: call)
            )
        let (starts, ends, named, steps) = given
        let axes = named ?? Array(starts.indices)
        guard starts.count == ends.count, axes.count == starts.count, (steps ?? starts).count == starts.count
        else {
            throw call.fault("starts, ends, axes and steps differ in length")
        }
        _ = try call.axes(axes, rank: shape.count)
        var slicing = Slicing(starts: shape.map { _ in 0 }, sizes: shape)
        for (index, axisOrNegative) in axes.enumerated() {
            let axis = try call.axis(axisOrNegative, rank: shape.count)
            let (extent, step) = (shape[axis], steps?[index] ?? 1)
            guard step != 0, step > -(1 << 31), step < 1 << 31 else {
                throw call.fault("has the step \(step)")
            }
            func clamped(_ value: Int, _ range: ClosedRange<Int>) -> Int {
                let fromFront = value < 0 ? value.addingReportingOverflow(extent).partialValue : value
                return min(max(fromFront, range.lowerBound), range.upperBound)
            }
            let start = clamped(starts[index], step > 0 ? 0...extent : 0...max(extent - 1, 0))
            let end = clamped(ends[index], step > 0 ? 0...extent : -1...max(extent - 1, -1))
            let span = step > 0 ? end - start : start - end
            slicing.starts[axis] = start
            slicing.sizes[axis] = max(0, (span + abs(step) - 1) / abs(step))
            slicing.strides[axis] = step
        }
        return slicing
    }

    mutating func splitParts(_ call: Call) throws(ONNXProblem) {
        let input = try plain(try view(0, of: call), call)
        let (axis, sizes) = try parts(of: input.shape, call)
        var start = 0
        for (output, size) in zip(call.outputs, sizes) {
            guard size > 0 else {
                if !output.isEmpty {
                    let shape = Shape(input.shape).replacing(axis, with: 0).dimensions
                    known[output] = try empty(shape, elementType(0, of: call), call)
                }
                continue
            }
            var slicing = Slicing(starts: input.shape.map { _ in 0 }, sizes: input.shape)
            slicing.starts[axis] = start
            slicing.sizes[axis] = size
            start += size
            if !output.isEmpty { known[output] = .computed(try sliced(input, slicing, call, name: output)) }
        }
    }

    /// The axis that a Split cuts and how long its parts are.
    private func parts(of shape: [Int], _ call: Call) throws(ONNXProblem) -> (axis: Int, sizes: [Int]) {
        let axis = try call.axis(call.integer("axis", default: 0), rank: shape.count)
        let sizes = try partSizes(call, extent: shape[axis])
        guard sizes.count == call.outputs.count, sizes.allSatisfy({ $0 >= 0 && $0 <= shape[axis] }),
            sizes.reduce(0, +) == shape[axis]
        else { throw call.fault("parts of \(sizes) do not make up axis \(axis) of \(Shape(shape))") }
        return (axis, sizes)
    }

    /// The parts of a constant.
    mutating func foldSplit(_ call: Call) throws(ONNXProblem) -> Bool {
        guard case .constant(let tensor) = try required(0, of: call) else { return false }
        let (axis, sizes) = try parts(of: tensor.shape.dimensions, call)
        let strides = tensor.shape.strides
        try reserveCopy(of: tensor, call)
        var start = 0
        for (output, size) in zip(call.outputs, sizes) {
            let part = tensor.gathered(
                tensor.shape.replacing(axis, with: size), offset: start * strides[axis], strides: strides)
            if !output.isEmpty { known[output] = .constant(part) }
            start += size
        }
        return true
    }

    private func partSizes(_ call: Call, extent: Int) throws(ONNXProblem) -> [Int] {
        if let sizes = call.integers("split") { return sizes }
        if let sizes = try optionalIntegers(1, of: call) { return sizes }
        let parts = call.outputs.count
        let size = (extent + parts - 1) / parts
        return (0..<parts).map { min(size, max(extent - $0 * size, 0)) }
    }

    /// A choice along an axis: of constant places as slices, else a look-up.
    mutating func gather(_ call: Call) throws(ONNXProblem) {
        if case .computed = try required(1, of: call) { return try lookUp(call) }
        let input = try plain(try view(0, of: call), call)
        let axis = try call.axis(call.integer("axis", default: 0), rank: input.rank)
        let tensor = try constant(1, of: call)
        let extent = input.shape[axis]
        let indices = try integers(1, of: call).map { $0 < 0 ? $0 &+ extent : $0 }
        guard let first = indices.first, indices.allSatisfy({ $0 >= 0 && $0 < extent }) else {
            throw call.fault("an index lies outside axis \(axis) of \(Shape(input.shape))")
        }
        guard indices.count <= 4096 else {
            throw call.unsupported("it picks \(indices.count) elements; at most 4096 are")
        }
        var parts: [ValueID] = []
        let step = indices.count > 1 ? indices[1] - first : 1
        let isRegular = step != 0 && zip(indices, indices.dropFirst()).allSatisfy { $1 - $0 == step }
        for start in isRegular ? [first] : indices {
            var slicing = Slicing(starts: input.shape.map { _ in 0 }, sizes: input.shape)
            slicing.starts[axis] = start
            slicing.sizes[axis] = isRegular ? indices.count : 1
            slicing.strides[axis] = isRegular ? step : 1
            parts.append(try sliced(input, slicing, call, name: nil).value)
        }
        let place = input.order[axis]
        let id = parts.count == 1 ? parts[0] : try apply(.concatenate(axis: place), parts, call)
        let picked = stored(id, like: input.storedAxes, isOffset: input.isOffset)
        var shape = picked.shape
        shape.replaceSubrange(axis...axis, with: tensor.shape.dimensions)
        set(call, picked.reshaped(shape))
    }
}
