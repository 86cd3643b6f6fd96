import Kernels
import ModelGraph

extension Lowering {
    /// The kernel in float32: operands converted where they are stored otherwise, the result converted back.
    mutating func lowerFloat(_ kernel: FusedKernel, node: Node) throws(PlanError) {
        let isFloat = graph[kernel.output].type.dataType == .float32
        let result: StoredValue
        if isFloat {
            result = try resultSlot(
                kernel.output, over: try reusableOperands(kernel, node: node), node: node.name)
        } else {
            result = try resultSlot(kernel.output, node: node.name)
        }
        let y = isFloat ? result.buffer : floatScratch(result.count)
        let clamp = kernel.activation?.function.clamp
        let fusesClamp = node.operation.fusesClamp && clamp != nil
        try compute(kernel, node: node, clamp: fusesClamp ? clamp : nil, into: y)
        if let activation = kernel.activation, !fusesClamp {
            builder.unary(activation.function, y, count: result.count, into: y)
        }
        if !isFloat { try writeFloats(y, into: result, node: node.name) }
    }

    /// Operands over which an element-wise float32 kernel may write its result.
    private mutating func reusableOperands(_ kernel: FusedKernel, node: Node) throws(PlanError)
        -> [StoredValue]
    {
        let candidates: [ValueID]
        switch node.operation.traits.kind {
        case .layer: candidates = kernel.residual.map { node.operation.isGrouped ? [] : [$0] } ?? []
        case .elementwise:
            // An only input stays as it is, so that runs may read it in the caller's memory.
            candidates = node.inputs.filter {
                graph[$0].type.shape == graph[kernel.output].type.shape && graph.inputs != [$0]
            }
        case .mixing: candidates = node.operation.isSoftmax ? [node.inputs[0]] : []
        case .product, .pooling, .movement, .recurrence: candidates = []
        }
        var slots: [StoredValue] = []
        for value in candidates where graph[value].constant == nil {
            let slot = try slot(of: value, for: node.name)
            // An operand that is also read in another role must stay.
            if slot.storage == .float32, kernel.reads.filter({ $0 == value }).count == 1 {
                slots.append(slot)
            }
        }
        return slots
    }

    private mutating func compute(
        _ kernel: FusedKernel, node: Node, clamp: ClosedRange<Float>?, into y: Buffer
    ) throws(PlanError) {
        let input = graph[node.inputs[0]].type.shape, output = graph[node.output].type.shape
        let bounds = clamp ?? -.infinity ... .infinity
        switch node.operation {
        case .convolution(let convolution):
            guard let shape = WindowShape(convolution, input: input, output: output) else {
                throw .unsupported(node: node.name, detail: "its sizes exceed what a kernel addresses")
            }
            try lowerConvolution(kernel, node, shape, bounds, into: y)
        case .dense:
            let inputs = graph[node.inputs[1]].type.shape[1], outputs = graph[node.inputs[1]].type.shape[0]
            let rows = output.dimensions.dropLast().reduce(1, *)
            let shape = WindowShape.dense(rows: rows, inputs: inputs, outputs: outputs)
            guard shape.isValid else {
                throw .unsupported(node: node.name, detail: "its sizes exceed what a kernel addresses")
            }
            try lowerConvolution(kernel, node, shape, bounds, into: y)
        case .batchNormalization(let epsilon): try lowerNormalization(node, epsilon, into: y)
        case .pool(let pooling):
            guard let shape = WindowShape(pooling, input: input, output: output) else {
                throw .unsupported(node: node.name, detail: "its sizes exceed what a kernel addresses")
            }
            let x = try floats(node.inputs[0], for: node.name)
            builder.pool(
                x, shape, isAverage: pooling.kind == .average, countsPadding: pooling.countsPadding, into: y)
        case .globalPool(let kind):
            let x = try floats(node.inputs[0], for: node.name)
            builder.pool(
                x, try globalShape(node), isAverage: kind == .average, countsPadding: false, into: y)
        case .transposedConvolution(let convolution):
            try lowerTransposed(node, convolution, bounds, into: y)
        case .binary(let operation): try lowerBinary(node, operation.function, bounds, into: y)
        case .compare(let comparison): try lowerBinary(node, comparison.function, bounds, into: y)
        case .activation(let activation):
            let x = try floats(node.inputs[0], for: node.name)
            builder.unary(activation.function, x, count: output.elementCount, into: y)
        case .unary(let operation):
            let x = try floats(node.inputs[0], for: node.name)
            builder.unary(operation.function, x, count: output.elementCount, into: y)
        case .softmax(let axis):
            let x = try floats(node.inputs[0], for: node.name)
            builder.softmax(x, AxisLoops(input, axis: axis), into: y)
        case .localResponseNormalization(let size, let alpha, let beta, let bias):
            let channels = input.dimensions.last ?? 1
            guard size < 1 << 31 else {
                throw .unsupported(node: node.name, detail: "a window of \(size) is too large")
            }
            let x = try floats(node.inputs[0], for: node.name)
            builder.localResponseNormalization(
                x, rows: channels == 0 ? 0 : input.elementCount / channels, channels: channels, size: size,
                alpha: alpha, beta: beta, bias: bias, into: y)
        case .matrixMultiply: try lowerProduct(node, into: y)
        case .reduce(let reduction):
            let x = try floats(node.inputs[0], for: node.name)
            let axes = try reductionAxes(reduction, input, node: node.name)
            builder.reduce(reduction.kind.function, x, kept: axes.kept, reduced: axes.reduced, into: y)
        case .resize(let resizing): try lowerResize(node, resizing, into: y)
        case .training(let operation):
            let x = try floats(node.inputs[0], for: node.name)
            builder.unary(try operation.function(node.name), x, count: output.elementCount, into: y)
        case .cumulativeSum(let sum):
            builder.cumulativeSum(
                try floats(node.inputs[0], for: node.name), AxisLoops(input, axis: sum.axis),
                isExclusive: sum.isExclusive, isReversed: sum.isReversed, into: y)
        case .layerNormalization(let normalization):
            try lowerLayerNormalization(node, normalization, into: y)
        case .recurrence(let recurrence): try lowerRecurrence(node, recurrence, into: y)
        case .concatenate, .slice, .reshape, .transpose, .pad, .cast, .quantize, .dequantize, .gather,
            .select, .argument:
            preconditionFailure("\(node.operation.name) moves elements, it does not compute")
        }
    }

    private mutating func lowerConvolution(
        _ kernel: FusedKernel, _ node: Node, _ shape: WindowShape, _ bounds: ClosedRange<Float>,
        into y: Buffer
    ) throws(PlanError) {
        if graph[node.inputs[0]].type.dataType == .binary {
            return try lowerBinaryLayer(kernel, node, shape, bounds, into: y)
        }
        let weights = try constantFloats(node.inputs[1], of: node)
        let bias = node.inputs.count > 2 ? try constantFloats(node.inputs[2], of: node) : []
        let x = try floats(node.inputs[0], for: node.name)
        var residual: Buffer?
        if let value = kernel.residual { residual = try floats(value, for: node.name) }
        builder.layer(
            x, shape, weights: weights,
            areBFloat16: graph[node.inputs[1]].type.dataType == .bfloat16, bias: bias, residual: residual,
            clamp: bounds, into: y)
    }

    /// The elements of a constant operand as float32, dequantised where it is quantised.
    func constantFloats(_ value: ValueID, of node: Node) throws(PlanError) -> [Float] {
        guard let constant = graph[value].constant else {
            throw .unsupported(node: node.name, detail: "'\(graph[value].name)' must be a constant")
        }
        guard let floats = constant.tensor.floats else {
            throw .unknownConstant(node: node.name, value: graph[value].name)
        }
        guard let quantization = graph[value].type.quantization else { return floats }
        let table = ScaleTable(quantization, of: constant.tensor.shape)
        return floats.indices.map { index in
            let channel = index / table.inner % table.scales.count
            return (floats[index] - Float(table.zeroPoints[channel])) * table.scales[channel]
        }
    }

    private mutating func lowerNormalization(_ node: Node, _ epsilon: Float, into y: Buffer) throws(PlanError)
    {
        var parameters: [[Float]] = []
        for input in node.inputs.dropFirst() { parameters.append(try constantFloats(input, of: node)) }
        let scale = parameters[0].indices.map {
            parameters[0][$0] / (parameters[3][$0] + epsilon).squareRoot()
        }
        let offset = scale.indices.map { parameters[1][$0] - parameters[2][$0] * scale[$0] }
        let x = try floats(node.inputs[0], for: node.name)
        let count = graph[node.output].type.shape.elementCount
        builder.affine(
            x, rows: scale.isEmpty ? 0 : count / scale.count, scale: scale, offset: offset, into: y)
    }

    private mutating func lowerBinary(
        _ node: Node, _ function: BinaryFunction, _ bounds: ClosedRange<Float>, into y: Buffer
    ) throws(PlanError) {
        let shape = graph[node.output].type.shape
        let a = try operand(node.inputs[0], broadcastTo: shape, of: node)
        let b = try operand(node.inputs[1], broadcastTo: shape, of: node)
        try checkRank(CollapsedAxes(shape.dimensions, [a.steps, b.steps]), of: node.name)
        builder.binary(function, a, b, shape: shape.dimensions, clamp: bounds, into: y)
    }

    /// A float32 operand with its steps; a repeated constant is stored once.
    mutating func operand(
        _ value: ValueID, broadcastTo shape: Shape, of node: Node
    ) throws(PlanError) -> Strided {
        if case .repeated(let number, let type)? = graph[value].constant?.tensor.storage, type.isFloatingPoint
        {
            return Strided(builder.constant([Float(number)]), steps: [Int](repeating: 0, count: shape.rank))
        }
        let buffer = try floats(value, for: node.name)
        return Strided(buffer, steps: graph[value].type.shape.steps(broadcastTo: shape))
    }

    private mutating func lowerProduct(_ node: Node, into y: Buffer) throws(PlanError) {
        let (a, b) = (graph[node.inputs[0]].type.shape, graph[node.inputs[1]].type.shape)
        let output = graph[node.output].type.shape
        let (m, k, n) = (a[a.rank - 2], a[a.rank - 1], b[b.rank - 1])
        let leading = Shape(Array(output.dimensions.dropLast(2)))
        let x = try floats(node.inputs[0], for: node.name), w = try floats(node.inputs[1], for: node.name)
        builder.product(
            x, offsets: a.matrixOffsets(leading, size: m * k), w,
            offsets: b.matrixOffsets(leading, size: k * n), m: m,
            k: k, n: n, into: y)
    }

    func globalShape(_ node: Node) throws(PlanError) -> WindowShape {
        let input = graph[node.inputs[0]].type.shape, output = graph[node.output].type.shape
        let kernel = Extent(max(input[1], 1), max(input[2], 1))
        guard
            let shape = WindowShape(
                Pooling(.average, kernel: kernel, stride: 1), input: input, output: output)
        else { throw .unsupported(node: node.name, detail: "cannot pool over shape \(input)") }
        return shape
    }

    func reductionAxes(
        _ reduction: Reduction, _ input: Shape, node: String
    ) throws(PlanError) -> (kept: CollapsedAxes, reduced: CollapsedAxes) {
        func axes(_ chosen: [Int]) -> CollapsedAxes {
            CollapsedAxes(chosen.map { input[$0] }, [chosen.map { input.strides[$0] }])
        }
        let reduced = Set(reduction.axes)
        let kept = axes((0..<input.rank).filter { !reduced.contains($0) }),
            gone = axes(reduction.axes.sorted())
        try checkRank(kept, of: node)
        try checkRank(gone, of: node)
        return (kept, gone)
    }

    func checkRank(_ axes: CollapsedAxes, of node: String) throws(PlanError) {
        guard axes.sizes.count <= maximumRank else {
            throw .unsupported(
                node: node, detail: "works on \(axes.sizes.count) separate axes; \(maximumRank) are possible")
        }
    }
}

extension Operation {
    /// Whether the kernel itself can clamp its result.
    fileprivate var fusesClamp: Bool {
        if case .binary = self { true } else { isLayer }
    }

    fileprivate var isGrouped: Bool {
        if case .convolution(let convolution) = self { convolution.groups > 1 } else { false }
    }

    fileprivate var isSoftmax: Bool {
        if case .softmax = self { true } else { false }
    }
}

extension TrainingOperation {
    fileprivate func function(_ node: String) throws(PlanError) -> UnaryFunction {
        switch self {
        case .dropout: return .clip(lower: -.infinity, upper: .infinity)
        case .binarize: return .binarize
        case .fakeQuantize(let quantization):
            guard quantization.axis == nil else {
                throw .unsupported(node: node, detail: "fake quantisation with several scales")
            }
            return .fakeQuantize(AffineScale(quantization.scale, quantization.zeroPoint))
        }
    }
}

extension Reduction.Kind {
    var function: ReduceFunction {
        switch self {
        case .mean: .mean
        case .sum: .sum
        case .maximum: .maximum
        case .minimum: .minimum
        case .product: .product
        }
    }
}

extension AxisLoops {
    init(_ shape: Shape, axis: Int) {
        self.init(
            outer: shape.dimensions[..<axis].reduce(1, *), axis: shape[axis],
            inner: shape.dimensions[(axis + 1)...].reduce(1, *))
    }
}

extension Shape {
    /// Elements between neighbours along each axis of a larger shape; 0 where this one repeats.
    func steps(broadcastTo target: Shape) -> [Int] {
        let own = strides, missing = target.rank - rank
        return (0..<target.rank).map { axis in
            axis < missing || dimensions[axis - missing] == 1 ? 0 : own[axis - missing]
        }
    }

    /// Where the matrices of a broadcast product begin, for each index of the leading axes.
    fileprivate func matrixOffsets(_ leading: Shape, size: Int) -> [Int] {
        let own = Shape(Array(dimensions.dropLast(2)))
        let steps = own.steps(broadcastTo: leading)
        return (0..<leading.elementCount).map { index in
            var rest = index, offset = 0
            for axis in leading.dimensions.indices.reversed() {
                offset += rest % leading[axis] * steps[axis] * size
                rest /= leading[axis]
            }
            return offset
        }
    }
}
