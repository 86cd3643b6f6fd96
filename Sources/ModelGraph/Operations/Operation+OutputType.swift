extension Operation {
    /// A short lower-case name for messages and tables.
    public var name: String {
        switch self {
        case .convolution(let convolution): convolution.groups > 1 ? "grouped_convolution" : "convolution"
        case .dense: "dense"
        case .batchNormalization: "batch_normalization"
        case .pool(let pooling): "\(pooling.kind.rawValue)_pool"
        case .globalPool(let kind): "global_\(kind.rawValue)_pool"
        case .binary(let operation): operation.rawValue
        case .activation(let activation): activation.name
        case .unary(let operation): operation.rawValue
        case .concatenate: "concatenate"
        case .slice: "slice"
        case .reshape: "reshape"
        case .transpose: "transpose"
        case .pad: "pad"
        case .softmax: "softmax"
        case .resize: "resize"
        case .localResponseNormalization: "local_response_normalization"
        case .matrixMultiply: "matrix_multiply"
        case .reduce(let reduction): "reduce_\(reduction.kind.rawValue)"
        case .transposedConvolution: "transposed_convolution"
        case .compare(let comparison): comparison.rawValue
        case .select: "select"
        case .gather: "gather"
        case .argument(let argument): "argument_\(argument.kind.rawValue)"
        case .cumulativeSum: "cumulative_sum"
        case .layerNormalization: "layer_normalization"
        case .recurrence(let recurrence): recurrence.name
        case .cast: "cast"
        case .quantize: "quantize"
        case .dequantize: "dequantize"
        case .training(let operation): operation.name
        }
    }

    /// The type this operation produces from inputs of these types, or the reason it cannot.
    ///
    /// Integer results keep the first input's quantisation; where an operation has a scale of its own
    /// (a quantised convolution, say), the builder or the quantiser sets it afterwards.
    public func outputType(_ inputs: [ValueType]) throws(GraphError) -> ValueType {
        try requireInputCount(inputs.count)
        let first = inputs[0]
        let shape = try outputShape(inputs.map(\.shape))
        guard shape.dimensions.allSatisfy({ $0 >= 0 }), shape.elementCount < 1 << 40 else {
            throw .overflow(operation: name, shape: shape)
        }
        if case .select = self {
            return ValueType(shape, inputs[1].dataType, quantization: inputs[1].quantization)
        }
        return statedType(of: shape) ?? ValueType(shape, first.dataType, quantization: first.quantization)
    }

    /// The result's type where the operation states it; nil where it is that of the first input.
    func statedType(of shape: Shape) -> ValueType? {
        if case .cast(let dataType) = self { return ValueType(shape, dataType) }
        if case .quantize(let dataType, let quantization) = self {
            return ValueType(shape, dataType, quantization: quantization)
        }
        if case .dequantize = self { return ValueType(shape, .float32) }
        if case .compare = self { return ValueType(shape, .bool) }
        if case .argument(let argument) = self { return ValueType(shape, argument.result) }
        return nil
    }

    private func requireInputCount(_ count: Int) throws(GraphError) {
        let allowed = traits.inputCount
        guard allowed.contains(count) else {
            let expected =
                allowed.lowerBound == allowed.upperBound
                ? "\(allowed.lowerBound)"
                : allowed.upperBound == .max
                    ? "at least \(allowed.lowerBound)" : "\(allowed.lowerBound) or \(allowed.upperBound)"
            throw .inputCount(operation: name, expected: expected, actual: count)
        }
    }

    private func outputShape(_ shapes: [Shape]) throws(GraphError) -> Shape {
        let input = shapes[0]
        switch self {
        case .convolution(let convolution): return try convolution.outputShape(shapes)
        case .dense: return try denseShape(shapes)
        case .batchNormalization: return try normalizedShape(shapes)
        case .pool(let pooling): return try pooling.outputShape(input)
        case .globalPool:
            try require(input, rank: 4)
            return [input[0], 1, 1, input[3]]
        case .binary: return try commonShape(shapes)
        case .activation, .unary, .cast, .quantize, .dequantize, .training: return input
        case .softmax(let axis):
            try require(axis, within: input)
            return input
        case .localResponseNormalization(let size, _, _, _):
            guard size > 0, input.rank >= 1 else {
                throw .mismatch(operation: name, detail: "needs a positive size, got \(size)")
            }
            return input
        case .concatenate(let axis): return try concatenatedShape(shapes, axis: axis)
        case .slice(let slicing): return try slicing.outputShape(input)
        case .reshape(let target): return try reshapedShape(input, target: target)
        case .transpose(let permutation):
            guard permutation.sorted() == Array(0..<input.rank) else {
                throw .mismatch(operation: name, detail: "\(permutation) does not permute \(input.rank) axes")
            }
            return Shape(permutation.map { input[$0] })
        case .pad(let padding): return try padding.outputShape(input)
        case .resize(let resizing):
            try require(input, rank: 4)
            guard resizing.size.height > 0, resizing.size.width > 0 else {
                throw .mismatch(operation: name, detail: "needs a positive size")
            }
            guard [resizing.scaleHeight, resizing.scaleWidth].allSatisfy({ ($0 ?? 1).isPositiveAndFinite })
            else { throw .mismatch(operation: name, detail: "needs positive scales") }
            return [input[0], resizing.size.height, resizing.size.width, input[3]]
        case .matrixMultiply: return try productShape(shapes)
        case .transposedConvolution(let convolution): return try convolution.outputShape(shapes)
        case .compare, .select: return try commonShape(shapes)
        case .gather(let axis): return try gatheredShape(shapes, axis: axis)
        case .argument(let argument): return try argument.outputShape(input)
        case .cumulativeSum(let sum):
            try require(sum.axis, within: input)
            return input
        case .layerNormalization(let normalization): return try normalization.outputShape(shapes)
        case .recurrence(let recurrence): return try recurrence.outputShape(shapes)
        case .reduce(let reduction): return try reduction.outputShape(input)
        }
    }

    private func require(_ shape: Shape, rank: Int) throws(GraphError) {
        guard shape.rank == rank else { throw .rank(operation: name, expected: rank, actual: shape) }
    }

    private func require(_ axis: Int, within shape: Shape) throws(GraphError) {
        guard axis >= 0, axis < shape.rank else {
            throw .mismatch(operation: name, detail: "axis \(axis) is outside shape \(shape)")
        }
    }

    /// The shape that all broadcast to.
    private func commonShape(_ shapes: [Shape]) throws(GraphError) -> Shape {
        var common = shapes[0]
        for shape in shapes.dropFirst() {
            guard let broadcast = common.broadcast(with: shape) else {
                throw .mismatch(operation: name, detail: "\(common) and \(shape) do not broadcast")
            }
            common = broadcast
        }
        return common
    }

    private func gatheredShape(_ shapes: [Shape], axis: Int) throws(GraphError) -> Shape {
        try require(axis, within: shapes[0])
        guard shapes[0][axis] > 0 || shapes[1].elementCount == 0 else {
            throw .mismatch(operation: name, detail: "axis \(axis) of \(shapes[0]) has nothing to pick")
        }
        var dimensions = shapes[0].dimensions
        dimensions.replaceSubrange(axis...axis, with: shapes[1].dimensions)
        return Shape(dimensions)
    }

    private func denseShape(_ shapes: [Shape]) throws(GraphError) -> Shape {
        guard let width = shapes[0].dimensions.last else {
            throw .rank(operation: name, expected: 2, actual: shapes[0])
        }
        try require(shapes[1], rank: 2)
        guard shapes[1][1] == width else {
            throw .mismatch(
                operation: name, detail: "input width \(width) does not match weights \(shapes[1])")
        }
        try requireBias(shapes, outputs: shapes[1][0])
        return shapes[0].replacing(shapes[0].rank - 1, with: shapes[1][0])
    }

    func requireBias(_ shapes: [Shape], outputs: Int) throws(GraphError) {
        guard shapes.count < 3 || shapes[2] == [outputs] else {
            throw .mismatch(operation: name, detail: "needs a bias of shape [\(outputs)], got \(shapes[2])")
        }
    }

    private func normalizedShape(_ shapes: [Shape]) throws(GraphError) -> Shape {
        guard let channels = shapes[0].dimensions.last else {
            throw .rank(operation: name, expected: 4, actual: shapes[0])
        }
        for parameter in shapes.dropFirst() where parameter != [channels] {
            throw .mismatch(
                operation: name, detail: "needs parameters of shape [\(channels)], got \(parameter)")
        }
        return shapes[0]
    }

    private func concatenatedShape(_ shapes: [Shape], axis: Int) throws(GraphError) -> Shape {
        try require(axis, within: shapes[0])
        var total = 0
        for shape in shapes {
            guard shape.rank == shapes[0].rank,
                shape.replacing(axis, with: 0) == shapes[0].replacing(axis, with: 0)
            else {
                throw .mismatch(
                    operation: name, detail: "\(shape) does not fit \(shapes[0]) along axis \(axis)")
            }
            total = total.addingSaturated(shape[axis])
        }
        return shapes[0].replacing(axis, with: total)
    }

    private func reshapedShape(_ input: Shape, target: [Int]) throws(GraphError) -> Shape {
        var dimensions = target
        for (axis, extent) in target.enumerated() where extent == 0 && axis < input.rank {
            dimensions[axis] = input[axis]
        }
        let known = Shape(dimensions.filter { $0 != -1 }).elementCount
        if let inferred = dimensions.firstIndex(of: -1), known > 0, known != .max {
            dimensions[inferred] = input.elementCount / known
        }
        let shape = Shape(dimensions)
        guard dimensions.allSatisfy({ $0 >= 0 }), shape.elementCount == input.elementCount else {
            throw .mismatch(operation: name, detail: "\(input) does not reshape to \(Shape(target))")
        }
        return shape
    }

    private func productShape(_ shapes: [Shape]) throws(GraphError) -> Shape {
        let (a, b) = (shapes[0], shapes[1])
        guard a.rank >= 2, b.rank >= 2, a[a.rank - 1] == b[b.rank - 2],
            let leading = Shape(Array(a.dimensions.dropLast(2))).broadcast(
                with: Shape(Array(b.dimensions.dropLast(2))))
        else { throw .mismatch(operation: name, detail: "\(a) and \(b) do not multiply") }
        return Shape(leading.dimensions + [a[a.rank - 2], b[b.rank - 1]])
    }
}

extension Slicing {
    fileprivate func outputShape(_ input: Shape) throws(GraphError) -> Shape {
        let fits =
            [starts.count, sizes.count, strides.count].allSatisfy { $0 == input.rank }
            && (0..<input.rank).allSatisfy { axis in
                let (start, size, stride) = (starts[axis], sizes[axis], strides[axis])
                let limit = 1 << 20
                guard size >= 0, size <= input[axis], start >= 0, start <= input[axis], stride != 0,
                    (-limit...limit).contains(stride)
                else { return false }
                let last = start + max(size - 1, 0) * stride
                return size == 0 || start < input[axis] && last >= 0 && last < input[axis]
            }
        guard fits else {
            throw .mismatch(
                operation: "slice",
                detail: "starts \(starts), sizes \(sizes), strides \(strides) leave \(input)")
        }
        return Shape(sizes)
    }
}

extension Padding {
    fileprivate func outputShape(_ input: Shape) throws(GraphError) -> Shape {
        guard before.count == input.rank, after.count == input.rank else {
            throw .mismatch(
                operation: "pad", detail: "needs \(input.rank) amounts, got \(before) and \(after)")
        }
        var dimensions: [Int] = []
        for axis in 0..<input.rank {
            let reach = mode == .reflect ? input[axis] - 1 : 1 << 31
            guard before[axis] >= 0, after[axis] >= 0, before[axis] <= reach, after[axis] <= reach,
                mode == .constant || input[axis] > 0
            else {
                throw .mismatch(operation: "pad", detail: "\(before) and \(after) cannot pad \(input)")
            }
            dimensions.append(input[axis].addingSaturated(before[axis]).addingSaturated(after[axis]))
        }
        return Shape(dimensions)
    }
}

extension Reduction {
    fileprivate func outputShape(_ input: Shape) throws(GraphError) -> Shape {
        guard axes.allSatisfy({ $0 >= 0 && $0 < input.rank }), Set(axes).count == axes.count else {
            throw .mismatch(operation: "reduce", detail: "axes \(axes) are not axes of \(input)")
        }
        return Shape(
            input.dimensions.enumerated().compactMap { axis, extent in
                axes.contains(axis) ? (keepsDimensions ? 1 : nil) : extent
            })
    }
}

extension Activation {
    /// Lower-case name, as files and tables write it.
    public var name: String {
        switch self {
        case .relu: "relu"
        case .relu6: "relu6"
        case .hardSwish: "hard_swish"
        case .sigmoid: "sigmoid"
        case .silu: "silu"
        case .tanh: "tanh"
        case .hardSigmoid: "hard_sigmoid"
        case .gelu: "gelu"
        case .leakyRelu: "leaky_relu"
        case .clip: "clip"
        }
    }
}

extension Recurrence {
    var name: String {
        switch cell {
        case .plain: "recurrent"
        case .lstm: "lstm"
        case .gru: "gru"
        }
    }
}

extension TrainingOperation {
    var name: String {
        switch self {
        case .dropout: "dropout"
        case .fakeQuantize: "fake_quantize"
        case .binarize: "binarize"
        }
    }
}

extension Int {
    /// The sum, or `Int.max` where it overflows (both non-negative).
    package func addingSaturated(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}

extension Float {
    fileprivate var isPositiveAndFinite: Bool { self > 0 && isFinite }
}
