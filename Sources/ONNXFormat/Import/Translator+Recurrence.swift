import ModelGraph

/// LSTM, GRU and RNN.
extension Translator {
    mutating func recurrence(_ call: Call) throws(ONNXProblem) {
        let layer = try RecurrentLayer(call, weights: try constant(1, of: call), try constant(2, of: call))
        try requirePlain(call, layer)
        var (input, _) = try real(0, of: call)
        guard input.rank == 3 else { throw call.fault("needs an input of 3 axes, got \(Shape(input.shape))") }
        if layer.isBatchFirst {
            let plain = try plain(input, call)
            input = View(plain.value, stored: plain.stored, order: [1, 0, 2].map { plain.order[$0] })
        }
        let x = try inFileOrder(input, call)
        let wantsCell = layer.cell == .lstm && call.outputs.count > 2 && !call.outputs[2].isEmpty
        var results: [ValueID] = []
        for direction in 0..<layer.directions {
            results.append(try recurrence(call, layer, direction, x, returnsCell: wantsCell))
        }
        try setSequence(call, layer, results)
        try setLast(call, layer, results, output: 1, from: 0)
        if wantsCell { try setLast(call, layer, results, output: 2, from: layer.hidden) }
    }

    /// ONNX Runtime's LSTM with eight-bit weights: its input is rounded to eight bits as a whole, the hidden state in every step.
    mutating func roundingRecurrence(_ call: Call) throws(ONNXProblem) {
        guard call.inputs.count == 12 else { throw call.fault("needs scales and zero points of its weights") }
        let (weights, recurrent) = (
            number("weights", try recurrentWeights(1, scale: 8, zeroPoint: 9, of: call), of: call),
            number("recurrent", try recurrentWeights(2, scale: 10, zeroPoint: 11, of: call), of: call)
        )
        var rounded = ""
        try composed { (translator) throws(ONNXProblem) in
            let levels = try translator.levels(of: call.named(0), call)
            let centred = try translator.step("Sub", [levels.levels, levels.zeroPoint], of: call)
            rounded = try translator.step("Mul", [centred, levels.scale], of: call)
        }
        try recurrence(call.reading([rounded, weights, recurrent] + call.inputs[3...7]))
    }

    /// The real numbers of weights [directions, inputs, gates · hidden], as the standard's LSTM has them: [directions, gates · hidden,
    /// inputs].
    private func recurrentWeights(
        _ index: Int, scale: Int, zeroPoint: Int, of call: Call
    ) throws(ONNXProblem) -> Tensor {
        let tensor = try constant(index, of: call)
        guard tensor.shape.rank == 3 else { throw call.fault("its weights have the shape \(tensor.shape)") }
        try checkTransient(tensor.shape, call)
        let (inputs, width) = (tensor.shape[1], tensor.shape[2])
        guard let stored = tensor.floats, let scales = try constant(scale, of: call).floats,
            let zeroPoints = try constant(zeroPoint, of: call).floats,
            [tensor.shape[0], tensor.shape[0] * width].contains(scales.count),
            [tensor.shape[0], scales.count].contains(zeroPoints.count)
        else { throw call.fault("its scales and zero points do not fit its weights") }
        var reals = [Float](repeating: 0, count: stored.count)
        for direction in 0..<tensor.shape[0] {
            for input in 0..<inputs {
                for gate in 0..<width {
                    func own(_ numbers: [Float]) -> Float {
                        numbers.count == tensor.shape[0]
                            ? numbers[direction] : numbers[direction * width + gate]
                    }
                    let place = (direction * inputs + input) * width + gate
                    reals[(direction * width + gate) * inputs + input] =
                        (stored[place] - own(zeroPoints)) * own(scales)
                }
            }
        }
        return Tensor([tensor.shape[0], width, inputs], reals)
    }

    private func requirePlain(_ call: Call, _ layer: RecurrentLayer) throws(ONNXProblem) {
        guard !call.has("clip"), !call.flag("input_forget") else {
            throw call.unsupported("it clips its gates or couples input and forget gate")
        }
        if let lengths = try optionalConstant(4, of: call) {
            guard let given = lengths.integers,
                let input = try? view(steps: 0, of: call, layer), given.allSatisfy({ $0 == input })
            else { throw call.unsupported("its sequences have lengths of their own") }
        }
    }

    /// How many steps the input has.
    private func view(steps index: Int, of call: Call, _ layer: RecurrentLayer) throws(ONNXProblem) -> Int? {
        guard case .computed(let view) = try required(index, of: call), view.rank == 3 else { return nil }
        return view.shape[layer.isBatchFirst ? 1 : 0]
    }

    /// One direction: [T, N, H], or [T, N, 2 · H] with the cell.
    private mutating func recurrence(
        _ call: Call, _ layer: RecurrentLayer, _ direction: Int, _ x: ValueID, returnsCell: Bool
    ) throws(ONNXProblem) -> ValueID {
        let suffix = layer.directions == 1 ? "" : "/\(direction)"
        func named(_ index: Int) -> String { call.input(index) ?? "\(call.label)/bias" }
        var inputs = [
            x, constantValue("\(named(1))\(suffix)", layer.weights.slice(direction)),
            constantValue("\(named(2))\(suffix)", layer.recurrent.slice(direction)),
        ]
        let width = 2 * layer.gates * layer.hidden
        let bias = try optionalConstant(3, of: call)?.slice(direction)
        guard bias == nil || bias?.shape == [width] else { throw call.fault("its bias does not fit") }
        inputs.append(constantValue("\(named(3))\(suffix)", bias ?? Tensor([width], .repeated(0, .float32))))
        inputs.append(try state(call, layer, direction, at: 5))
        if layer.cell == .lstm { inputs.append(try state(call, layer, direction, at: 6)) }
        if layer.cell == .lstm, let peepholes = try optionalConstant(7, of: call) {
            guard peepholes.shape == [layer.directions, 3 * layer.hidden] else {
                throw call.fault("its peepholes do not fit")
            }
            inputs.append(constantValue("\(named(7))\(suffix)", peepholes.slice(direction)))
        }
        let operation = Recurrence(
            try layer.cell(of: direction, call), isReversed: layer.isReversed(direction),
            returnsCell: returnsCell, roundsHidden: call.type == "DynamicQuantizeLSTM")
        return try apply(
            .recurrence(operation), inputs, call,
            step: layer.directions == 1 ? nil : "\(call.label)/direction \(direction)")
    }

    /// The initial state [N, H] of a direction; zeros where it is left out.
    private mutating func state(
        _ call: Call, _ layer: RecurrentLayer, _ direction: Int, at index: Int
    ) throws(ONNXProblem) -> ValueID {
        guard call.input(index) != nil else {
            return constantValue("\(call.label)/state", Tensor([1, layer.hidden], .repeated(0, .float32)))
        }
        var view = try plain(try real(index, of: call).view, call)
        guard view.rank == 3, view.shape[layer.isBatchFirst ? 1 : 0] == layer.directions else {
            throw call.fault("its initial state has the shape \(Shape(view.shape))")
        }
        if layer.isBatchFirst {
            view = View(view.value, stored: view.stored, order: [1, 0, 2].map { view.order[$0] })
        }
        var slicing = Slicing(starts: [0, 0, 0], sizes: view.shape)
        (slicing.starts[0], slicing.sizes[0]) = (direction, 1)
        let own = layer.directions == 1 ? view : try sliced(view, slicing, call, name: nil)
        return try inFileOrder(own.reshaped([own.shape[1], own.shape[2]]), call)
    }

    /// Y: the hidden states of all steps, [T, directions, N, H].
    private mutating func setSequence(
        _ call: Call, _ layer: RecurrentLayer, _ results: [ValueID]
    ) throws(ONNXProblem) {
        guard !call.output.isEmpty else { return }
        var parts: [ValueID] = []
        for result in results {
            let part = try hidden(result, layer, from: 0, call)
            let shape = graph[part].type.shape
            parts.append(
                results.count == 1
                    ? part : try apply(.reshape([shape[0], 1, shape[1], shape[2]]), [part], call))
        }
        let id = parts.count == 1 ? parts[0] : try apply(.concatenate(axis: 1), parts, call)
        let shape = graph[id].type.shape.dimensions
        let view =
            parts.count == 1
            ? View(id, shape).reshaped([shape[0], 1, shape[1], shape[2]]) : View(id, shape)
        guard layer.isBatchFirst else { return set(call, view) }
        let split = try plain(view, call)
        known[call.output] = .computed(
            View(split.value, stored: split.stored, order: [2, 0, 1, 3].map { split.order[$0] }))
    }

    /// Y_h or Y_c: the state after the last step, [directions, N, H].
    private mutating func setLast(
        _ call: Call, _ layer: RecurrentLayer, _ results: [ValueID], output: Int, from start: Int
    ) throws(ONNXProblem) {
        guard call.outputs.count > output, !call.outputs[output].isEmpty else { return }
        var parts: [ValueID] = []
        for (direction, result) in results.enumerated() {
            let states = try hidden(result, layer, from: start, call)
            let shape = graph[states].type.shape
            let step = layer.isReversed(direction) ? 0 : shape[0] - 1
            parts.append(
                try apply(
                    .slice(Slicing(starts: [step, 0, 0], sizes: [1, shape[1], shape[2]])), [states], call))
        }
        let id = parts.count == 1 ? parts[0] : try apply(.concatenate(axis: 0), parts, call)
        var view = View(id, graph[id].type.shape.dimensions)
        if layer.isBatchFirst {
            view = View(view.value, stored: view.stored, order: [1, 0, 2])
        }
        known[call.outputs[output]] = .computed(view)
    }

    /// The hidden states (or, from H on, the cells) of a result that may hold both.
    private mutating func hidden(
        _ result: ValueID, _ layer: RecurrentLayer, from start: Int, _ call: Call
    ) throws(ONNXProblem) -> ValueID {
        let shape = graph[result].type.shape
        guard shape[2] != layer.hidden else { return result }
        return try apply(
            .slice(Slicing(starts: [0, 0, start], sizes: [shape[0], shape[1], layer.hidden])), [result], call)
    }
}

/// What the attributes and weights of a recurrent node say.
private struct RecurrentLayer {
    enum Cell { case lstm, gru, plain }
    let cell: Cell
    let weights, recurrent: Tensor
    let directions, hidden: Int
    let isBatchFirst: Bool
    private let startsReversed: Bool

    var gates: Int {
        switch cell {
        case .lstm: 4
        case .gru: 3
        case .plain: 1
        }
    }

    init(_ call: Call, weights: Tensor, _ recurrent: Tensor) throws(ONNXProblem) {
        cell = call.type.hasSuffix("LSTM") ? .lstm : call.type == "GRU" ? .gru : .plain
        self.weights = weights
        self.recurrent = recurrent
        let direction = call.text("direction", default: "forward")
        guard ["forward", "reverse", "bidirectional"].contains(direction) else {
            throw call.fault("has the direction '\(direction.shortened)'")
        }
        directions = direction == "bidirectional" ? 2 : 1
        startsReversed = direction == "reverse"
        isBatchFirst = call.integer("layout", default: 0) == 1
        guard weights.shape.rank == 3, recurrent.shape.rank == 3, recurrent.shape[2] > 0 else {
            throw call.fault("weights \(weights.shape) and \(recurrent.shape) have not three axes")
        }
        hidden = recurrent.shape[2]
        guard weights.shape[0] == directions, recurrent.shape[0] == directions,
            recurrent.shape[1] == gates * hidden, weights.shape[1] == gates * hidden
        else {
            throw call.fault("weights \(weights.shape) and \(recurrent.shape) do not fit its gates")
        }
    }

    func isReversed(_ direction: Int) -> Bool { startsReversed || direction == 1 }

    /// The cell with its functions, which must be the usual ones.
    func cell(of direction: Int, _ call: Call) throws(ONNXProblem) -> Recurrence.Cell {
        let count = cell == .lstm ? 3 : cell == .gru ? 2 : 1
        let usual =
            cell == .lstm ? ["Sigmoid", "Tanh", "Tanh"] : cell == .gru ? ["Sigmoid", "Tanh"] : ["Tanh"]
        let all = call.attribute("activations")?.strings.map { String(decoding: $0, as: UTF8.self) }
        let own = all.map { Array($0.dropFirst(direction * count).prefix(count)) } ?? usual
        switch cell {
        case .lstm where own == usual: return .lstm
        case .gru where own == usual:
            return .gru(resetsAfterProduct: call.flag("linear_before_reset"))
        case .plain where own == ["Tanh"]: return .plain(.tanh)
        case .plain where own == ["Relu"]: return .plain(.relu)
        case .plain where own == ["Sigmoid"]: return .plain(.sigmoid)
        case .lstm, .gru, .plain:
            throw call.unsupported("its activations are \(own.map(\.shortened).joined(separator: ", "))")
        }
    }
}

extension Tensor {
    /// One index of axis 0, without that axis.
    fileprivate func slice(_ index: Int) -> Tensor {
        selecting([index], axis: 0).reshaped(Array(shape.dimensions.dropFirst()))
    }
}
