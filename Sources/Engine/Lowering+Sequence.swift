import Kernels
import ModelGraph

extension Lowering {
    /// A recurrent layer: the input's part of all gates first, for all steps at once, then step by step.
    mutating func lowerRecurrence(_ node: Node, _ recurrence: Recurrence, into y: Buffer) throws(PlanError) {
        let x = graph[node.inputs[0]].type.shape, hidden = graph[node.inputs[2]].type.shape[1]
        let (time, batch, width) = (x[0], x[1], recurrence.gates * hidden)
        let shape = WindowShape.dense(rows: time * batch, inputs: x[2], outputs: width)
        guard shape.isValid, batch * hidden < 1 << 28 else {
            throw .unsupported(node: node.name, detail: "its sizes exceed what a kernel addresses")
        }
        let bias = try constantFloats(node.inputs[3], of: node)
        let gates = floatScratch(time * batch * width)
        builder.layer(
            try floats(node.inputs[0], for: node.name), shape,
            weights: try constantFloats(node.inputs[1], of: node), bias: Array(bias[..<width]), into: gates)
        let states = floatScratch(2 * batch * hidden)
        try storeState(node.inputs[4], of: node, batch: batch, hidden: hidden, at: 0, in: states)
        if recurrence.hasCellState {
            try storeState(
                node.inputs[5], of: node, batch: batch, hidden: hidden, at: batch * hidden, in: states)
        }
        builder.recurrence(
            recurrence.kernelCell(hidden: hidden), gates, time: time, batch: batch, states: states,
            recurrent: try constantFloats(node.inputs[2], of: node), bias: Array(bias[width...]),
            peephole: node.inputs.count > 6 ? try constantFloats(node.inputs[6], of: node) : [], into: y)
    }

    /// Copies an initial state [batch, hidden], or one for all of a batch.
    private mutating func storeState(
        _ value: ValueID, of node: Node, batch: Int, hidden: Int, at start: Int, in states: Buffer
    ) throws(PlanError) {
        let isShared = graph[value].type.shape[0] == 1
        let offsets: [AxisOffsets] = [(0..<batch).map { isShared ? 0 : $0 * hidden }, Array(0..<hidden)]
        builder.gather(
            try floats(value, for: node.name), offsets: offsets, elementBytes: 4,
            place: (start, [hidden, 1]), into: states)
    }

    mutating func lowerLayerNormalization(
        _ node: Node, _ normalization: LayerNormalization, into y: Buffer
    ) throws(PlanError) {
        let shape = graph[node.output].type.shape
        let reduced = Set(normalization.axes), strides = shape.strides
        func axes(_ chosen: [Int]) -> CollapsedAxes {
            CollapsedAxes(chosen.map { shape[$0] }, [chosen.map { strides[$0] }])
        }
        let kept = axes((0..<shape.rank).filter { !reduced.contains($0) }), gone = axes(normalization.axes)
        try checkRank(kept, of: node.name)
        try checkRank(gone, of: node.name)
        builder.normalize(
            try floats(node.inputs[0], for: node.name), kept: kept, reduced: gone,
            epsilon: normalization.epsilon, into: y)
        for (operation, value) in zip([BinaryFunction.multiply, .add], node.inputs.dropFirst()) {
            let own = Strided(y, steps: strides)
            let other = try operand(value, broadcastTo: shape, of: node)
            try checkRank(CollapsedAxes(shape.dimensions, [own.steps, other.steps]), of: node.name)
            builder.binary(operation, own, other, shape: shape.dimensions, into: y)
        }
    }

    /// Operations whose result is no number computed from numbers.
    ///
    /// Choices and places. False for others.
    mutating func lowerChoice(_ node: Node) throws(PlanError) -> Bool {
        if case .select = node.operation {
            try lowerSelect(node)
            return true
        }
        guard case .argument(let argument) = node.operation else { return false }
        let x = try floats(node.inputs[0], for: node.name)
        let y = try resultSlot(node.output, node: node.name)
        guard case .raw(let type) = y.storage else {
            throw .unsupported(node: node.name, detail: "places are int32 or int64")
        }
        builder.argument(
            x, AxisLoops(graph[node.inputs[0]].type.shape, axis: argument.axis),
            isSmallest: argument.kind == .minimum, selectsLast: argument.selectsLast, into: y.buffer,
            as: type)
        return true
    }

    /// The result is first what is taken where conditions fail; the rest is written over it.
    private mutating func lowerSelect(_ node: Node) throws(PlanError) {
        let condition = try slot(of: node.inputs[0], for: node.name)
        guard condition.storage == .raw(.bool) else {
            throw .unsupported(node: node.name, detail: "its conditions are not bool")
        }
        let y = try resultSlot(node.output, node: node.name), shape = y.type.shape
        let a = try stored(node.inputs[1], like: y, for: node.name)
        let b = try stored(node.inputs[2], like: y, for: node.name)
        func strided(_ value: StoredValue) -> Strided {
            Strided(value.buffer, steps: value.type.shape.steps(broadcastTo: shape))
        }
        let (chosen, conditions) = (strided(a), strided(condition))
        try checkRank(
            CollapsedAxes(shape.dimensions, [chosen.steps, conditions.steps, shape.strides]), of: node.name)
        let merged = CollapsedAxes(shape.dimensions, [strided(b).steps, shape.strides])
        builder.gather(
            b.buffer,
            offsets: merged.sizes.indices.map { axis in
                (0..<merged.sizes[axis]).map { $0 * merged.steps[0][axis] }
            }, elementBytes: y.storage.elementBytes, place: (0, merged.steps[1]), into: y.buffer)
        builder.select(
            chosen, where: conditions, elementBytes: y.storage.elementBytes, shape: shape.dimensions,
            into: y.buffer)
    }

    mutating func lowerLookUp(_ node: Node, axis: Int) throws(PlanError) {
        let x = try slot(of: node.inputs[0], for: node.name)
        let places = try slot(of: node.inputs[1], for: node.name)
        let y = try resultSlot(node.output, node: node.name)
        guard case .raw(let type) = places.storage, type == .int32 || type == .int64 else {
            throw .unsupported(node: node.name, detail: "its places are not int32 or int64")
        }
        guard x.storage == y.storage else {
            throw .unsupported(node: node.name, detail: "a look-up cannot change the scale of its values")
        }
        builder.lookUp(
            x.buffer, AxisLoops(x.type.shape, axis: axis), elementBytes: x.storage.elementBytes,
            places: places.buffer, count: places.count, of: type, into: y.buffer)
    }
}

extension Recurrence {
    fileprivate func kernelCell(hidden: Int) -> RecurrentCell {
        let kind: RecurrentCell.Kind =
            switch cell {
            case .plain(let activation): .plain(activation.function)
            case .lstm: .lstm
            case .gru(let resetsAfterProduct): .gru(resetsAfterProduct: resetsAfterProduct)
            }
        let grids = rounding.map {
            (hidden: AffineScale($0.hidden.scale, $0.hidden.zeroPoint), cellStep: $0.cellScale)
        }
        return RecurrentCell(
            kind, hidden: hidden, isReversed: isReversed, returnsCell: returnsCell, cellClip: cellClip,
            grids: grids, roundsHidden: roundsHidden)
    }
}

extension Comparison {
    var function: BinaryFunction {
        switch self {
        case .equal: .equal
        case .notEqual: .notEqual
        case .less: .less
        case .lessOrEqual: .lessOrEqual
        case .greater: .greater
        case .greaterOrEqual: .greaterOrEqual
        case .and: .and
        case .or: .or
        case .exclusiveOr: .exclusiveOr
        }
    }
}
