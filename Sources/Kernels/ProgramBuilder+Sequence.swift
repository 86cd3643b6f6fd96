import CKernels

/// What a recurrent layer computes in every step.
public struct RecurrentCell: Sendable {
    /// What a step computes from its input and the state before it.
    public enum Kind: Sendable {
        case plain(UnaryFunction)
        case lstm
        case gru(resetsAfterProduct: Bool)
    }

    /// What a step computes.
    public var kind: Kind
    /// Elements of the hidden state.
    public var hidden: Int
    public var isReversed, returnsCell: Bool
    /// Bound of an LSTM's cell state.
    public var cellClip: Float?
    /// Grids that states are kept on: the scale of the hidden state and the step of the cell state.
    public var grids: (hidden: AffineScale, cellStep: Float)?
    /// Whether each step rounds the hidden state to eight bits, by its own range, before its product.
    public var roundsHidden: Bool

    /// A cell with `hidden` elements of state; `cellClip` and `grids` are nil where states are not bounded or
    /// rounded.
    public init(
        _ kind: Kind, hidden: Int, isReversed: Bool, returnsCell: Bool, cellClip: Float?,
        grids: (hidden: AffineScale, cellStep: Float)?, roundsHidden: Bool = false
    ) {
        self.kind = kind
        self.hidden = hidden
        self.isReversed = isReversed
        self.returnsCell = returnsCell
        self.cellClip = cellClip
        self.grids = grids
        self.roundsHidden = roundsHidden
    }

    var gates: Int {
        switch kind {
        case .plain: 1
        case .lstm: 4
        case .gru: 3
        }
    }
}

extension ProgramBuilder {
    /// y[t] from the states before it and x[t] = W · input + bias of every gate, float32.
    ///
    /// - Parameters:
    ///   - x: [time, batch, gates · hidden].
    ///   - states: [hidden and, for an LSTM, cell][batch][hidden]; used up.
    ///   - recurrent: [gates · hidden, hidden].
    ///   - bias: [gates · hidden], of the recurrent product.
    ///   - peephole: [3 · hidden] or empty.
    ///   - y: [time, batch, hidden], or with the cell behind each hidden state.
    public mutating func recurrence(
        _ cell: RecurrentCell, _ x: Buffer, time: Int, batch: Int, states: Buffer, recurrent: [Float],
        bias: [Float], peephole: [Float], into y: Buffer
    ) {
        let hidden = cell.hidden, width = cell.gates * hidden
        precondition(
            recurrent.count == width * hidden && bias.count == width
                && (peephole.isEmpty || peephole.count == 3 * hidden),
            "recurrence: weights do not fit \(hidden) hidden numbers")
        require(x, holds: time * batch * width, of: 4, in: "recurrence")
        require(y, holds: time * batch * hidden * (cell.returnsCell ? 2 : 1), of: 4, in: "recurrence")
        require(states, holds: 2 * batch * hidden, of: 4, in: "recurrence")
        var parameters = sk_recurrence(cell)
        parameters.time = Int64(time)
        parameters.batch = Int64(batch)
        parameters.recurrent = UnsafePointer(
            pool.store(transposed(recurrent, rows: width, columns: hidden)))
        parameters.bias = UnsafePointer(pool.store(bias))
        if !peephole.isEmpty { parameters.peephole = UnsafePointer(pool.store(peephole)) }
        let scratch = buffer(bytes: (2 * width + hidden) * 4 * Int(SK_MAX_PARTS))
        emit(
            "recurrence", table.recurrence_f32, a: x, b: states, y: y, scratch: scratch, parameters,
            work: Double(time * batch) * Double(width * hidden), pace: .floats)
    }

    private func transposed(_ matrix: [Float], rows: Int, columns: Int) -> [Float] {
        (0..<rows * columns).map { matrix[$0 % rows * columns + $0 / rows] }
    }

    /// Sums of all elements up to each one along an axis, float32.
    public mutating func cumulativeSum(
        _ x: Buffer, _ loops: AxisLoops, isExclusive: Bool, isReversed: Bool, into y: Buffer
    ) {
        require(x, holds: loops.count, of: 4, in: "cumulative sum")
        require(y, holds: loops.count, of: 4, in: "cumulative sum")
        let parameters = sk_cumulative(
            outer: Int64(loops.outer), axis: Int64(loops.axis), inner: Int64(loops.inner),
            exclusive: isExclusive, reversed: isReversed)
        emit("cumulative_sum", table.cumulative_f32, a: x, y: y, parameters, work: Double(loops.count))
    }

    /// Places of the largest (smallest) float32 along an axis, as int32 or int64.
    public mutating func argument(
        _ x: Buffer, _ loops: AxisLoops, isSmallest: Bool, selectsLast: Bool, into y: Buffer,
        as type: NumberType
    ) {
        precondition(type == .int32 || type == .int64, "argument: places are int32 or int64")
        require(x, holds: loops.count, of: 4, in: "argument")
        require(y, holds: loops.outer * loops.inner, of: type.bytes, in: "argument")
        let parameters = sk_argument(
            outer: Int64(loops.outer), axis: Int64(loops.axis), inner: Int64(loops.inner),
            smallest: isSmallest, selects_last: selectsLast, wide: type == .int64)
        emit("argument", table.argument_f32, a: x, y: y, parameters, work: Double(loops.count))
    }

    /// Writes elements of `a` over those of y where a `bool` holds; both broadcast over `shape`.
    public mutating func select(
        _ a: Strided, where condition: Strided, elementBytes bytes: Int, shape: [Int], into y: Buffer
    ) {
        precondition([1, 2, 4, 8].contains(bytes), "select: elements of \(bytes) bytes")
        let axes = CollapsedAxes(shape, [a.steps, condition.steps, Strided.denseSteps(of: shape)])
        precondition(axes.sizes.count <= maximumRank, "select: too many axes")
        let count = shape.reduce(1, *)
        require(y, holds: count, of: bytes, in: "select")
        guard count > 0 else { return }
        require(a.buffer, holds: axes.reach(0) + 1, of: bytes, in: "select")
        require(condition.buffer, holds: axes.reach(1) + 1, of: 1, in: "select")
        var parameters = sk_select()
        parameters.rank = Int32(axes.sizes.count)
        parameters.element_bytes = Int32(bytes)
        parameters.size = eight(axes.sizes)
        parameters.a_step = eight(axes.steps[0])
        parameters.b_step = eight(axes.steps[1])
        emit(
            "select", table.select_any, a: a.buffer, b: condition.buffer, y: y, parameters,
            work: Double(count))
    }

    /// y[o][i] = x[o][places[i]]; negative places count from the end, others outside are taken to the nearest end.
    ///
    /// - Parameters:
    ///   - loops: of x around the axis that is picked from; `inner` counts elements.
    ///   - places: `count` numbers of `type`, int32 or int64.
    public mutating func lookUp(
        _ x: Buffer, _ loops: AxisLoops, elementBytes bytes: Int, places: Buffer, count: Int,
        of type: NumberType, into y: Buffer
    ) {
        precondition(type == .int32 || type == .int64, "look-up: places are int32 or int64")
        require(x, holds: loops.count, of: bytes, in: "look-up")
        require(places, holds: count, of: type.bytes, in: "look-up")
        require(y, holds: loops.outer * count * loops.inner, of: bytes, in: "look-up")
        guard loops.axis > 0 else { return }
        let parameters = sk_look_up(
            outer: Int64(loops.outer), axis: Int64(loops.axis), count: Int64(count),
            run_bytes: Int64(loops.inner * bytes), wide: type == .int64)
        emit(
            "look_up", table.look_up, a: x, b: places, y: y, parameters,
            work: Double(loops.outer * count * loops.inner))
    }

    /// (x − mean) / √(variance + epsilon) over some axes, float32; in place where x is y.
    public mutating func normalize(
        _ x: Buffer, kept: CollapsedAxes, reduced: CollapsedAxes, epsilon: Float, into y: Buffer
    ) {
        let count = kept.sizes.reduce(1, *) * reduced.sizes.reduce(1, *)
        require(x, holds: count, of: 4, in: "normalize")
        require(y, holds: count, of: 4, in: "normalize")
        guard count > 0 else { return }
        precondition(kept.reach(0) + reduced.reach(0) < count, "normalize: leaves its input")
        var parameters = sk_normalize()
        parameters.kept = sk_axes(kept)
        parameters.reduced = sk_axes(reduced)
        parameters.epsilon = epsilon
        emit("normalize", table.normalize_f32, a: x, y: y, parameters, work: Double(count) * 8)
    }
}

extension Strided {
    /// Row-major steps of a dense tensor.
    static func denseSteps(of shape: [Int]) -> [Int] {
        var steps = [Int](repeating: 1, count: shape.count)
        for axis in shape.indices.dropLast().reversed() { steps[axis] = steps[axis + 1] * shape[axis + 1] }
        return steps
    }
}

extension sk_recurrence {
    fileprivate init(_ cell: RecurrentCell) {
        self.init()
        hidden = Int64(cell.hidden)
        gates = Int32(cell.gates)
        reversed = cell.isReversed
        returns_cell = cell.returnsCell
        cell_clip = cell.cellClip ?? 0
        rounds_hidden = cell.roundsHidden
        switch cell.kind {
        case .plain(let activation):
            self.cell = Int32(SK_PLAIN_CELL.rawValue)
            function = sk_unary(activation, count: 0).kind
        case .lstm: self.cell = Int32(SK_LSTM.rawValue)
        case .gru(let resetsAfterProduct):
            self.cell = Int32(SK_GRU.rawValue)
            resets_after = resetsAfterProduct
        }
        if let grids = cell.grids {
            cell_step = grids.cellStep
            hidden_step = grids.hidden.scale
            hidden_zero = grids.hidden.zeroPoint
        }
    }
}
