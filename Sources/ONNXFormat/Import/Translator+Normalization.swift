import ModelGraph

/// Normalisation by statistics of the input itself.
extension Translator {
    /// LayerNormalization over all axes from `axis` on.
    mutating func layerNormalization(_ call: Call) throws(ONNXProblem) {
        let (input, _) = try real(0, of: call)
        let first = try call.axis(call.integer("axis", default: -1), rank: input.rank)
        let operation = LayerNormalization(
            axes: Array(first..<input.rank), epsilon: call.float("epsilon", default: 1e-5))
        var inputs = [try inFileOrder(input, call)]
        for index in 1...2 where call.input(index) != nil {
            inputs.append(try inFileOrder(try real(index, of: call).view, call))
        }
        let id = try apply(.layerNormalization(operation), inputs, call, name: call.output)
        set(call, View(id, input.shape))
        if call.outputs.dropFirst().contains(where: { !$0.isEmpty }) {
            try statistics(call, over: operation)
        }
    }

    /// The second and third result of LayerNormalization: the mean, and one over the deviation.
    private mutating func statistics(
        _ call: Call, over operation: LayerNormalization
    ) throws(ONNXProblem) {
        let over: [ProtoAttribute] = [.init("axes", operation.axes), .init("keepdims", 1)]
        func name(_ index: Int) -> String? {
            index < call.outputs.count && !call.outputs[index].isEmpty ? call.outputs[index] : nil
        }
        try composed { (translator) throws(ONNXProblem) in
            let x = call.named(0)
            let mean = try translator.step("ReduceMean", [x], of: call, as: name(1), attributes: over)
            let centred = try translator.step("Sub", [x, mean], of: call)
            let squares = try translator.step("Mul", [centred, centred], of: call)
            let variance = try translator.step("ReduceMean", [squares], of: call, attributes: over)
            let epsilon = translator.number("epsilon", Tensor([], [operation.epsilon]), of: call)
            let deviation = try translator.step(
                "Sqrt", [try translator.step("Add", [variance, epsilon], of: call)], of: call)
            _ = try translator.step("Reciprocal", [deviation], of: call, as: name(2))
        }
    }

    /// InstanceNormalization: each channel of each sample by itself.
    mutating func instanceNormalization(_ call: Call) throws(ONNXProblem) {
        let (input, _) = try real(0, of: call)
        guard input.rank >= 3 else { throw call.fault("needs an input of at least 3 axes") }
        let order = [0] + Array(2..<input.rank) + [1]
        let operation = LayerNormalization(
            axes: Array(1..<input.rank - 1), epsilon: call.float("epsilon", default: 1e-5))
        var inputs = [try lay(input, order, call)]
        for index in 1...2 { inputs.append(try weights(index, of: call, shape: { $0 }, order: [0])) }
        let id = try apply(.layerNormalization(operation), inputs, call, name: call.output)
        set(call, stored(id, like: order))
    }

    /// GroupNormalization: a scale and offset for each channel, or (before operator set 21) for each group.
    mutating func groupNormalization(_ call: Call) throws(ONNXProblem) {
        let (input, _) = try real(0, of: call)
        let groups = call.integer("num_groups", default: 0)
        guard input.rank >= 2, groups > 0, input.shape[1] % groups == 0 else {
            throw call.fault("\(groups) groups do not divide the channels of \(Shape(input.shape))")
        }
        let count = input.elementCount / (input.shape[0] * groups)
        let operation = LayerNormalization(axes: [2], epsilon: call.float("epsilon", default: 1e-5))
        let rows = try inFileOrder(input.reshaped([input.shape[0], groups, count]), call)
        let normalized = try apply(.layerNormalization(operation), [rows], call)
        let shape = [input.shape[1]] + [Int](repeating: 1, count: input.rank - 2)
        let scale = try channelParameter(1, groups: groups, shape, call)
        let offset = try channelParameter(2, groups: groups, shape, call)
        let view = View(normalized, [input.shape[0], groups, count]).reshaped(input.shape)
        let image = View(try inFileOrder(view, call), input.shape)
        let scaled = try combine(.multiply, image, scale, call)
        set(call, try combine(.add, scaled, offset, call, name: call.output))
    }

    private mutating func channelParameter(
        _ index: Int, groups: Int, _ shape: [Int], _ call: Call
    ) throws(ONNXProblem) -> View {
        let tensor = try constant(index, of: call)
        guard let values = tensor.floats, values.count == shape[0] || values.count == groups else {
            throw call.fault("a parameter of shape \(tensor.shape) fits neither channels nor groups")
        }
        let each = shape[0] / values.count
        let all = (0..<shape[0]).map { values[$0 / each] }
        return View(constantValue(call.named(index), Tensor(Shape(shape), all)), shape)
    }
}
