import Kernels
import ModelGraph

extension Lowering {
    /// The kernel in int8 arithmetic; false where its types or constants do not allow that.
    mutating func lowerInteger(_ kernel: FusedKernel, node: Node) throws(PlanError) -> Bool {
        guard case .int8(let yScale)? = StoredValue.Storage(graph[kernel.output].type),
            case .int8(let xScale)? = StoredValue.Storage(graph[node.inputs[0]].type)
        else { return false }
        if node.operation.isLayer { return try lowerIntegerLayer(kernel) }
        if case .binary(let operation) = node.operation {
            return try lowerIntegerBinary(kernel, node, operation, xScale, yScale)
        }
        if let function = node.operation.function {
            try lowerLookup(node, function, xScale, yScale)
            return true
        }
        if case .pool(let pooling) = node.operation {
            return try lowerIntegerPool(kernel, pooling, xScale, yScale)
        }
        if case .globalPool(let kind) = node.operation {
            guard kind == .average || xScale == yScale else { return false }
            try lowerIntegerPool(
                kernel, try globalShape(node), xScale, isAverage: kind == .average, false, yScale)
            return true
        }
        if case .softmax(let axis) = node.operation {
            let x = try slot(of: node.inputs[0], for: node.name)
            let y = try resultSlot(kernel.output, node: node.name)
            builder.softmax(x.buffer, xScale, AxisLoops(x.type.shape, axis: axis), into: y.buffer, yScale)
            return true
        }
        guard case .reduce(let reduction) = node.operation, reduction.kind != .product else { return false }
        let x = try slot(of: node.inputs[0], for: node.name)
        let axes = try reductionAxes(reduction, x.type.shape, node: node.name)
        let y = try resultSlot(kernel.output, node: node.name)
        builder.reduce(
            reduction.kind.function, x.buffer, xScale, kept: axes.kept, reduced: axes.reduced, into: y.buffer,
            yScale)
        return true
    }

    private mutating func lowerIntegerPool(
        _ kernel: FusedKernel, _ pooling: Pooling, _ xScale: AffineScale, _ yScale: AffineScale
    ) throws(PlanError) -> Bool {
        let node = graph.nodes[kernel.anchor]
        let input = graph[node.inputs[0]].type.shape, output = graph[node.output].type.shape
        let keepsScale = pooling.kind == .maximum || pooling.roundsAwayFromZero
        guard !keepsScale || xScale == yScale,
            let shape = WindowShape(pooling, input: input, output: output)
        else { return false }
        try lowerIntegerPool(
            kernel, shape, xScale, isAverage: pooling.kind == .average, pooling.countsPadding, yScale,
            roundsAwayFromZero: pooling.roundsAwayFromZero && pooling.kind == .average)
        return true
    }

    private mutating func lowerIntegerPool(
        _ kernel: FusedKernel, _ shape: WindowShape, _ xScale: AffineScale, isAverage: Bool,
        _ countsPadding: Bool,
        _ yScale: AffineScale, roundsAwayFromZero: Bool = false
    ) throws(PlanError) {
        let node = graph.nodes[kernel.anchor]
        let x = try slot(of: node.inputs[0], for: node.name)
        let y = try resultSlot(kernel.output, node: node.name)
        builder.pool(
            x.buffer, xScale, shape, isAverage: isAverage, countsPadding: countsPadding,
            roundsAwayFromZero: roundsAwayFromZero, into: y.buffer, yScale)
    }

    private mutating func lowerIntegerBinary(
        _ kernel: FusedKernel, _ node: Node, _ operation: BinaryOperation, _ aScale: AffineScale,
        _ yScale: AffineScale
    ) throws(PlanError) -> Bool {
        guard kernel.activation == nil,
            case .int8(let bScale)? = StoredValue.Storage(graph[node.inputs[1]].type)
        else {
            return false
        }
        let shape = graph[node.output].type.shape
        let a = try slot(of: node.inputs[0], for: node.name), b = try slot(of: node.inputs[1], for: node.name)
        let left = Strided(a.buffer, steps: a.type.shape.steps(broadcastTo: shape))
        let right = Strided(b.buffer, steps: b.type.shape.steps(broadcastTo: shape))
        try checkRank(CollapsedAxes(shape.dimensions, [left.steps, right.steps]), of: node.name)
        let reusable = a.type.shape == shape && b.type.shape == shape && a.buffer != b.buffer ? [a, b] : []
        let y = try resultSlot(kernel.output, over: reusable, node: node.name)
        let bounds = yScale.bounds()
        builder.binary(
            operation.function, left, aScale, right, bScale, shape: shape.dimensions, lower: bounds.lower,
            upper: bounds.upper, into: y.buffer, yScale)
        return true
    }

    /// A function of one int8 value as a table of all 256.
    private mutating func lowerLookup(
        _ node: Node, _ function: UnaryFunction, _ xScale: AffineScale, _ yScale: AffineScale
    ) throws(PlanError) {
        let x = try slot(of: node.inputs[0], for: node.name)
        let y = try resultSlot(node.output, over: [x], node: node.name)
        let table = function.table(from: xScale, to: yScale)
        builder.lookup(table, x.buffer, count: x.count, into: y.buffer)
    }
}

extension AffineScale {
    /// The integers a value of this scale may take, zero point not added, within the real bounds of a clamp.
    func bounds(clampedTo clamp: ClosedRange<Float> = -.infinity ... .infinity) -> (
        lower: Float, upper: Float
    ) {
        let least = Float(-128 - zeroPoint), most = Float(127 - zeroPoint)
        func units(_ real: Float) -> Float { min(max((real / scale).rounded(.toNearestOrEven), least), most) }
        return (units(clamp.lowerBound), units(clamp.upperBound))
    }
}
