import ModelGraph

/// Whatever does not depend on the network's input is computed while the model is read.
extension Translator {
    /// Whether the node's result is known now.
    mutating func fold(_ call: Call) throws(ONNXProblem) -> Bool {
        switch call.type {
        case "Constant": known[call.output] = .constant(try constantAttribute(call))
        case "ConstantOfShape": known[call.output] = .constant(try filled(call))
        case "Shape", "Size": known[call.output] = .constant(try shapeOrSize(call))
        case "DequantizeLinear", "QuantizeLinear": return try foldQuantization(call)
        case "Split": return try foldSplit(call)
        case "Identity", "Dropout", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose":
            return try foldRearranging(call)
        case "CastLike":
            guard case .constant(let tensor) = try required(0, of: call) else { return false }
            let type = try elementType(1, of: call)
            guard let result = converted(tensor, to: type) else { return false }
            known[call.output] = .constant(result)
        default:
            guard let tensors = try constants(of: call), let result = try folded(call, tensors) else {
                return false
            }
            known[call.output] = .constant(result)
        }
        return true
    }

    /// All inputs as tensors (nil where one is left out), if none depends on the network's input.
    private func constants(of call: Call) throws(ONNXProblem) -> [Tensor?]? {
        guard !call.inputs.isEmpty else { return nil }
        var tensors: [Tensor?] = []
        for (index, name) in call.inputs.enumerated() {
            if name.isEmpty {
                tensors.append(nil)
                continue
            }
            switch try required(index, of: call) {
            case .constant(let tensor): tensors.append(tensor)
            case .dequantized, .computed: return nil
            }
        }
        return tensors
    }

    private mutating func constantAttribute(_ call: Call) throws(ONNXProblem) -> Tensor {
        if let value = call.attribute("value"), value.hasT { return try decoder.tensor(value.t) }
        if let value = call.attribute("value_float") { return Tensor([], [value.f]) }
        if let value = call.attribute("value_int") { return Tensor([], .int64([value.i])) }
        if let values = call.floats("value_floats") { return Tensor([values.count], values) }
        if let values = call.integers("value_ints") {
            return Tensor([values.count], .int64(values.map(Int64.init)))
        }
        throw call.unsupported("its value is neither a tensor nor numbers; use a tensor")
    }

    private mutating func filled(_ call: Call) throws(ONNXProblem) -> Tensor {
        let dimensions = try integers(0, of: call)
        let count = try TensorDecoder.checkedCount(dimensions.map(Int64.init), name: call.output)
        var (value, type) = (0.0, DataType.float32)
        if let attribute = call.attribute("value"), attribute.hasT {
            let tensor = try decoder.tensor(attribute.t)
            guard tensor.shape.elementCount == 1, let element = tensor.floats?.first else {
                throw call.fault("fills with a value that is not a single number")
            }
            (value, type) = (tensor.integers?.first.map(Double.init) ?? Double(element), tensor.dataType)
        }
        let bytes = type.bytes(for: count)
        guard bytes <= options.memoryBytes else {
            throw .memory(what: "'\(call.output.shortened)'", bytes: bytes, limit: options.memoryBytes)
        }
        return Tensor(Shape(dimensions), .repeated(value, type))
    }

    private func shapeOrSize(_ call: Call) throws(ONNXProblem) -> Tensor {
        let shape: [Int]
        switch try required(0, of: call) {
        case .constant(let tensor), .dequantized(let tensor, _): shape = tensor.shape.dimensions
        case .computed(let view): shape = view.shape
        }
        if call.type == "Size" { return Tensor([], .int64([Int64(shape.reduce(1, *))])) }
        func place(_ value: Int) -> Int { min(max(value < 0 ? value &+ shape.count : value, 0), shape.count) }
        let start = place(call.integer("start", default: 0))
        let end = place(call.integer("end", default: shape.count))
        let part = start < end ? Array(shape[start..<end]) : []
        return Tensor([part.count], .int64(part.map(Int64.init)))
    }

    private mutating func foldQuantization(_ call: Call) throws(ONNXProblem) -> Bool {
        guard case .constant(let tensor) = try required(0, of: call),
            call.integer("block_size", default: 0) == 0
        else {
            return false
        }
        let scale = try constant(1, of: call)
        let hasAxis = scale.shape.elementCount > 1
        let axis =
            hasAxis ? try call.axis(call.integer("axis", default: 1), rank: max(tensor.shape.rank, 1)) : nil
        let zeroPoint = try optionalConstant(2, of: call)
        let quantization = try quantization(scale, zeroPoint, axis: axis, call)
        if call.type == "DequantizeLinear" {
            known[call.output] = try scaled(tensor, quantization, call)
            integerNames[call.output] = call.input(0)
            return true
        }
        let type = zeroPoint?.dataType ?? .uint8
        try checkTransient(tensor.shape, call)
        guard type == .int8 || type == .uint8 || type == .int32, let values = tensor.floats else {
            return false
        }
        if let axis {
            guard axis < tensor.shape.rank, tensor.shape[axis] == scale.shape.elementCount else {
                throw call.fault(
                    "\(scale.shape.elementCount) scales do not fit axis \(axis) of \(tensor.shape)")
            }
        }
        let inner = axis.map { tensor.shape.dimensions[($0 + 1)...].reduce(1, *) } ?? 1
        let count = quantization.scales.count
        let integers = values.enumerated().map { index, value in
            let channel = index / inner % count
            return Double((value / quantization.scales[channel]).rounded(.toNearestOrEven))
                + Double(quantization.zeroPoints[channel])
        }
        known[call.output] = .constant(Tensor(tensor.shape, Tensor.Storage(integers, as: type)))
        return true
    }

    /// Reshaping and transposing of constants, quantised or not.
    private mutating func foldRearranging(_ call: Call) throws(ONNXProblem) -> Bool {
        let found = try required(0, of: call)
        let tensor: Tensor, quantization: Quantization?
        switch found {
        case .constant(let constant): (tensor, quantization) = (constant, nil)
        case .dequantized(let constant, let scales): (tensor, quantization) = (constant, scales)
        case .computed: return false
        }
        if call.type == "Dropout" || call.type == "Identity" {
            known[call.output] = found
            return true
        }
        if call.type == "Transpose" {
            let order = try permutation(call, rank: tensor.shape.rank)
            let moved = quantization.map { scales in
                Quantization(
                    scales: scales.scales, zeroPoints: scales.zeroPoints,
                    axis: scales.axis.flatMap { order.firstIndex(of: $0) })
            }
            try reserveCopy(of: tensor, call)
            let result = tensor.permuted(order)
            known[call.output] = moved.map { .dequantized(result, $0) } ?? .constant(result)
            return true
        }
        let shape = try reshapedShape(call, tensor.shape.dimensions)
        if let quantization, quantization.axis != nil {
            let real = try dequantize(tensor, quantization, call)
            known[call.output] = .constant(real.reshaped(shape))
        } else {
            known[call.output] =
                quantization.map { .dequantized(tensor.reshaped(shape), $0) }
                ?? .constant(tensor.reshaped(shape))
        }
        return true
    }

    /// The result of any other node on constants; nil where the graph has to compute it.
    private mutating func folded(_ call: Call, _ tensors: [Tensor?]) throws(ONNXProblem) -> Tensor? {
        guard let first = tensors[0] else { return nil }
        switch call.type {
        case "Cast": return try foldedCast(call, first)
        case "Gather": return try foldedGather(call, first)
        case "Slice":
            let slicing = try self.slicing(call, first.shape.dimensions)
            let strides = first.shape.strides
            let offset = zip(slicing.starts, strides).map(*).reduce(0, +)
            // A step that leaves the tensor belongs to an axis of one element, where it is never taken.
            return first.gathered(
                Shape(slicing.sizes), offset: offset, strides: zip(slicing.strides, strides).map { $0 &* $1 })
        case "Concat": return try foldedConcatenation(call, tensors.compactMap { $0 })
        case "Trilu" where first.shape.elementCount == 0: return first
        case "Expand":
            guard let shape = first.shape.broadcast(with: Shape(try integers(1, of: call))) else {
                throw call.fault("\(first.shape) does not expand")
            }
            return try broadcast(first, to: shape, call)
        case "Range": return try foldedRange(call)
        case "ReduceProd", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceMean", "ReduceL1", "ReduceL2",
            "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp":
            if first.shape.elementCount == 0 { return try emptyReduction(call, first) }
            return try foldedReduction(call, first)
        default: return try foldedElementwise(call, tensors)
        }
    }

    private func foldedCast(_ call: Call, _ tensor: Tensor) throws(ONNXProblem) -> Tensor? {
        guard let element = ElementType(rawValue: Int32(truncatingIfNeeded: call.integer("to", default: 0))),
            element.isReadable
        else {
            throw call.unsupported(
                "it converts to an element type that is not supported; use float32 or int64")
        }
        return converted(tensor, to: element.storedAs)
    }

    private func converted(_ tensor: Tensor, to type: DataType) -> Tensor? {
        if tensor.dataType == type { return tensor }
        if case .repeated(let value, _) = tensor.storage {
            let converted = type.isFloatingPoint ? value : value.rounded(.towardZero)
            return Tensor(tensor.shape, .repeated(type == .bool ? (value == 0 ? 0 : 1) : converted, type))
        }
        guard let values = tensor.integers?.map(Double.init) ?? tensor.floats?.map(Double.init) else {
            return nil
        }
        return Tensor(tensor.shape, Tensor.Storage(values, as: type))
    }

    private mutating func foldedGather(_ call: Call, _ tensor: Tensor) throws(ONNXProblem) -> Tensor? {
        let axis = try call.axis(call.integer("axis", default: 0), rank: max(tensor.shape.rank, 1))
        guard tensor.shape.rank > 0 else { throw call.fault("needs an input of at least one axis") }
        let extent = tensor.shape[axis]
        let picked = try constant(1, of: call)
        let indices = try integers(1, of: call).map { $0 < 0 ? $0 &+ extent : $0 }
        guard indices.allSatisfy({ $0 >= 0 && $0 < extent }) else {
            throw call.fault("an index lies outside axis \(axis) of \(tensor.shape)")
        }
        var shape = tensor.shape.dimensions
        shape.replaceSubrange(axis...axis, with: picked.shape.dimensions)
        try reserve(Shape(shape), call)
        if tensor.isRepeated { return tensor.reshaped(shape) }
        let outer = Tensor.positions(
            Array(tensor.shape.dimensions[..<axis]), offset: 0, strides: Array(tensor.shape.strides[..<axis]))
        let stride = tensor.shape.strides[axis]
        let places = outer.flatMap { base in
            indices.flatMap { index in (0..<stride).map { base + index * stride + $0 } }
        }
        return Tensor(Shape(shape), tensor.storage.picking(places))
    }

    /// Counts a constant in another order; one of a single repeated number takes no memory.
    mutating func reserveCopy(of tensor: Tensor, _ call: Call) throws(ONNXProblem) {
        guard !tensor.isRepeated else { return }
        let bytes = tensor.dataType.bytes(for: tensor.shape.elementCount)
        try decoder.reserve(bytes, for: "'\(call.output.shortened)'")
    }

    /// Refuses a result that would take more memory than allowed.
    mutating func reserve(_ shape: Shape, _ call: Call) throws(ONNXProblem) {
        try checkTransient(shape, call)
        try decoder.reserve(shape.elementCount * 4, for: "'\(call.output.shortened)'")
    }

    /// Refuses to compute what would need too much memory for a moment: lists of integers, double precision.
    func checkTransient(_ shape: Shape, _ call: Call) throws(ONNXProblem) {
        let count = try TensorDecoder.checkedCount(shape.dimensions.map(Int64.init), name: call.output)
        guard count * 32 <= options.memoryBytes else {
            throw .memory(
                what: "computing '\(call.output.shortened)'", bytes: count * 32, limit: options.memoryBytes)
        }
    }

    mutating func broadcast(_ tensor: Tensor, to shape: Shape, _ call: Call) throws(ONNXProblem) -> Tensor {
        if tensor.shape == shape { return tensor }
        if case .repeated = tensor.storage {
            _ = try TensorDecoder.checkedCount(shape.dimensions.map(Int64.init), name: call.output)
            return tensor.reshaped(shape.dimensions)
        }
        try reserve(shape, call)
        let missing = shape.rank - tensor.shape.rank
        let own = tensor.shape.strides
        let strides = (0..<shape.rank).map { axis in
            axis < missing || tensor.shape[axis - missing] == 1 ? 0 : own[axis - missing]
        }
        return tensor.gathered(shape, strides: strides)
    }
}
