/// A layer that goes through a sequence step by step and carries a state along.
///
/// Weights hold the gates one after the other along axis 0: LSTM input, output, forget and cell; GRU update, reset and
/// hidden (the order of ONNX).
public struct Recurrence: Hashable, Sendable {
    /// What a step computes from its input and the state before it.
    public enum Cell: Hashable, Sendable {
        /// h = f(W x + R h + b).
        case plain(Activation)
        /// Hochreiter and Schmidhuber 1997, with forget gates.
        case lstm
        /// Cho et al. 2014. `resetsAfterProduct`: the reset gate multiplies R h + b instead of h.
        case gru(resetsAfterProduct: Bool)
    }

    /// What a step computes.
    public var cell: Cell
    /// Whether the sequence is gone through from its end.
    public var isReversed: Bool
    /// Whether the result holds the cell state behind the hidden state (LSTM).
    public var returnsCell: Bool
    /// The cell state of an LSTM is clamped to ±this; nil: not at all.
    public var cellClip: Float?
    /// How the integer form rounds between steps; nil for real numbers.
    public var rounding: RecurrenceRounding?
    /// Whether every step rounds the hidden state to eight bits before its product: 255 steps from its least to its greatest number,
    /// 0 included, as ONNX Runtime's LSTM with eight-bit weights does.
    public var roundsHidden: Bool

    /// A layer with this cell, forwards, with the hidden state as its result unless stated otherwise.
    public init(
        _ cell: Cell, isReversed: Bool = false, returnsCell: Bool = false, cellClip: Float? = nil,
        rounding: RecurrenceRounding? = nil, roundsHidden: Bool = false
    ) {
        self.cell = cell
        self.isReversed = isReversed
        self.returnsCell = returnsCell
        self.cellClip = cellClip
        self.rounding = rounding
        self.roundsHidden = roundsHidden
    }

    /// Gates, each with weights of its own.
    public var gates: Int {
        switch cell {
        case .plain: 1
        case .lstm: 4
        case .gru: 3
        }
    }

    /// Whether a second state, the cell's, is carried beside the hidden one.
    public var hasCellState: Bool { cell == .lstm }
}

/// The grids on which an integer LSTM keeps its numbers, as TFLite's kernel does.
public struct RecurrenceRounding: Hashable, Sendable {
    /// Of the hidden state (int8).
    public var hidden: Quantization
    /// One step of the cell state (int16), a power of two.
    public var cellScale: Float

    /// The grid of the hidden state, and the step of the cell state.
    public init(hidden: Quantization, cellScale: Float) {
        self.hidden = hidden
        self.cellScale = cellScale
    }
}

extension Recurrence {
    /// x [T, N, I], weights [G·H, I], recurrent weights [G·H, H], bias [2·G·H] (of both products), hidden state [N, H] and, of
    /// an LSTM, cell state [N, H] and perhaps peepholes [3·H] (input, output, forget) give [T, N, H], or [T, N, 2·H] with the cell.
    ///
    /// The first axis of states may be 1 for any N.
    func outputShape(_ shapes: [Shape]) throws(GraphError) -> Shape {
        let name = Operation.recurrence(self).name
        let (x, weights, recurrent) = (shapes[0], shapes[1], shapes[2])
        guard x.rank == 3 else { throw .rank(operation: name, expected: 3, actual: x) }
        guard weights.rank == 2, recurrent.rank == 2 else {
            throw .mismatch(
                operation: name, detail: "needs weights of two axes, got \(weights) and \(recurrent)")
        }
        let hidden = recurrent[1]
        guard weights == [gates * hidden, x[2]], recurrent[0] == gates * hidden,
            shapes[3] == [2 * gates * hidden]
        else {
            throw .mismatch(
                operation: name,
                detail: "weights \(weights), \(recurrent) and bias \(shapes[3]) do not fit an input \(x)")
        }
        for state in shapes[4..<min(shapes.count, hasCellState ? 6 : 5)]
        where state != [x[1], hidden] && state != [1, hidden] {
            throw .mismatch(operation: name, detail: "a state of shape \(state) is not [\(x[1]), \(hidden)]")
        }
        guard shapes.count >= (hasCellState ? 6 : 5), shapes.count <= (hasCellState ? 7 : 5),
            shapes.count < 7 || shapes[6] == [3 * hidden], hasCellState || !returnsCell
        else {
            throw .mismatch(operation: name, detail: "has \(shapes.count) inputs that do not fit its cell")
        }
        return [x[0], x[1], returnsCell ? 2 * hidden : hidden]
    }

    /// Multiply-accumulates of a sequence of this shape [T, N, I].
    func macs(input: Shape, hidden: Int) -> Int {
        guard input.rank == 3 else { return 0 }
        return input[0].multipliedSaturated(by: input[1]).multipliedSaturated(by: gates * hidden)
            .multipliedSaturated(by: input[2] + hidden)
    }
}
